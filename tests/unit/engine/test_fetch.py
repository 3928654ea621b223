"""Getting a server: the cache, the lock, the SDK's download and the build."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from engine.fetch import (
    SQL_TOOL,
    Means,
    build,
    build_program,
    cache_folder,
    cached_binary,
    download,
    fetch_lock,
    find_go,
    import_path,
)
from tests.unit.engine.programs import write_program
from trends.errors import EngineNotFoundError

# Nothing listens there: a download fails at once, whatever the network.
CLOSED = {"HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
GO = """#!/bin/sh
[ "$1" = install ] || exit 9
echo "$CGO_ENABLED $2" > "$GOBIN/../asked"
printf '#!/bin/sh\\necho built\\n' > "$GOBIN/temporal"
"""


def ignore(_line: str) -> None:
    """Nobody listens."""


def test_the_cache_follows_the_desktop_standard(tmp_path: Path) -> None:
    environ = {"XDG_CACHE_HOME": str(tmp_path), "HOME": "/nobody"}
    assert cache_folder(environ) == tmp_path / "consumer-trend-agent"


@pytest.mark.parametrize(
    ("platform", "folder"), [("linux", ".cache"), ("darwin", "Library/Caches")]
)
def test_the_cache_is_where_each_system_keeps_caches(platform: str, folder: str) -> None:
    found = cache_folder({"HOME": "/home/me"}, platform=platform)
    assert found == Path("/home/me") / folder / "consumer-trend-agent"


def test_go_is_found_on_path_before_other_places(tmp_path: Path) -> None:
    go = write_program(tmp_path / "bin/go", "#!/bin/sh\n")
    other = write_program(tmp_path / "other/go", "#!/bin/sh\n")
    assert find_go({"PATH": str(go.parent)}, Means(go_places=(other,))) == go


def test_go_is_found_where_its_installer_puts_it(tmp_path: Path) -> None:
    other = write_program(tmp_path / "other/go", "#!/bin/sh\n")
    assert find_go({"PATH": str(tmp_path)}, Means(go_places=(other,))) == other


async def test_a_build_ends_in_the_cache(tmp_path: Path) -> None:
    go = write_program(tmp_path / "go", GO)
    cache = tmp_path / "cache"
    cache.mkdir()
    fetched = await build({}, cache, say=ignore, means=Means(go_places=(go,)))
    assert fetched.binary == cached_binary(cache)
    assert subprocess_output(fetched.binary) == "built\n"


async def test_a_build_needs_no_c_compiler_and_names_the_release(tmp_path: Path) -> None:
    go = write_program(tmp_path / "go", GO)
    await build({}, tmp_path, say=ignore, means=Means(go_places=(go,)))
    asked = (tmp_path / "asked").read_text()
    assert asked == "0 github.com/temporalio/cli/cmd/temporal@v1.5.1\n"


async def test_a_failed_build_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    go = write_program(tmp_path / "go", "#!/bin/sh\necho 'go: no such module' >&2\nexit 1\n")
    cache = tmp_path / "cache"
    cache.mkdir()
    fetched = await build({}, cache, say=ignore, means=Means(go_places=(go,)))
    assert (fetched.binary, fetched.note) == (None, "the build failed: go: no such module")
    assert names(cache) == []


GO_SQL = """#!/bin/sh
echo "$2" >> "$HOME/asked"
printf '#!/bin/sh\\necho tool\\n' > "$GOBIN/sql"
"""


async def test_a_program_is_built_once_and_kept_by_its_release(tmp_path: Path) -> None:
    go = write_program(tmp_path / "go", GO_SQL)
    environ, means = {"HOME": str(tmp_path)}, Means(go_places=(go,))
    said: list[str] = []
    built = await build_program(SQL_TOOL, environ, say=said.append, means=means)
    found = await build_program(SQL_TOOL, environ, say=said.append, means=means)
    assert built == found == cache_folder(environ) / "temporal-sql-tool-v1.29.1"
    assert subprocess_output(found) == "tool\n"
    asked = (tmp_path / "asked").read_text()
    assert asked == "go.temporal.io/server/cmd/tools/sql@v1.29.1\n"
    assert [line.partition(":")[0] for line in said] == [
        "building temporal-sql-tool v1.29.1 with Go"
    ]


async def test_two_who_want_a_program_build_it_once(tmp_path: Path) -> None:
    go = write_program(tmp_path / "go", GO_SQL)
    environ, means = {"HOME": str(tmp_path)}, Means(go_places=(go,))
    wants = [build_program(SQL_TOOL, environ, say=ignore, means=means) for _ in range(2)]
    first, second = await asyncio.gather(*wants)
    assert first == second
    assert len((tmp_path / "asked").read_text().splitlines()) == 1


async def test_a_program_that_cannot_be_built_says_why_and_what_to_do(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with pytest.raises(EngineNotFoundError) as failure:
        await build_program(SQL_TOOL, environ, say=ignore, means=Means(go_places=()))
    assert str(failure.value) == (
        "temporal-sql-tool v1.29.1 is not here and cannot be built. "
        "There is no `go` on PATH to build it with. "
        "Install Go 1.25 or newer and open the network, or put the program at "
        f"{cache_folder(environ) / 'temporal-sql-tool-v1.29.1'}."
    )


async def test_without_go_there_is_no_build(tmp_path: Path) -> None:
    fetched = await build({}, tmp_path, say=ignore, means=Means(go_places=()))
    assert (fetched.binary, fetched.note) == (None, "there is no `go` on PATH to build it with")


async def test_a_download_without_network_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    fetched = await download(CLOSED, tmp_path, say=ignore, means=Means())
    assert fetched.binary is None
    assert "temporal.download" in fetched.note
    assert names(tmp_path) == []


async def test_a_download_is_ended_at_its_limit(tmp_path: Path) -> None:
    fetched = await download(CLOSED, tmp_path, say=ignore, means=Means(download_seconds=0))
    assert fetched.note == "the download failed: it took too long"


async def test_one_process_gets_a_server_at_a_time(tmp_path: Path) -> None:
    said: list[str] = []
    order: list[str] = []
    inside = asyncio.Event()

    def hear(line: str) -> None:
        said.append(line)
        inside.set()

    async def second() -> None:
        async with fetch_lock(tmp_path, say=hear):
            order.append("second")

    async with fetch_lock(tmp_path, say=ignore):
        waiting = asyncio.create_task(second())
        await inside.wait()
        order.append("first")
    await waiting
    assert order == ["first", "second"]
    assert said == ["another process is getting the Temporal server; waiting for it"]


def test_a_child_imports_our_code_before_what_the_caller_had() -> None:
    first, _, rest = import_path({"PYTHONPATH": "/theirs"}).partition(":")
    assert (Path(first) / "engine").is_dir()
    assert rest == "/theirs"


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def subprocess_output(binary: Path | None) -> str:
    """Run a program and return what it wrote."""
    assert binary is not None
    return subprocess.run([binary], capture_output=True, text=True, check=True).stdout


def test_the_download_reports_a_failure_by_status_and_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine.sdk_download", "v1.5.1", str(tmp_path)],
        env={**CLOSED, "PYTHONPATH": import_path({})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
