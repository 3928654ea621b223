"""Every example, as its reader would start it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.unit.api.fake_doors import FakeDoors, LiveApi, open_fake_doors

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
MAX_LINES = 40


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        working = asyncio.create_task(opened.complete_all())
        yield opened
        working.cancel()


@pytest.fixture
async def live(doors: FakeDoors) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors)
    await api.start()
    yield api
    await api.stop()


async def start(api: LiveApi, name: str, *words: str) -> tuple[int | None, str]:
    environ = {**os.environ, "TRENDS_API_URL": api.url, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, EXAMPLES / f"{name}.py", *words,
        env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_submit_and_wait_prints_the_lines(live: LiveApi) -> None:
    status, said = await start(live, "submit_and_wait", "두바이 쿠키")
    assert status == 0, said
    assert "three" in said
    assert "/report?format=html" in said


async def test_watch_events_tells_the_run_to_its_end(live: LiveApi) -> None:
    status, said = await start(live, "watch_events")
    assert status == 0, said
    assert said.rstrip().splitlines()[-1].split()[1] == "run.completed"


async def test_rerun_from_report_prints_the_new_report(live: LiveApi) -> None:
    await start(live, "submit_and_wait")
    status, said = await start(live, "rerun_from_report")
    assert status == 0, said
    assert "analyze taken_over" in said
    assert "# Trends" in said


async def test_upload_a_file_prints_the_report(live: LiveApi, tmp_path: Path) -> None:
    file = tmp_path / "headlines.jsonl"
    file.write_text('{"title": "a"}\n')
    status, said = await start(live, "upload_a_file", str(file))
    assert status == 0, said
    assert "15 bytes stored as file:uploads/" in said


def test_every_example_is_run_here() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{example.stem}"' in tested for example in EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example_fits_on_a_screen(example: Path) -> None:
    assert len(example.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
