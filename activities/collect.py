"""Collect: read one source into an artifact."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from itertools import islice

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import CollectInput, CollectResult, RunBrief
from activities.live import read_live
from activities.polling import SourcePoller, Target
from trends.domain.models import RawItem
from trends.settings import Settings
from trends.sources.base import ReadLog, Source, SourceRequest
from trends.sources.registry import LIVE
from trends.storage.artifacts import ArtifactStore

SourceFactory = Callable[[str, str, Settings], Source]
"""Makes a source, by tenant and spec."""
FindLive = Callable[[str, str, RunBrief, Settings], Awaitable[Target]]
"""Finds a live source for a run, by tenant and spec."""

# Small enough to notice a cancel between two batches, large enough not to feel the hand-over.
BATCH = 500


class CollectActivity:
    """Doorway of the collect stage.

    Args:
        door: Opens attempts.
        artifacts: Where items go.
        make_source: Makes a tenant's source from its spec and the run's settings.
        find_live: Finds a live source, which is read from the item store.
        poller: Asks live sources, and has the store.
    """

    def __init__(
        self,
        door: StageDoor,
        artifacts: ArtifactStore,
        make_source: SourceFactory,
        find_live: FindLive,
        poller: SourcePoller,
    ) -> None:
        self._door = door
        self._artifacts = artifacts
        self._make_source = make_source
        self._find_live = find_live
        self._poller = poller

    @activity.defn(name=contracts.COLLECT)
    async def collect(self, request: CollectInput) -> CollectResult:
        """Read one source to its end."""

        async def work(attempt: Attempt) -> tuple[CollectResult, Finished]:
            spec = request.source
            if spec.partition(":")[0] in LIVE:
                target = await self._find_live(
                    request.run.tenant, spec, attempt.brief, attempt.settings
                )
                return await read_live(target, spec, attempt, self._poller, self._artifacts)
            source = self._make_source(request.run.tenant, spec, attempt.settings)
            return await read_source(source, spec, attempt, self._artifacts)

        return await self._door.run(
            request.run, "collect", CollectResult, work, part=request.source
        )


async def read_source(
    source: Source, spec: str, attempt: Attempt, artifacts: ArtifactStore
) -> tuple[CollectResult, Finished]:
    """Stream a source into JSON Lines of `RawItem`, in bounded memory.

    Raises:
        SourceError: The source failed; nothing of it is kept.
    """
    brief = attempt.brief
    log = ReadLog()
    request = SourceRequest(
        window=brief.window,
        history_start=brief.history_start,
        languages=brief.question.languages,
        zone=brief.market.time_zone,
        now=brief.requested_at,
        argument=spec.partition(":")[2],
    )
    count = 0
    items = source.read(request, log)
    with closing(items):
        async with artifacts.lines("application/jsonl") as writer:
            while batch := await attempt.in_thread(lambda: _encode(items)):
                for line in batch:
                    await writer.write(line)
                count += len(batch)
                attempt.tick(count, 0)
    # Two files of one run are two sources to their reader: the spec tells them apart.
    outcome = log.outcome(source, count).model_copy(update={"source": spec})
    ref = writer.ref
    return (
        CollectResult(outcome=outcome, items=ref),
        Finished(artifacts=(ref,), detail={"items": count, "bad_rows": log.bad_row_count}),
    )


def _encode(items: Iterator[RawItem]) -> list[bytes]:
    return [item.model_dump_json().encode() for item in islice(items, BATCH)]
