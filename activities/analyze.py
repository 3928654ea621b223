"""Analyze: find what rises against its own past, and which of it is remembered."""

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import AnalyzeInput, AnalyzeResult, RunRef
from trends.domain.analyze import analyze
from trends.domain.models import Analysis, ArtifactRef, Story, Window
from trends.domain.remember import remember
from trends.storage.artifacts import ArtifactStore
from trends.storage.trends import TrendStore


class AnalyzeActivity:
    """Doorway of the analyze stage.

    Args:
        door: Opens attempts.
        artifacts: Where stories lie and the analysis goes.
        trends: What is remembered of earlier windows, and decided about it. Read once, here: what a run makes of it
            is stored with its analysis, so that its report says the same however often a later stage is done again.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore, trends: TrendStore) -> None:
        self._door = door
        self._artifacts = artifacts
        self._trends = trends

    @activity.defn(name=contracts.ANALYZE)
    async def analyze(self, request: AnalyzeInput) -> AnalyzeResult:
        """Test every term at every window and write the topics."""

        async def work(attempt: Attempt) -> tuple[AnalyzeResult, Finished]:
            data = await self._artifacts.get(request.normalized.stories)
            known = request.outlets_known
            analysis = await attempt.in_thread(
                lambda: _analyze(data, attempt, known, request.observed)
            )
            ref = await self._artifacts.put(analysis.model_dump_json().encode(), "application/json")
            memory = await self._remember(request.run, attempt, analysis)
            result = AnalyzeResult(
                analysis=ref,
                topics=len(analysis.topics),
                announced=analysis.announced,
                memory=memory,
            )
            detail: dict[str, int | str] = {
                "topics": result.topics,
                "announced": result.announced,
                "confidence": analysis.confidence.value,
            }
            return result, Finished(artifacts=(ref, memory), detail=detail)

        return await self._door.run(request.run, "analyze", AnalyzeResult, work)

    async def _remember(self, run: RunRef, attempt: Attempt, analysis: Analysis) -> ArtifactRef:
        end = attempt.brief.window.end
        past = await self._trends.recall(run.tenant, run.run_id, end)
        memory = await attempt.in_thread(lambda: remember(analysis, past, end))
        return await self._artifacts.put(memory.model_dump_json().encode(), "application/json")


def _analyze(
    data: bytes, attempt: Attempt, outlets_known: bool, observed: tuple[Window, ...] | None
) -> Analysis:
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
        observed=observed,
        watchlist=brief.watchlist,
    )
