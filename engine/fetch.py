"""Get a Temporal server onto this machine: the SDK's download, or a build with Go; kept in the per-user cache."""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.commands import run_bounded
from engine.locks import lock_exclusive, once
from trends.errors import EngineNotFoundError

# The newest release that `go install` accepts; later ones carry a replace directive. Its server is 1.29.1.
CLI_VERSION = "v1.5.1"
GO_PACKAGE = "github.com/temporalio/cli/cmd/temporal"
BUILD_NEWS_SECONDS = 30.0


@dataclass(frozen=True)
class GoProgram:
    """A program that is built from its published module.

    Attributes:
        name: What people call it; with the version it is the file's name in the cache.
        package: Its path, without the version.
        version: The release.
    """

    name: str
    package: str
    version: str

    @property
    def built_as(self) -> str:
        """What `go install` calls the file: the last word of the path."""
        return self.package.rpartition("/")[2]


# The server of the development binary above, for PostgreSQL, and what makes its tables.
PRODUCTION_VERSION = "v1.29.1"
PRODUCTION_SERVER = GoProgram(
    "temporal-server", "go.temporal.io/server/cmd/server", PRODUCTION_VERSION
)
SQL_TOOL = GoProgram("temporal-sql-tool", "go.temporal.io/server/cmd/tools/sql", PRODUCTION_VERSION)


@dataclass(frozen=True)
class Means:
    """What may be used to get a server.

    Attributes:
        download_seconds: Longest a download may take.
        build_seconds: Longest a build may take.
        go_places: Where Go may be besides PATH; its own installer puts it where not every shell looks.
    """

    download_seconds: float = 30.0
    build_seconds: float = 20 * 60.0
    go_places: tuple[Path, ...] = (Path("/usr/local/go/bin/go"),)


@dataclass(frozen=True)
class Fetched:
    """What an attempt to get a binary came to.

    Attributes:
        binary: Where it lies now; None if the attempt failed.
        note: How it was made, or why it could not be.
    """

    binary: Path | None
    note: str


