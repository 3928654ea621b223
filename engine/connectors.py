"""Connectors to sources, with what they need of the process."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from engine.kept_answers import KeptAnswers
from engine.targets import MakeLive
from trends.outbound import Outbound
from trends.settings import Settings
from trends.sources import registry
from trends.sources.base import LiveSource, Source
from trends.sources.search import SearchSource, market_templates
from trends.storage.response_cache import CacheStore


def make_source(spec: str, settings: Settings, uploads: Path, roots: Sequence[str]) -> Source:
    """Make a source from its spec, such as `file:uploads/a.jsonl`.

    Args:
        spec: Name, and argument behind a colon.
        settings: The run's own.
        uploads: Folder of the tenant's own uploads.
        roots: Folders that this process may read now. Not the run's: a folder that was taken away stays away.

    Raises:
        UnknownNameError: No such source.
        SettingsError: Its settings are wrong.
    """
    name, _ = registry.parse_source_spec(spec)
    options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
    if name == "file":
        options |= {"uploads": str(uploads), "roots": roots}
    return registry.create(name, options)


def make_live_sources(
    outbound: Outbound, cache: CacheStore, clock: Callable[[], datetime]
) -> MakeLive:
    """Make what makes live sources from their specs, such as `rss:hani`.

    It raises UnknownNameError for a source that is not there, and SettingsError for settings that are wrong.

    Args:
        outbound: The way out, under this process's own limits.
        cache: Keeps what hosts answer.
        clock: Now, in UTC.
    """

    def make(spec: str, settings: Settings, tenant: str = "", *, fresh: bool = True) -> LiveSource:
        name, _ = registry.parse_source_spec(spec)
        options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
        if name == SearchSource.name:
            options |= {"templates": market_templates()}
        way = KeptAnswers(outbound, cache, clock, tenant, fresh=fresh)
        return registry.create_live(name, options, way)

    return make


def searches_by_name() -> dict[str, list[str]]:
    """Read which markets have which search.

    Raises:
        SettingsError: A market's file is broken.
    """
    found: dict[str, list[str]] = {}
    for market, templates in sorted(market_templates().items()):
        for name in sorted(templates):
            found.setdefault(name, []).append(market)
    return found
