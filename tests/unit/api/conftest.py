"""The API over real storage, in memory and on a socket."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    """What the API serves from, without runs."""
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
async def http(doors: FakeDoors) -> AsyncGenerator[httpx.AsyncClient]:
    """Calls the API in this process."""
    async with in_process(doors) as client:
        yield client
