"""Summarize: quote the sentences that say what each topic is about, and let a model write where there is one."""

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import SummarizeInput, SummarizeResult
from activities.purpose import GatewayOf, purpose_of
from trends.agents.analyst import Analyst
from trends.agents.prompts import version
from trends.agents.summary import with_written, worth_writing
from trends.domain.calls import Role
from trends.domain.drafting import briefs
from trends.domain.korean import Tokenizer, shared_tokenizer
from trends.domain.models import Analysis, Summary, Withheld
from trends.domain.summarize import summarize
from trends.llm.base import Gateway
from trends.storage.artifacts import ArtifactStore


class SummarizeActivity:
    """Doorway of the summarize stage.

    Args:
        door: Opens attempts.
        artifacts: Where the analysis lies and the summary goes.
        gateway_of: Gives the way to a model; where there is none, everything is quoted.
        tokenizer: Cuts Korean; loaded when a model's first sentence is judged.
    """

    def __init__(
        self,
        door: StageDoor,
        artifacts: ArtifactStore,
        gateway_of: GatewayOf,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self._door = door
        self._artifacts = artifacts
        self._gateway_of = gateway_of
        self._tokenizer = tokenizer or shared_tokenizer()

    @activity.defn(name=contracts.SUMMARIZE)
    async def summarize(self, request: SummarizeInput) -> SummarizeResult:
        """Write the quotations of every topic, and what a model says of the first ones."""

        async def work(attempt: Attempt) -> tuple[SummarizeResult, Finished]:
            data = await self._artifacts.get(request.analyzed.analysis)
            analysis = Analysis.model_validate_json(data)
            summary = await attempt.in_thread(lambda: summarize(analysis))
            detail: dict[str, int | str] = {}
            settings = attempt.settings
            gateway = await attempt.in_thread(lambda: self._gateway_of(settings, Role.ANALYST))
            if gateway is not None and request.extractive:
                late = Withheld(slug="deadline", topics=len(worth_writing(analysis).topics))
                summary = summary.model_copy(update={"withheld": late})
            elif gateway is not None:
                summary = await self._written(gateway, request, attempt, analysis, summary)
                detail = _told(summary)
            ref = await self._artifacts.put(summary.model_dump_json().encode(), "application/json")
            quotes = sum(len(topic.quotes) for topic in summary.topics)
            result = SummarizeResult(summary=ref, method=summary.method)
            shown: dict[str, int | str] = {"quotes": quotes, "method": summary.method}
            return result, Finished(artifacts=(ref,), detail=shown | detail)

        # A row of its own: the one of the attempts that failed shows why there is no more than this.
        part = "quotations" if request.extractive else ""
        return await self._door.run(request.run, "summarize", SummarizeResult, work, part)

    async def _written(
        self,
        gateway: Gateway,
        request: SummarizeInput,
        attempt: Attempt,
        analysis: Analysis,
        quoted: Summary,
    ) -> Summary:
        brief = attempt.brief
        analyst = Analyst(
            gateway,
            self._tokenizer,
            attempt.in_thread,
            purpose=await purpose_of(self._door.runs, request.run, Role.ANALYST),
            rounds=attempt.settings.llm.rounds,
        )
        written = await analyst.write(
            briefs(
                worth_writing(analysis),
                window=brief.window,
                time_zone=brief.market.time_zone,
                language=brief.report_language,
            )
        )
        return with_written(quoted, written)


def _told(summary: Summary) -> dict[str, int | str]:
    told: dict[str, int | str] = {
        "written": sum(len(topic.written) for topic in summary.topics),
        "dropped": summary.dropped,
        "prompts": version(),
    }
    return told | ({"withheld": summary.withheld.slug} if summary.withheld else {})
