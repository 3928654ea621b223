"""Normalize: clean what the sources gave and join it into stories."""

from collections.abc import Iterator

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import NormalizeInput, NormalizeResult
from trends.domain import queries
from trends.domain.models import RawItem
from trends.domain.normalize import NormalizedCorpus, normalize
from trends.domain.plan import Plan
from trends.storage.artifacts import ArtifactStore


class NormalizeActivity:
    """Doorway of the normalize stage.

    Args:
        door: Opens attempts.
        artifacts: Where items lie and stories go.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore) -> None:
        self._door = door
        self._artifacts = artifacts

    @activity.defn(name=contracts.NORMALIZE)
    async def normalize(self, request: NormalizeInput) -> NormalizeResult:
        """Write the stories of the run, oldest first."""

        async def work(attempt: Attempt) -> tuple[NormalizeResult, Finished]:
            lines = [
                line
                for part in request.collected
                if part.items is not None
                for line in (await self._artifacts.get(part.items)).splitlines()
            ]
            query = attempt.brief.question.query
            if request.plan is not None:
                query = Plan.model_validate_json(await self._artifacts.get(request.plan)).widened
            corpus, data = await attempt.in_thread(lambda: _normalize(lines, attempt, query))
            ref = await self._artifacts.put(data, "application/jsonl", rows=len(corpus.stories))
            result = NormalizeResult(stories=ref, counts=corpus.counts)
            detail: dict[str, int | str] = {
                "items": corpus.counts.items_kept,
                "stories": corpus.counts.stories,
            }
            return result, Finished(artifacts=(ref,), detail=detail)

        return await self._door.run(request.run, "normalize", NormalizeResult, work)


def _normalize(lines: list[bytes], attempt: Attempt, query: str) -> tuple[NormalizedCorpus, bytes]:
    brief = attempt.brief

    def raw() -> Iterator[RawItem]:
        for line in lines:
            yield RawItem.model_validate_json(line)

    corpus = normalize(
        raw(),
        window=brief.window,
        history_start=brief.history_start,
        now=brief.requested_at,
        zone=brief.market.time_zone,
        languages=brief.question.languages,
        query=queries.parse(query),
        tick=attempt.tick,
    )
    data = b"".join(story.model_dump_json().encode() + b"\n" for story in corpus.stories)
    return corpus, data
