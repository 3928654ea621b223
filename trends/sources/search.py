"""The `search` source: the newest results of a news search that gives them as a feed, by market.

A search lists what matches, and of that what it likes: it is never all there is, so its items are evidence and never
something to count on.
"""

from collections.abc import Mapping
from typing import ClassVar, Self
from urllib.parse import quote

from pydantic import ValidationError

from trends.domain.models import Model
from trends.domain.query_parser import read_query
from trends.domain.query_tree import AllOf, AnyOf, Exclude, Needle, Node
from trends.errors import InvalidRequestError, UnknownNameError
from trends.markets import load_market, market_names
from trends.settings_sections import SearchTemplate
from trends.sources.base import (
    LiveSource,
    Polled,
    PollRequest,
    PollState,
    ReadLog,
    WayOut,
    options_error,
)
from trends.sources.feeds.items import Naming
from trends.sources.feeds.polling import poll_feed

PLACEHOLDER = "{query}"


class SearchOptions(Model):
    """What the markets say of searches.

    Attributes:
        templates: Address with `{query}` in it, by market and by name of the search.
    """

    templates: Mapping[str, Mapping[str, SearchTemplate]]


class SearchSource(LiveSource):
    """Searches for a run's query.

    Args:
        options: Searches by market.
        outbound: The way out.
    """

    name: ClassVar[str] = "search"
    takes_query: ClassVar[bool] = True

    def __init__(self, options: SearchOptions, outbound: WayOut) -> None:
        self._templates = options.templates
        self._outbound = outbound

    @classmethod
    def from_options(cls, options: Mapping[str, object], outbound: WayOut) -> Self:
        """Build from `templates`, as `market_templates` reads them."""
        try:
            return cls(SearchOptions.model_validate(options), outbound)
        except ValidationError as error:
            raise options_error(cls.name, error) from error

    def check(self, argument: str) -> None:
        """Refuse a search that no market has."""
        _known(argument, {name for names in self._templates.values() for name in names})

    async def poll(self, request: PollRequest, state: PollState, log: ReadLog) -> Polled:
        """Search once for the query, as the market's template says."""
        templates = self._templates.get(request.market, {})
        _known(request.argument, templates)
        words = search_words(request.query)
        url = templates[request.argument].replace(PLACEHOLDER, quote(words, safe=""))
        naming = Naming(self.name, f"{request.argument} {request.market}")
        polled = await poll_feed(self._outbound, url, naming, request, state, log)
        return polled.model_copy(update={"censored": True, "covers_from": None})


def market_templates() -> dict[str, dict[str, str]]:
    """Read the searches of every market.

    Raises:
        SettingsError: A market's file is broken.
    """
    return {name: dict(load_market(name).search) for name in market_names()}


def search_words(query: str) -> str:
    """Write a query as news searches read it: blanks for AND, OR, quotes, a minus; what they cannot say is left out.

    That only widens the search; the run's own query judges what comes.

    Raises:
        InvalidRequestError: Nothing to search for: no query, or exclusions alone.
        InvalidQueryError: The query cannot be read.
    """
    node = read_query(query)
    if node is None or not _wants(node):
        raise InvalidRequestError(
            "The source 'search' has nothing to search for.",
            why="The run's query names no word that every story of it has.",
            next_step="Give the run a query, or another source.",
        )
    return _words(node)


def _wants(node: Node) -> bool:
    """Whether a text needs some word of the query to satisfy it."""
    match node:
        case Needle():
            return True
        case Exclude():
            return False
        case AllOf(parts):
            return any(_wants(part) for part in parts)
        case AnyOf(parts):
            return all(_wants(part) for part in parts)


def _words(node: Node) -> str:
    match node:
        case Needle(text):
            return f'"{text}"' if " " in text else text
        case Exclude(Needle() as part):
            return f"-{_words(part)}"
        case Exclude():
            return ""
        case AllOf(parts):
            said = [part for part in parts if _wants(part) or isinstance(part, Exclude)]
            texts = (f"({_words(p)})" if isinstance(p, AnyOf) else _words(p) for p in said)
            return " ".join(text for text in texts if text)
        case AnyOf(parts):
            texts = (f"({_words(p)})" if isinstance(p, AllOf) else _words(p) for p in parts)
            return " OR ".join(texts)


def _known(argument: str, names: Mapping[str, object] | set[str]) -> None:
    if not argument:
        raise InvalidRequestError(
            "The source 'search' does not say which search.",
            next_step=f"Write search:NAME. Known: {', '.join(sorted(names)) or 'none'}.",
        )
    if argument not in names:
        kind = "search"
        raise UnknownNameError(kind, argument, names)
