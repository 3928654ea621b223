"""The stack of `trends up` and `trends demo`: state held, engine found, storage migrated, three processes running."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from activities.contracts import QUEUES
from engine.child import Child
from engine.connect import connect
from engine.fetch import import_path
from engine.http_check import api_check
from engine.namespace import ensure_attributes
from engine.ports import LOOPBACK, claim_port
from engine.readiness import engine_check, worker_check
from engine.server import Engine, find_engine, server_command
from engine.state import HeldState, Running, State, hold_state, write_running
from engine.supervisor import Say, StackSpec, supervise
from trends.errors import PortTakenError
from trends.settings import Settings

PORTS_TRIED = 12
REMOTE_PATIENCE = timedelta(seconds=10)
# Between the word to stop and the kill; the API itself needs up to five seconds.
API_GRACE_SECONDS = 8.0


@dataclass(frozen=True)
class StackPorts:
    """Ports of a stack; the engine's two are None where the engine is remote."""

    api: int
    engine: int | None = None
    ui: int | None = None


def child_environ(
    environ: Mapping[str, str], *, state: State, engine: Engine, ports: StackPorts, namespace: str
) -> dict[str, str]:
    """Write the environment of worker and API.

    Args:
        environ: Ours; what is said there about a remote cluster is left as it is.
        state: Where files lie.
        engine: Which Temporal server is used.
        ports: Where each process listens.
        namespace: Namespace on a server of ours.
    """
    env = dict(environ)
    if engine.address is None:
        # A stray API key or profile would make the client speak TLS to our plain server.
        env = {key: value for key, value in env.items() if not key.startswith("TEMPORAL_")}
        env["TEMPORAL_CONFIG_FILE"] = os.devnull
        env["TEMPORAL_ADDRESS"] = f"{LOOPBACK}:{ports.engine}"
        env["TEMPORAL_NAMESPACE"] = namespace
    env["TRENDS_STATE"] = str(state.root)
    env["TRENDS_API__PORT"] = str(ports.api)
    env["PYTHONPATH"] = import_path(environ)
    env["PYTHONUNBUFFERED"] = "1"
    return env


def default_children(
    environ: Mapping[str, str],
    *,
    state: State,
    settings: Settings,
    engine: Engine,
    ports: StackPorts,
) -> tuple[tuple[Child, ...], ...]:
    """Write the real children: the engine, unless it is remote, then worker and API.

    Args:
        environ: Environment of this process.
        state: Where files lie.
        settings: For host, namespace, retention and graces.
        engine: Which Temporal server is used.
        ports: Where each process listens.
    """
    namespace = settings.engine.namespace
    env = child_environ(environ, state=state, engine=engine, ports=ports, namespace=namespace)
    host = settings.api.host
    worker = Child(
        name="worker",
        command=(sys.executable, "-P", "-m", "worker"),
        environ=env,
        log=state.logs / "worker.log",
        check=worker_check(env, namespace=namespace, queues=QUEUES),
        grace_seconds=settings.workers.graceful_shutdown_seconds + 5.0,
    )
    api = Child(
        name="api",
        # Not uvicorn itself: it would wait for open streams, and they for the end of their run.
        command=(sys.executable, "-P", "-m", "api"),
        environ=env,
        log=state.logs / "api.log",
        check=api_check(_reachable(host), ports.api),
        ports=(ports.api,),
        grace_seconds=API_GRACE_SECONDS,
    )
    if engine.binary is None or ports.engine is None or ports.ui is None:
        return ((worker, api),)
    temporal = Child(
        name="engine",
        command=server_command(
            engine.binary,
            port=ports.engine,
            ui_port=ports.ui,
            database=state.temporal_file,
            namespace=namespace,
        ),
        environ=dict(environ),
        log=state.logs / "engine.log",
        check=engine_check(
            env, namespace=namespace, retention=timedelta(days=settings.engine.retention_days)
        ),
        ports=(ports.engine, ports.ui),
        grace_seconds=10.0,
    )
    return ((temporal,), (worker, api))


def _reachable(host: str) -> str:
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound


