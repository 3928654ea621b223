"""Analyze: find what rises against its own past."""

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import AnalyzeInput, AnalyzeResult
from trends.domain.analyze import analyze
from trends.domain.models import Analysis, Story
from trends.storage.artifacts import ArtifactStore


class AnalyzeActivity:
    """Doorway of the analyze stage.

    Args:
        door: Opens attempts.
        artifacts: Where stories lie and the analysis goes.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore) -> None:
        self._door = door
        self._artifacts = artifacts

    @activity.defn(name=contracts.ANALYZE)
    async def analyze(self, request: AnalyzeInput) -> AnalyzeResult:
        """Test every term at every window and write the topics."""

        async def work(attempt: Attempt) -> tuple[AnalyzeResult, Finished]:
            data = await self._artifacts.get(request.normalized.stories)
            known = request.outlets_known
            analysis = await attempt.in_thread(lambda: _analyze(data, attempt, known))
            ref = await self._artifacts.put(analysis.model_dump_json().encode(), "application/json")
            result = AnalyzeResult(
                analysis=ref, topics=len(analysis.topics), announced=analysis.announced
            )
            detail: dict[str, int | str] = {
                "topics": result.topics,
                "announced": result.announced,
                "confidence": analysis.confidence.value,
            }
            return result, Finished(artifacts=(ref,), detail=detail)

        return await self._door.run(request.run, "analyze", AnalyzeResult, work)


def _analyze(data: bytes, attempt: Attempt, outlets_known: bool) -> Analysis:
    brief, settings = attempt.brief, attempt.settings.analysis
    return analyze(
        [Story.model_validate_json(line) for line in data.splitlines()],
        window=brief.window,
        history_start=brief.history_start,
        zone=brief.market.time_zone,
        outlets_known=outlets_known,
        error_rate=settings.error_rate,
        min_stories=settings.min_stories,
        max_topics=settings.max_topics,
        user_words=settings.user_words,
        tick=attempt.tick,
    )
