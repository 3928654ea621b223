"""What exists is documented: every stage, source, setting and event has its place in docs/reference."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from trends.llm.registry import PROVIDERS
from trends.notify.base import NoticeKind
from trends.notify.registry import TYPES
from trends.settings_sections import FeedSettings
from trends.sources.registry import LIVE, SOURCES
from workflows.stages import PIPELINES

ROOT = Path(__file__).parents[2]
CHANNELS = (ROOT / "docs/reference/channels.md").read_text()
MODELS = (ROOT / "docs/reference/models.md").read_text()
PIPELINE = (ROOT / "docs/reference/pipeline.md").read_text()
SETTINGS = (ROOT / "docs/reference/settings.md").read_text()
SOURCE_PAGE = (ROOT / "docs/reference/sources.md").read_text()
STAGES = [row for rows in PIPELINES.values() for row in rows]


def leaves(values: dict[str, object], path: str = "") -> list[str]:
    """Dotted names of every setting."""
    names: list[str] = []
    for key, value in values.items():
        name = f"{path}{key}"
        if isinstance(value, dict) and value:
            names += leaves({str(k): v for k, v in value.items()}, f"{name}.")  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # plain YAML
        else:
            names.append(name)
    return names


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.name)
def test_every_stage_has_a_heading_with_its_queue_and_attempts(row: object) -> None:
    found = next(each for each in STAGES if each is row)
    section = PIPELINE.partition(f"\n### {found.name}\n")[2].partition("\n### ")[0]
    assert f"Queue `{found.queue}`, {found.attempts} attempts" in section
    assert ("may be skipped" in section) == found.may_skip


@pytest.mark.parametrize("name", sorted({*SOURCES, *LIVE}))
def test_every_source_has_a_heading(name: str) -> None:
    assert f"\n### {name}\n" in SOURCE_PAGE


@pytest.mark.parametrize("key", sorted(FeedSettings.model_fields))
def test_every_key_of_a_feed_is_told(key: str) -> None:
    assert f"| `{key}` |" in SOURCE_PAGE


@pytest.mark.parametrize("settings", TYPES, ids=lambda settings: TYPES[settings][0])
def test_every_type_of_channel_is_told_with_its_keys(settings: type[BaseModel]) -> None:
    name, _ = TYPES[settings]
    section = CHANNELS.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    assert [key for key in settings.model_fields if f"`{key}`" not in section] == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_model_provider_is_told_with_its_extra(name: str) -> None:
    extra = f"`{PROVIDERS[name].extra}`" if PROVIDERS[name].extra else "comes along"
    assert f"| `{name}` | {extra} |" in MODELS
    assert f"\n### {name}\n" in MODELS


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_notice_is_told(kind: NoticeKind) -> None:
    assert f"| `{kind.value}` |" in CHANNELS


@pytest.mark.parametrize("name", leaves(yaml.safe_load((ROOT / "config/base.yaml").read_text())))
def test_every_setting_is_told(name: str) -> None:
    assert f"| `{name}` |" in SETTINGS


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{document.name}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert dead == []