@asynccontextmanager
async def open_stack(
    environ: Mapping[str, str],
    *,
    state: State,
    settings: Settings,
    migrate: Callable[[str], str],
    say: Say,
    hurry: asyncio.Event | None = None,
    allow_remote: bool = True,
) -> AsyncGenerator[Running]:
    """Run the whole product on a state folder for the length of the block; everything answers when it begins.

    Args:
        environ: Environment of this process.
        state: Held for as long.
        settings: Loaded once.
        migrate: Brings the database at a URL to this program's revision, after copying the file.
        say: Told what is being done, and of deaths and restarts.
        hurry: When set, a stop gives no more grace.
        allow_remote: False to use a server of our own whatever the environment names.

    Yields:
        Addresses and process ids, as in `running.json` at the beginning.

    Raises:
        StateHeldError: Another stack holds the state.
        EngineNotFoundError: There is no Temporal server.
        EngineUnreachableError: The remote one does not answer.
        PortTakenError: No port is to be had.
        StackError: A process does not start; its log's end is in the message.
        StorageError: The database cannot be migrated.
    """
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(hold_state(state, say=say))
        engine = await find_engine(environ, say=say, allow_remote=allow_remote)
        if engine.address is not None:
            await _prepare_remote(environ, settings, say)
        # A database that is named from outside is not ours to migrate at a start: `trends migrate` is.
        if not environ.get("TRENDS_DATABASE_URL"):
            await asyncio.to_thread(migrate, state.database_url)
        launch = _Launch(environ, held, settings, engine, say, hurry)
        yield await launch.enter(stack)


async def _prepare_remote(environ: Mapping[str, str], settings: Settings, say: Say) -> None:
    client = await connect(environ, namespace=settings.engine.namespace, patience=REMOTE_PATIENCE)
    await ensure_attributes(client, say=say)


@dataclass(frozen=True)
class _Launch:
    """Starting the processes, with other ports if another program was faster."""

    environ: Mapping[str, str]
    held: HeldState
    settings: Settings
    engine: Engine
    say: Say
    hurry: asyncio.Event | None

    async def enter(self, stack: AsyncExitStack) -> Running:
        taken: list[int] = []
        while True:
            # Claims outlast the children: one that dies restarts on its same port.
            async with AsyncExitStack() as trial:
                ports = self._claim(trial, taken)
                try:
                    running = await self._start(trial, ports)
                except PortTakenError as error:
                    taken += [port for port in (ports.api, ports.engine, ports.ui) if port]
                    if len(taken) > PORTS_TRIED:
                        raise
                    self.say(f"{error.what} Choosing others.")
                else:
                    stack.push_async_exit(trial.pop_all())
                    return running

    def _claim(self, trial: AsyncExitStack, taken: Sequence[int]) -> StackPorts:
        def claim(preferred: int, host: str) -> int:
            claimed = claim_port(preferred, host=host, avoid=taken)
            trial.callback(claimed.release)
            return claimed.port

        api = claim(self.settings.api.port, self.settings.api.host)
        if self.engine.address is not None:
            return StackPorts(api)
        engine = self.settings.engine
        return StackPorts(api, claim(engine.port, LOOPBACK), claim(engine.ui_port, LOOPBACK))

    async def _start(self, trial: AsyncExitStack, ports: StackPorts) -> Running:
        state = self.held.state

        def running(pids: Mapping[str, int]) -> Running:
            return Running(os.getpid(), self._urls(ports), dict(pids), self.engine.why)

        spec = StackSpec(
            groups=default_children(
                self.environ, state=state, settings=self.settings, engine=self.engine, ports=ports
            ),
            lock_fd=self.held.lock_fd,
            pids_changed=lambda pids: write_running(state, running(pids)),
        )
        supervisor = await trial.enter_async_context(
            supervise(spec, say=self.say, hurry=self.hurry)
        )
        return running(supervisor.pids)

    def _urls(self, ports: StackPorts) -> dict[str, str]:
        urls = {"api": f"http://{_bracket(_reachable(self.settings.api.host))}:{ports.api}"}
        if self.engine.address is not None:
            return urls | {"temporal": self.engine.address}
        return urls | {
            "temporal": f"{LOOPBACK}:{ports.engine}",
            "temporal_ui": f"http://{LOOPBACK}:{ports.ui}",
        }


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
