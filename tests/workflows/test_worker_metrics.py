"""A worker's figures, served by the SDK and read by a scrape."""

import httpx
import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from engine.connect import connect
from engine.ports import claim_port
from engine.worker_metrics import worker_metrics
from trends.errors import PortTakenError, SettingsError
from trends.settings import load_settings


@pytest.mark.engine
async def test_scrape_shows_a_worker_of_a_queue(temporal: Client, engine_server: str) -> None:
    free = claim_port(26_400)
    free.release()
    metrics = worker_metrics(f"127.0.0.1:{free.port}")
    client = await connect(
        {"TEMPORAL_ADDRESS": engine_server}, namespace=temporal.namespace, runtime=metrics.runtime
    )

    @activity.defn
    async def idle() -> None:
        """Do nothing."""

    async with (
        Worker(client, task_queue="measured", activities=[idle]),
        httpx.AsyncClient() as http,
    ):
        told = (await http.get(metrics.url)).text
    slots = [line for line in told.splitlines() if "temporal_worker_task_slots_available{" in line]
    assert any('task_queue="measured"' in line for line in slots)


def test_workers_of_one_machine_take_one_port_each() -> None:
    first = worker_metrics("127.0.0.1:26500")
    second = worker_metrics("127.0.0.1:26500")
    assert len({first.url, second.url}) == 2
    assert httpx.get(second.url).status_code == 200


def test_address_of_another_machine_is_refused_by_name() -> None:
    with pytest.raises(PortTakenError, match=r"workers\.metrics_address"):
        worker_metrics("192.0.2.1:26500")


@pytest.mark.parametrize(
    "address", ["9464", "127.0.0.1", "::1:9464", "127.0.0.1:0", "a b:1", "a:65536"]
)
def test_what_is_no_address_is_refused_when_settings_load(address: str) -> None:
    with pytest.raises(SettingsError, match="metrics_address"):
        load_settings({"TRENDS_WORKERS__METRICS_ADDRESS": f"'{address}'"})