def cache_folder(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Where this user's programs keep what they can get again."""
    name = "consumer-trend-agent"
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / name
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / name


def cached_binary(cache: Path) -> Path:
    """Where a binary that was got lies: the version is in its name, so that a newer pin is got anew."""
    return cache / f"temporal-{CLI_VERSION}"


@asynccontextmanager
async def fetch_lock(cache: Path, *, say: Callable[[str], None]) -> AsyncGenerator[None]:
    """Let one process of this user download or build; the others wait, then find its work in the cache.

    Raises:
        OSError: The cache cannot be written.
    """
    with _open_lock(cache) as lock:
        waiting = once(say, "another process is getting the Temporal server; waiting for it")
        await lock_exclusive(lock.fileno(), while_held=waiting)
        yield


def _open_lock(cache: Path) -> IO[str]:
    cache.mkdir(parents=True, exist_ok=True)
    return (cache / "temporal.lock").open("a")


async def download(
    environ: Mapping[str, str], cache: Path, *, say: Callable[[str], None], means: Means
) -> Fetched:
    """Let the Temporal SDK download its development server, and keep the binary.

    The SDK downloads only while starting a server, so one is started and stopped, in a process of its own
    that can be ended at the limit.
    """
    say(f"downloading the Temporal server {CLI_VERSION} (at most {means.download_seconds:.0f} s)")
    with tempfile.TemporaryDirectory(dir=cache, prefix="download-") as folder:
        outcome = await run_bounded(
            [sys.executable, "-P", "-m", "engine.sdk_download", CLI_VERSION, folder],
            environ={**environ, "PYTHONPATH": import_path(environ)},
            limit_seconds=means.download_seconds,
        )
        if not outcome.ok:
            return Fetched(None, f"the download failed: {outcome.reason}")
        binary = _only_file(Path(folder))
        if binary is None:
            return Fetched(None, "the download left no binary")
        return Fetched(
            _keep(binary, cached_binary(cache)), f"downloaded by the Temporal SDK ({CLI_VERSION})"
        )


async def build(
    environ: Mapping[str, str], cache: Path, *, say: Callable[[str], None], means: Means
) -> Fetched:
    """Build the server with the Go toolchain of this machine; some three minutes on two cores."""
    news = "building the Temporal server with Go: some three minutes, once for this user"
    program = GoProgram("temporal", GO_PACKAGE, CLI_VERSION)
    return await _go_install(program, environ, cache, news=news, say=say, means=means)


async def build_program(
    program: GoProgram,
    environ: Mapping[str, str],
    *,
    say: Callable[[str], None],
    means: Means | None = None,
) -> Path:
    """Find a program in the cache, or build it with the Go toolchain of this machine.

    Args:
        program: Which.
        environ: Environment to search by.
        say: Told what is being done.
        means: What may be used; the usual if None.

    Raises:
        EngineNotFoundError: It is not there and cannot be built.
    """
    cache = cache_folder(environ)
    kept = _kept(program, cache)
    if kept.exists():
        return kept
    news = f"building {program.name} {program.version} with Go: a few minutes, once for this user"
    try:
        async with fetch_lock(cache, say=say):
            # Whoever held the lock before us may have built it.
            if kept.exists():
                return kept
            fetched = await _go_install(
                program, environ, cache, news=news, say=say, means=means or Means()
            )
    except OSError as error:
        fetched = Fetched(None, f"nothing could be put into {cache}: {error.strerror or error}")
    if fetched.binary is None:
        raise EngineNotFoundError(
            f"{program.name} {program.version} is not here and cannot be built.",
            why=f"{fetched.note[:1].upper()}{fetched.note[1:]}.",
            next_step=(
                f"Install Go 1.25 or newer and open the network, or put the program at {kept}."
            ),
        )
    return fetched.binary


async def _go_install(
    program: GoProgram,
    environ: Mapping[str, str],
    cache: Path,
    *,
    news: str,
    say: Callable[[str], None],
    means: Means,
) -> Fetched:
    go = find_go(environ, means)
    if go is None:
        return Fetched(None, "there is no `go` on PATH to build it with")
    say(news)
    with tempfile.TemporaryDirectory(dir=cache, prefix="build-") as folder:
        outcome = await run_bounded(
            [go, "install", f"{program.package}@{program.version}"],
            # Without cgo no C compiler is needed.
            environ={**environ, "GOBIN": folder, "CGO_ENABLED": "0"},
            limit_seconds=means.build_seconds,
            every=(BUILD_NEWS_SECONDS, lambda gone: say(f"still building ({gone:.0f} s)")),
        )
        binary = Path(folder) / program.built_as
        if not outcome.ok or not binary.exists():
            return Fetched(None, f"the build failed: {outcome.reason}")
        return Fetched(_keep(binary, _kept(program, cache)), f"built with {go}")


def find_go(environ: Mapping[str, str], means: Means) -> Path | None:
    """Find the Go toolchain."""
    found = shutil.which("go", path=environ.get("PATH", ""))
    if found:
        return Path(found)
    return next((place for place in means.go_places if os.access(place, os.X_OK)), None)


def import_path(environ: Mapping[str, str]) -> str:
    """A PYTHONPATH by which a child process imports the same code as this one, from whatever folder."""
    own = str(Path(__file__).resolve().parent.parent)
    rest = environ.get("PYTHONPATH")
    return f"{own}{os.pathsep}{rest}" if rest else own


def _only_file(folder: Path) -> Path | None:
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return files[0] if len(files) == 1 else None


def _kept(program: GoProgram, cache: Path) -> Path:
    return cache / f"{program.name}-{program.version}"


def _keep(binary: Path, kept: Path) -> Path:
    # Renamed in the same folder: another process sees the whole binary or none.
    binary.chmod(0o755)
    return binary.replace(kept)
