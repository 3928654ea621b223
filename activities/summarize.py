"""Summarize: quote the sentences that say what each topic is about."""

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import SummarizeInput, SummarizeResult
from trends.domain.models import Analysis
from trends.domain.summarize import summarize
from trends.storage.artifacts import ArtifactStore


class SummarizeActivity:
    """Doorway of the summarize stage.

    Args:
        door: Opens attempts.
        artifacts: Where the analysis lies and the summary goes.
    """

    def __init__(self, door: StageDoor, artifacts: ArtifactStore) -> None:
        self._door = door
        self._artifacts = artifacts

    @activity.defn(name=contracts.SUMMARIZE)
    async def summarize(self, request: SummarizeInput) -> SummarizeResult:
        """Write the quotations of every topic."""

        async def work(attempt: Attempt) -> tuple[SummarizeResult, Finished]:
            data = await self._artifacts.get(request.analyzed.analysis)
            summary = await attempt.in_thread(lambda: summarize(Analysis.model_validate_json(data)))
            ref = await self._artifacts.put(summary.model_dump_json().encode(), "application/json")
            quotes = sum(len(topic.quotes) for topic in summary.topics)
            detail: dict[str, int | str] = {"quotes": quotes, "method": summary.method}
            result = SummarizeResult(summary=ref, method=summary.method)
            return result, Finished(artifacts=(ref,), detail=detail)

        return await self._door.run(request.run, "summarize", SummarizeResult, work)
