"""The state folder: where everything lies that outlives a process, and who may use it.

Two servers on one database file start happily and corrupt it, so whoever runs a stack holds the folder.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.locks import lock_exclusive, once
from trends.domain.access import OPEN_TENANT
from trends.errors import SchemaMismatchError, StateHeldError, StorageUnavailableError

# Goes up when an older program could no longer make sense of the folder.
STATE_VERSION = 1
DEFAULT_STATE = ".trends"
UPLOADS_OF = "uploads-of"


@dataclass(frozen=True)
class State:
    """The paths inside a state folder."""

    root: Path

    @property
    def database_file(self) -> Path:
        """The product's own database."""
        return self.root / "trends.db"

    @property
    def database_url(self) -> str:
        """The same, as SQLAlchemy reads it."""
        # A path may hold what means something in a URL.
        return f"sqlite:///{quote(str(self.database_file))}"

    @property
    def temporal_file(self) -> Path:
        """The Temporal server's database."""
        return self.root / "temporal.db"

    @property
    def artifacts(self) -> Path:
        """What stages hand to each other."""
        return self.root / "artifacts"

    @property
    def uploads(self) -> Path:
        """Files that came through the API for the tenant `local`."""
        return self.root / "uploads"

    def uploads_of(self, tenant: str) -> Path:
        """Where a tenant's uploaded files go: those of others lie outside, so that no path leads to them."""
        return self.uploads if tenant == OPEN_TENANT else self.root / UPLOADS_OF / tenant

    def upload_folders(self) -> list[Path]:
        """The folders of all tenants' uploaded files, as far as there are any."""
        return [self.uploads, *sorted((self.root / UPLOADS_OF).glob("*"))]

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.root / "logs"

    @property
    def server_key(self) -> Path:
        """What links are signed and secrets sealed with, where no other key is given."""
        return self.root / "server.key"

    @property
    def running_file(self) -> Path:
        """Addresses and process ids of the stack that runs on this state."""
        return self.root / "running.json"

    @property
    def version_file(self) -> Path:
        """Layout version of the folder, an integer."""
        return self.root / "version"

    @property
    def lock_file(self) -> Path:
        """Held by the running stack; names its process id."""
        return self.root / "lock"


@dataclass(frozen=True)
class Running:
    """What `running.json` tells about a running stack.

    Attributes:
        pid: Process id of the supervisor.
        urls: `api` and `temporal_ui` as URLs, `temporal` as host:port; a remote cluster has no UI here.
        pids: Process ids by child name.
        engine: Which Temporal server is used, and why.
    """

    pid: int
    urls: Mapping[str, str]
    pids: Mapping[str, int]
    engine: str = ""


@dataclass(frozen=True)
class HeldState:
    """A state folder that this process holds.

    Attributes:
        state: The folder.
        lock_fd: Open file that holds the lock. A child that inherits it prolongs the hold.
    """

    state: State
    lock_fd: int


def locate_state(environ: Mapping[str, str], chosen: Path | None = None) -> State:
    """Find the state folder: as told, else `TRENDS_STATE`, else `./.trends`. Creates nothing."""
    root = chosen or Path(environ.get("TRENDS_STATE") or DEFAULT_STATE)
    return State(root.expanduser().absolute())


def prepare_state(state: State) -> None:
    """Create the folder and what it needs, or check that this program understands it.

    Raises:
        SchemaMismatchError: A newer program wrote it.
        StorageUnavailableError: It cannot be created or written.
    """
    try:
        for folder in (state.root, state.artifacts, state.uploads, state.logs):
            folder.mkdir(parents=True, exist_ok=True)
        ignore = state.root / ".gitignore"
        if not ignore.exists():
            # Whoever's repository it lies in, its content is not for that repository.
            write_whole(ignore, "*\n")
        if not state.version_file.exists():
            write_whole(state.version_file, f"{STATE_VERSION}\n")
    except OSError as error:
        raise StorageUnavailableError(
            f"The state folder {state.root} cannot be used.",
            why=f"{error.strerror or error}.",
            next_step="Free or unlock it, or name another folder in TRENDS_STATE.",
        ) from error
    check_version(state)


def check_version(state: State) -> None:
    """Make sure that this program understands a folder, if it has been used before.

    Raises:
        SchemaMismatchError: A newer program wrote it.
    """
    found = _read_version(state)
    if found is not None and found > STATE_VERSION:
        raise SchemaMismatchError(
            f"The state folder {state.root} is of version {found}; this program reads up to {STATE_VERSION}.",
            why="A newer release wrote it.",
            next_step="Install that release again, or name another folder in TRENDS_STATE.",
        )


def _read_version(state: State) -> int | None:
    try:
        text = state.version_file.read_text().strip()
    except FileNotFoundError:
        return None
    if not text.isdecimal():
        raise SchemaMismatchError(
            f"{state.version_file} does not hold a version number.",
            why=f"It reads '{text[:40]}'.",
            next_step="Restore the file, or name another folder in TRENDS_STATE.",
        )
    return int(text)


def write_whole(path: Path, text: str) -> None:
    """Replace a file so that no reader ever sees half of it; readable by its owner alone."""
    # mkstemp gives mode 0600, which the replaced file takes over.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_running(state: State, running: Running) -> None:
    """Tell clients where the stack is."""
    text = json.dumps(asdict(running), indent=2, sort_keys=True)
    write_whole(state.running_file, text + "\n")


def read_running(state: State) -> Running | None:
    """Read where the stack is; None where none runs, or an earlier one was killed."""
    try:
        raw: dict[str, Any] = json.loads(state.running_file.read_text(encoding="utf-8"))
        running = Running(
            pid=int(raw["pid"]),
            urls={str(key): str(value) for key, value in raw["urls"].items()},
            pids={str(key): int(value) for key, value in raw["pids"].items()},
            engine=str(raw.get("engine", "")),
        )
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return running if is_alive(running.pid) else None


def is_alive(pid: int) -> bool:
    """Tell whether a process of this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@asynccontextmanager
async def hold_state(
    state: State, *, say: Callable[[str], None], patience_seconds: float = 20
) -> AsyncGenerator[HeldState]:
    """Hold a state folder alone, until the block ends and the last child that inherited the lock is gone.

    Where the holder was killed, its children need a moment to end: that is waited for.

    Raises:
        StateHeldError: Another process holds it; the message names its process id and URL.
        SchemaMismatchError: A newer program wrote it.
        StorageUnavailableError: It cannot be created or written.
    """
    prepare_state(state)
    descriptor = os.open(state.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _lock(state, descriptor, say, patience_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        state.running_file.unlink(missing_ok=True)
        try:
            yield HeldState(state, descriptor)
        finally:
            state.running_file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


async def _lock(
    state: State, descriptor: int, say: Callable[[str], None], patience_seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_seconds
    tell = once(say, "the last stack on this state was killed; waiting for its processes to end")

    def give_up_or_wait() -> None:
        holder = _holder(descriptor)
        if (holder is not None and is_alive(holder)) or loop.time() > deadline:
            raise _held(state, holder)
        tell()

    await lock_exclusive(descriptor, while_held=give_up_or_wait)


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() else None


def _held(state: State, holder: int | None) -> StateHeldError:
    running = read_running(state)
    url = running.urls.get("api") if running else None
    who = f"Process {holder}" if holder else "Another process"
    stop = f"Stop it (kill {holder})" if holder else "Stop it"
    return StateHeldError(
        f"The state folder {state.root} is in use.",
        why=f"{who} holds it{f' and serves {url}' if url else ''}.",
        next_step=f"{stop}, or name another folder in TRENDS_STATE.",
    )
