"""The `rss` source: any RSS, Atom, RDF or CDF feed, by its name in the settings or by its address."""

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import ValidationError

from trends.errors import InvalidRequestError, UnknownNameError
from trends.settings_sections import FeedSettings, RssSourceSettings
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


class RssSource(LiveSource):
    """Polls feeds.

    Args:
        settings: Feeds by name.
        outbound: The way out.
    """

    name: ClassVar[str] = "rss"

    def __init__(self, settings: RssSourceSettings, outbound: WayOut) -> None:
        self._feeds = settings.feeds
        self._outbound = outbound

    @classmethod
    def from_options(cls, options: Mapping[str, object], outbound: WayOut) -> Self:
        """Build from `sources.rss` of the settings."""
        try:
            return cls(RssSourceSettings.model_validate(options), outbound)
        except ValidationError as error:
            raise options_error(cls.name, error) from error

    def check(self, argument: str) -> None:
        """Refuse a name that no feed has, and an address that is not fetched."""
        self._outbound.check(self._feed(argument).url)

    async def poll(self, request: PollRequest, state: PollState, log: ReadLog) -> Polled:
        """Ask one feed, named or addressed by the argument."""
        feed = self._feed(request.argument)
        naming = Naming(self.name, request.argument, outlet=feed.outlet, language=feed.language)
        return await poll_feed(self._outbound, feed.url, naming, request, state, log)

    def _feed(self, argument: str) -> FeedSettings:
        if not argument:
            raise InvalidRequestError(
                "The source 'rss' does not say what to read.",
                next_step="Write rss:NAME for a feed of the settings, or rss:https://… for any.",
            )
        if "://" in argument:
            # Whatever else it is, the way out decides about it.
            return FeedSettings.model_construct(url=argument)
        if argument not in self._feeds:
            kind = "feed"
            raise UnknownNameError(kind, argument, self._feeds)
        return self._feeds[argument]
