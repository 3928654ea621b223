"""Paid calls stopped while a run is on its way, on a real server with a real worker and a provider that is listened to."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from tests.model_server import ModelServer, Reply
from tests.workflows.stand import Stand, stand
from trends.domain.models import RunStatus
from trends.storage.runs import RunRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]

LOCAL = "local"
KEY = "sk-made-up-for-tests"


@pytest.fixture
def provider() -> Generator[ModelServer]:
    """A provider that answers, without a sentence that could stand."""
    with ModelServer(key=KEY) as running:
        running.script(Reply(answer={"sentences": []}))
        yield running


@pytest.fixture
async def writing(
    engine_server: str, tmp_path: Path, provider: ModelServer
) -> AsyncGenerator[Stand]:
    """A stand whose runs ask a model."""
    address = {"TRENDS_LLM__PROVIDERS__OPENAI__BASE_URL": provider.url("openai")}
    async with stand(engine_server, tmp_path, OPENAI_API_KEY=KEY, **address) as built:
        yield built


async def markdown(writing: Stand, row: RunRow) -> str:
    """The report of a run."""
    return (await writing.report(row))["text/markdown"].decode()


async def test_a_freeze_reaches_a_run_that_is_on_its_way_and_a_thaw_the_next(
    writing: Stand, provider: ModelServer
) -> None:
    doors = writing.doors
    row = await writing.start()
    await doors.runs.pause(LOCAL, row.run_id)
    await writing.worker()
    await writing.told(row, "run.paused")
    await doors.spending.freeze(LOCAL, "mina", "the bill is odd")
    await doors.runs.resume(LOCAL, row.run_id)
    frozen = await writing.finished(row)
    assert frozen.status is RunStatus.COMPLETED
    assert provider.hits == 0
    assert "paid calls are stopped" in await markdown(writing, frozen)
    assert (await doors.spending.run(LOCAL, row.run_id)).cost_micro == 0

    await doors.spending.thaw(LOCAL, "mina")
    again = (await doors.runs.rerun(LOCAL, row.run_id, "summarize", None)).run
    thawed = await writing.finished(again)
    assert provider.hits > 0
    assert "paid calls are stopped" not in await markdown(writing, thawed)
    assert (await doors.spending.run(LOCAL, again.run_id)).calls.asked == provider.hits
