"""No path leads a tenant to the uploads of another."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from engine.parts import Parts, open_parts
from engine.state import State, prepare_state
from engine.wiring import check_source
from trends.errors import PathRefusedError
from trends.storage.migrate import migrate


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncGenerator[Parts]:
    """Parts of a process where three tenants have uploaded a file each."""
    state = State(tmp_path / "state")
    prepare_state(state)
    migrate(state.database_url)
    for tenant in ("local", "acme", "rival"):
        folder = state.uploads_of(tenant)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{tenant}.jsonl").write_text('{"title": "a"}\n')
    async with open_parts({"TRENDS_STATE": str(state.root)}) as opened:
        yield opened


@pytest.mark.parametrize("tenant", ["local", "acme", "rival"])
async def test_a_tenant_reads_its_own(parts: Parts, tenant: str) -> None:
    await check_source(parts, tenant, f"file:uploads/{tenant}.jsonl")


@pytest.mark.parametrize(
    ("tenant", "spec"),
    [
        ("rival", "file:uploads/acme.jsonl"),
        ("rival", "file:uploads/local.jsonl"),
        ("rival", "file:uploads/../acme"),
        ("rival", "file:uploads/../acme/acme.jsonl"),
        ("rival", "file:uploads/../../uploads"),
        ("rival", "file:{root}/uploads-of/acme/acme.jsonl"),
        ("local", "file:{root}/uploads-of/acme/acme.jsonl"),
        ("local", "file:uploads/../uploads-of/acme/acme.jsonl"),
        ("local", "file:{root}"),
    ],
)
async def test_a_tenant_does_not_reach_another_s(parts: Parts, tenant: str, spec: str) -> None:
    with pytest.raises(PathRefusedError):
        await check_source(parts, tenant, spec.format(root=parts.state.root))
