"""Notify: send word of the report to the run's channels, through the outbox."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import NotifyInput, NotifyResult, ReportResult, RunBrief, RunRef
from trends.domain.delivery import DeliveryState
from trends.domain.memory import Standing
from trends.domain.models import Edition
from trends.domain.report import Report, ReportTopic
from trends.errors import ArtifactCorruptError, ArtifactMissingError
from trends.notify.alerts import RunFacts, report_ready, trend_rising
from trends.notify.deliver import ChannelMaker, OutboxLedger, deliver_all


class NotifyActivity:
    """Doorway of the notify stage.

    Args:
        door: Opens attempts.
        outbox: Remembers what went out.
        channels: Makes channels by name.
        clock: Dates messages.
        public_url: Address under which people reach the API; empty where there is none.
    """

    def __init__(
        self,
        door: StageDoor,
        outbox: OutboxLedger,
        channels: ChannelMaker,
        clock: Callable[[], datetime],
        public_url: str,
    ) -> None:
        self._door = door
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._public_url = public_url

    @activity.defn(name=contracts.NOTIFY)
    async def notify(self, request: NotifyInput) -> NotifyResult:
        """Send to every channel; each fails on its own."""

        async def work(attempt: Attempt) -> tuple[NotifyResult, Finished]:
            brief, facts, at = attempt.brief, facts_of(request.run, attempt.brief), self._clock()
            report = await self._read(request.report)
            for topic in _risen(report):
                alert = trend_rising(facts, topic, at=at, public_url=self._public_url)
                await deliver_all(self._outbox, self._channels, brief.channels, alert)
            notice = report_ready(
                facts,
                lines=request.report.lines,
                announced=request.report.announced,
                at=at,
                public_url=self._public_url,
                edition=await self._edition(request.run, brief),
                missing=_missing(report),
            )
            states = await deliver_all(self._outbox, self._channels, brief.channels, notice)
            result = result_of(states)
            detail: dict[str, int | str] = {
                state: ", ".join(names) for state, names in result.model_dump().items() if names
            }
            return result, Finished(detail=detail)

        return await self._door.run(request.run, "notify", NotifyResult, work)

    async def _edition(self, run: RunRef, brief: RunBrief) -> Edition:
        """Say which edition a report is: a whole one that follows a partial one corrects it."""
        if brief.edition is Edition.PARTIAL:
            return brief.edition
        return await self._door.runs.correct(run.tenant, run.run_id)

    async def _read(self, result: ReportResult) -> Report | None:
        # A report that cannot be read any more is word enough; what stands in it is said without.
        try:
            data = await self._door.artifacts.get(result.json_report)
            return Report.model_validate_json(data)
        except (ArtifactMissingError, ArtifactCorruptError, ValueError):
            activity.logger.warning("the report cannot be read")
            return None


def facts_of(run: RunRef, brief: RunBrief) -> RunFacts:
    """What messages say of a run."""
    return RunFacts(
        tenant=run.tenant,
        run_id=run.run_id,
        language=brief.report_language,
        query=brief.question.query,
        market=brief.market.name,
        window=brief.window,
        monitor=brief.monitor,
    )


def _risen(report: Report | None) -> tuple[ReportTopic, ...]:
    """Topics that an analyst follows and that the report announces anew."""
    if report is None:
        return ()
    return tuple(
        topic
        for topic in (*report.topics, *report.other_news)
        if topic.followed and topic.standing in {Standing.NEW, Standing.BACK}
    )


def _missing(report: Report | None) -> tuple[str, ...]:
    return tuple(one.source for one in report.sources if not one.ok) if report else ()


def result_of(states: dict[str, DeliveryState]) -> NotifyResult:
    """Sort channels by how far the message came."""

    def those(wanted: DeliveryState) -> tuple[str, ...]:
        return tuple(sorted(name for name, state in states.items() if state is wanted))

    return NotifyResult(
        sent=those(DeliveryState.SENT),
        uncertain=those(DeliveryState.UNCERTAIN),
        failed=those(DeliveryState.FAILED),
        deferred=tuple(sorted((*those(DeliveryState.PENDING), *those(DeliveryState.DIGESTED)))),
    )
