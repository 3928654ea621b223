"""What lies before a monitor: the items of its sources, stored or read anew, as far back as they go."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Protocol

from trends.domain.models import Question, RawItem, Window
from trends.errors import TrendsError
from trends.markets import load_market
from trends.sources.base import ReadLog, Source, SourceRequest
from trends.sources.registry import LIVE
from trends.storage.items import ItemStore
from trends.storage.polls import SourceKey
from trends.telemetry import get_logger

BATCH = 1_000

_log = get_logger(__name__)


class PastItems(Protocol):
    """Reads what the sources of a question gave."""

    def read(
        self, tenant: str, question: Question, start: datetime, end: datetime
    ) -> AsyncGenerator[list[RawItem]]:
        """Yield items in batches; a source that cannot be read gives none."""
        ...


class SourcePast:
    """Reads live sources from the item store, and the others as a run would.

    Args:
        items: The item store.
        key_of: Says where the store keeps a live source, for a question.
        make_source: Makes a tenant's source that is read to its end.
        clock: Now, in UTC.
    """

    def __init__(
        self,
        items: ItemStore,
        key_of: Callable[[str, str, Question], Awaitable[SourceKey]],
        make_source: Callable[[str, str], Source],
        clock: Callable[[], datetime],
    ) -> None:
        self._items = items
        self._key_of = key_of
        self._make_source = make_source
        self._clock = clock

    async def read(
        self, tenant: str, question: Question, start: datetime, end: datetime
    ) -> AsyncGenerator[list[RawItem]]:
        """Yield the items of every source, one source after the other."""
        for spec in question.sources:
            batches = (
                self._stored(tenant, spec, question, start, end)
                if spec.partition(":")[0] in LIVE
                else self._anew(tenant, spec, question, Window(start=start, end=end))
            )
            async with contextlib.aclosing(batches):
                try:
                    async for batch in batches:
                        yield batch
                except TrendsError as error:
                    # A look back is a courtesy: a run will say what is wrong with the source.
                    _log.warning("monitor.past", source=spec, slug=error.slug, reason=str(error))

    async def _stored(
        self, tenant: str, spec: str, question: Question, start: datetime, end: datetime
    ) -> AsyncGenerator[list[RawItem]]:
        key = await self._key_of(tenant, spec, question)
        rows = self._items.window(key, start, end)
        async with contextlib.aclosing(rows):
            async for batch in rows:
                yield batch

    async def _anew(
        self, tenant: str, spec: str, question: Question, span: Window
    ) -> AsyncGenerator[list[RawItem]]:
        source = self._make_source(tenant, spec)
        request = SourceRequest(
            window=span,
            history_start=span.start,
            languages=question.languages,
            zone=load_market(question.market).time_zone,
            now=self._clock(),
            argument=spec.partition(":")[2],
        )
        items = source.read(request, ReadLog())
        with closing(items):
            while batch := await asyncio.to_thread(_take, items):
                yield batch


async def first_stored(
    items: ItemStore,
    key_of: Callable[[str, str, Question], Awaitable[SourceKey]],
    tenant: str,
    question: Question,
    span: Window,
) -> datetime | None:
    """Say since when the sources of a question have anything in a span; None where they have nothing.

    A source that is read anew each time has all that it ever had: the begin of the span.

    Raises:
        InvalidRequestError: A spec names something that is not there.
        StorageError: The database failed.
    """
    found: list[datetime] = []
    for spec in question.sources:
        if spec.partition(":")[0] not in LIVE:
            return span.start
        first = await items.first(await key_of(tenant, spec, question), span.start, span.end)
        if first is not None:
            found.append(first)
    return min(found, default=None)


def _take(items: Iterator[RawItem]) -> list[RawItem]:
    return list(islice(items, BATCH))
