"""The sources there are. Adding one takes its file and one line here."""

from collections.abc import Mapping

from trends.errors import InvalidRequestError, UnknownNameError
from trends.sources.base import LiveSource, Source, WayOut
from trends.sources.file import FileSource
from trends.sources.rss import RssSource
from trends.sources.sample import SampleSource
from trends.sources.search import SearchSource

SOURCES: dict[str, type[Source]] = {
    FileSource.name: FileSource,
    SampleSource.name: SampleSource,
}
"""Read to their end by each run."""

LIVE: dict[str, type[LiveSource]] = {
    RssSource.name: RssSource,
    SearchSource.name: SearchSource,
}
"""Polled, and kept by the store."""


def create(name: str, options: Mapping[str, object]) -> Source:
    """Build a source by name from its section of the settings.

    Raises:
        UnknownNameError: No such source; names the near one.
        SettingsError: Options that the source does not know.
    """
    if name not in SOURCES:
        raise UnknownNameError("source", name, SOURCES)
    return SOURCES[name].from_options(options)


def create_live(name: str, options: Mapping[str, object], outbound: WayOut) -> LiveSource:
    """Build a live source by name from its section of the settings.

    Raises:
        UnknownNameError: No such source; names the near one.
        SettingsError: Options that the source does not know.
    """
    if name not in LIVE:
        raise UnknownNameError("source", name, LIVE)
    return LIVE[name].from_options(options, outbound)


def parse_source_spec(text: str) -> tuple[str, str]:
    """Split `name` or `name:argument`, such as `file:uploads/a.jsonl`, and check the name.

    Raises:
        UnknownNameError: No such source; names the near one.
        InvalidRequestError: The source takes no argument.
    """
    name, colon, argument = text.strip().partition(":")
    known: dict[str, type[Source | LiveSource]] = {**SOURCES, **LIVE}
    if name not in known:
        raise UnknownNameError("source", name, known)
    if colon and not known[name].takes_argument:
        raise InvalidRequestError(
            f"The source '{name}' takes nothing behind a colon.", next_step=f"Write {name} alone."
        )
    return name, argument
