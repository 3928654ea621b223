"""What every test may use: a real Temporal server and a real PostgreSQL server of the session's own."""

import os
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from engine.child import Child
from engine.ports import claim_port
from engine.readiness import engine_check
from engine.server import Engine, find_engine, server_command
from engine.supervisor import StackSpec, supervise
from tests.postgres_server import NoPostgresError, PostgresServer, postgres_cluster
from trends.errors import EngineNotFoundError

# A stack of a developer's own keeps the published ports, and a machine's load is no failure of a property.
FIRST_PORT = 21_000
# Taken out of the environment: processes of the product refuse variables that they do not know.
GIVEN_SERVER = os.environ.pop("TRENDS_TEST_TEMPORAL", None)
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest files: at the end a worker that has nothing left can take over short ones only."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def _say(line: str) -> None:
    """Building a server takes minutes; say so past pytest's capture."""
    stream = sys.__stderr__
    if stream is not None:
        stream.write(f"\n{line}\n")
        stream.flush()


@pytest.fixture(scope="session")
async def engine() -> Engine:
    """The Temporal server's binary. Without one, tests that need it are skipped by name, or fail with CI=true."""
    try:
        return await find_engine(os.environ, say=_say, allow_remote=False)
    except EngineNotFoundError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the Temporal server is missing: {error}", pytrace=False)
        pytest.skip(f"needs the Temporal server: {error}")


@pytest.fixture(scope="session")
async def engine_server(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[str]:
    """Address of a real server on free ports with a database of its own, prepared as `trends up` does.

    TRENDS_TEST_TEMPORAL names another one, prepared already, such as that of `make test-prod-like`. Its tests share one
    namespace and its queues: no xdist there.
    """
    if GIVEN_SERVER:
        yield GIVEN_SERVER
        return
    assert engine.binary is not None
    async with AsyncExitStack() as stack:
        child = make_engine_child(engine.binary, tmp_path_factory.mktemp("temporal"), stack)
        await stack.enter_async_context(supervise(StackSpec(groups=((child,),)), say=_say))
        yield f"127.0.0.1:{child.ports[0]}"


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer]:
    """A PostgreSQL server. Without one, tests that need it are skipped by name, or fail with CI=true."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_cluster())
        except NoPostgresError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(f"PostgreSQL is missing: {error}", pytrace=False)
            pytest.skip(f"needs PostgreSQL: {error}")
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    """Name of a PostgreSQL database of the newest schema, to copy: that takes a tenth of the time of making one."""
    # Here, so that tests without a database do not pay for it.
    from trends.storage.migrate import migrate

    migrate(postgres.create("newest"))
    return "newest"


def make_engine_child(binary: Path, folder: Path, stack: AsyncExitStack) -> Child:
    """Describe a server of ours in a folder, on ports that are claimed as long as the stack is open."""
    claims = [claim_port(FIRST_PORT) for _ in range(2)]
    for claim in claims:
        stack.callback(claim.release)
    port, ui_port = (claim.port for claim in claims)
    return Child(
        name="engine",
        command=server_command(binary, port=port, ui_port=ui_port, database=folder / "temporal.db"),
        environ=dict(os.environ),
        log=folder / "engine.log",
        check=engine_check(
            {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "TEMPORAL_CONFIG_FILE": os.devnull},
            namespace="default",
            retention=timedelta(days=30),
        ),
        ports=(port, ui_port),
        grace_seconds=10,
    )
