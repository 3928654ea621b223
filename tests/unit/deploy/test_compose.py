"""`deploy/compose.yaml`: valid for Compose, and what it promises about secrets, users, ports and health."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from activities.contracts import QUEUES
from deploy.compose_file import (
    COMPOSE_FILE,
    MissingVariableError,
    interpolate,
    read_compose,
    read_services,
)
from trends.settings import load_settings

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SCHEMA = json.loads((HERE / "compose_spec/schema.json").read_text())
TEXT = COMPOSE_FILE.read_text()
RAW: dict[str, Any] = yaml.safe_load(TEXT)
EXAMPLE = (ROOT / "deploy/.env.example").read_text()
REQUIRED = sorted(set(re.findall(r"\$\{(\w+):\?", TEXT)))
VARIABLES = {name: f"given-{name.lower().replace('_', '-')}" for name in REQUIRED}
COMPOSE = read_compose(VARIABLES)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {"temporal-schema", "migrations", "namespace"}
LASTING = sorted(set(SERVICES) - JOBS)
OURS = sorted(name for name in SERVICES if SERVICES[name]["image"].startswith("consumer-trend"))


def seconds(text: str) -> int:
    """Read a duration of the file."""
    return int(text.removesuffix("s"))


def test_compose_itself_would_take_it() -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)
    wrong = [f"{list(e.instance_path)}: {e.message}" for e in validator.iter_errors(RAW)]
    assert wrong == []


def test_the_schema_knows_a_wrong_file() -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert not validator.is_valid({"services": {"api": {"imagge": "a"}}})


@pytest.mark.parametrize("name", REQUIRED)
def test_a_secret_that_is_missing_is_named_and_nothing_starts(name: str) -> None:
    with pytest.raises(MissingVariableError, match=f"{name}: set {name} in deploy/.env"):
        read_compose({**VARIABLES, name: ""})


def test_no_password_or_key_has_a_default() -> None:
    defaults = re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET|TOKEN)\w*):-([^}]+)\}", TEXT)
    # A file that is named, not a key.
    assert [name for name, _ in defaults] == ["TRENDS_PROVIDER_KEYS"]


def test_no_password_stands_in_the_file() -> None:
    for name, service in RAW["services"].items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable:
                assert re.fullmatch(r"\$\{\w+:\?.*\}", value), (name, variable)


def test_the_example_lists_every_variable() -> None:
    used = set(re.findall(r"\$\{(\w+)", TEXT)) - {"TRENDS_REVISION"}
    listed = set(re.findall(r"^(\w+)=", EXAMPLE, flags=re.MULTILINE))
    assert used == listed


def test_the_example_gives_the_defaults_of_the_file() -> None:
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", TEXT))
    told = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, flags=re.MULTILINE))
    assert {name: told[name] for name in defaults if name != "TRENDS_REVISION"} == {
        name: value for name, value in defaults.items() if name != "TRENDS_REVISION"
    }


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_image_is_of_a_named_release(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].partition(":")
    assert re.match(r"\d+\.\d+", tag), SERVICES[name]["image"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_runs_as_root(name: str) -> None:
    user, _, group = SERVICES[name]["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_process_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] or name == "temporal-ui"


@pytest.mark.parametrize("name", sorted(set(LASTING) - {"api-1", "api-2"}))
def test_whatever_lasts_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["api-1", "api-2"])
def test_the_api_is_checked_by_the_images_own_health_check(name: str) -> None:
    assert "healthcheck" not in SERVICES[name]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert re.search(r"^HEALTHCHECK .*\n.*/readyz", dockerfile, flags=re.MULTILINE)


@pytest.mark.parametrize("name", LASTING)
def test_whatever_lasts_is_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_is_tried_a_few_times(name: str) -> None:
    assert SERVICES[name]["restart"] == "on-failure:5"


def test_other_machines_reach_the_edge_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"edge", "temporal-ui"}
    assert all(port.startswith("127.0.0.1:") for port in published["temporal-ui"])


@pytest.mark.parametrize(
    "name", ["postgres", "temporal", "temporal-schema", "migrations", "namespace"]
)
def test_databases_and_server_have_no_way_out(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_there_is_a_worker_for_each_queue() -> None:
    served = [
        service["command"][-1] for name, service in SERVICES.items() if name.startswith("worker-")
    ]
    assert sorted(served) == sorted(QUEUES)


@pytest.mark.parametrize("name", [n for n in OURS if n.startswith("worker-")])
def test_a_worker_is_checked_for_the_queue_that_it_serves(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"] == [
        *("CMD", "trends", "worker", "--check"),
        *service["command"][1:],
    ]


@pytest.mark.parametrize("name", [n for n in OURS if n.startswith("worker-")])
def test_a_worker_may_drain_before_it_is_killed(name: str) -> None:
    drain = load_settings({}).workers.graceful_shutdown_seconds
    assert seconds(SERVICES[name]["stop_grace_period"]) >= drain + 10


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whoever_needs_another_waits_until_it_is_well(name: str) -> None:
    for other, need in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in JOBS else "service_healthy"
        assert need["condition"] == wanted


def test_the_edge_is_the_only_proxy_that_is_believed() -> None:
    edge = SERVICES["edge"]["networks"]["inside"]["ipv4_address"]
    for name in ("api-1", "api-2"):
        trusted = SERVICES[name]["environment"]["TRENDS_API__TRUSTED_PROXIES"]
        assert json.loads(trusted) == [edge]


def test_the_edge_knows_the_addresses_of_both_api_processes() -> None:
    environ = SERVICES["edge"]["environment"]
    for number in (1, 2):
        address = SERVICES[f"api-{number}"]["networks"]["inside"]["ipv4_address"]
        assert environ[f"TRENDS_EDGE_API_{number}"] == f"{address}:8000"


@pytest.mark.parametrize("name", OURS)
def test_the_product_takes_its_settings(name: str) -> None:
    environ = read_services(VARIABLES)[name].environ
    settings = load_settings({**environ, "TRENDS_CONFIG_DIR": str(ROOT / "config")})
    assert (settings.environment, settings.auth.mode) == ("production", "required")
    assert settings.api.allowed_hosts == ("given-trends-hostname", "127.0.0.1")


def test_connections_fit_into_the_database() -> None:
    words = SERVICES["postgres"]["command"]
    most = next(int(w.partition("=")[2]) for w in words if w.startswith("max_connections="))
    temporal = yaml.safe_load(
        re.sub(r"\{\{.*?\}\}", "", (ROOT / "deploy/temporal/trends.yaml").read_text())
    )
    stores = temporal["persistence"]["datastores"].values()
    server = 4 * sum(store["sql"]["maxConns"] for store in stores)
    # Seven of each process (trends/storage/postgresql.py), and as many again while one release replaces another.
    assert most >= server + 2 * 7 * len(OURS)


def test_variables_are_filled_in_as_compose_does() -> None:
    text = "${A} ${B:-b} ${C:-} $${D} ${E:?why}"
    assert interpolate(text, {"A": "1", "B": "", "E": "5"}) == "1 b  ${D} 5"
