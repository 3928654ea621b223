"""Alert: tell people that a run waits for them or has failed, or that a source is down."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities import contracts
from activities.contracts import AlertInput, NotifyResult, RunAlert, RunBrief, SourceAlert
from activities.errors import as_application_error
from activities.notify import facts_of, result_of
from trends.channel_settings import LOG
from trends.errors import ArtifactCorruptError, ArtifactMissingError
from trends.notify.alerts import RunFacts, report_late, run_blocked, run_failed, source_down
from trends.notify.base import Notice
from trends.notify.deliver import ListeningChannels, OutboxLedger, deliver_all
from trends.settings import SettingsInForce
from trends.storage.artifacts import ArtifactStore


class AlertActivity:
    """Doorway of everything that people are told beside reports.

    Args:
        artifacts: Where briefs lie.
        outbox: Remembers what went out.
        channels: Makes channels by name.
        settings: Who hears of what belongs to no run, and in which language.
        clock: Dates messages.
        public_url: Address under which people reach the API; empty where there is none.
    """

    def __init__(
        self,
        artifacts: ArtifactStore,
        outbox: OutboxLedger,
        channels: ListeningChannels,
        *,
        settings: SettingsInForce,
        clock: Callable[[], datetime],
        public_url: str,
    ) -> None:
        self._artifacts = artifacts
        self._outbox = outbox
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._public_url = public_url

    @activity.defn(name=contracts.ALERT)
    async def alert(self, request: AlertInput) -> NotifyResult:
        """Tell it on every channel, once; each fails on its own."""
        try:
            notice, names = await self._notice(request)
            return result_of(await deliver_all(self._outbox, self._channels, names, notice))
        except Exception as error:
            raise as_application_error(error) from error

    async def _notice(self, request: AlertInput) -> tuple[Notice, tuple[str, ...]]:
        alert = request.alert
        if isinstance(alert, SourceAlert):
            notice = self._of_source(alert)
            asking = await self._channels.listening(alert.tenant, notice.kind)
            return notice, (*self._settings.current.notify.alert_channels, *asking)
        facts, names = await self._run(alert)
        if alert.kind != "run.blocked":
            build = run_failed if alert.kind == "run.failed" else report_late
            notice = build(
                facts,
                stage=alert.stage,
                slug=alert.slug,
                reason=alert.reason,
                at=self._clock(),
                public_url=self._public_url,
            )
        else:
            notice = run_blocked(
                facts,
                stage=alert.stage,
                slug=alert.slug,
                reason=alert.reason,
                park=alert.park,
                may_skip=alert.may_skip,
                at=self._clock(),
                public_url=self._public_url,
            )
        return notice, names

    def _of_source(self, alert: SourceAlert) -> Notice:
        return source_down(
            alert.tenant,
            alert.source,
            since=alert.since,
            slug=alert.slug,
            reason=alert.reason,
            language=self._settings.current.runs.report_language,
            at=self._clock(),
        )

    async def _run(self, alert: RunAlert) -> tuple[RunFacts, tuple[str, ...]]:
        run = alert.run
        try:
            brief = RunBrief.model_validate_json(await self._artifacts.get(run.brief))
        except (ArtifactMissingError, ArtifactCorruptError, ValueError):
            # That may be why the run stands still. What it was about is lost, that it needs someone is not.
            facts = RunFacts(
                tenant=run.tenant,
                run_id=run.run_id,
                language=self._settings.current.runs.report_language,
            )
            return facts, tuple(dict.fromkeys((*self._settings.current.notify.alert_channels, LOG)))
        return facts_of(run, brief), brief.channels
