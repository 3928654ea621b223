"""What something is going to cost, before it starts: a run, a monitor's run, or a backfill."""

from collections.abc import Callable
from datetime import datetime

from engine.backfill_layout import BackfillRequest
from engine.backfills import BackfillService
from engine.monitor_runs import as_asked, request_of
from engine.requests import StartRun, make_whole
from trends.agents.summary import MOST_TOPICS
from trends.domain.calls import Role
from trends.domain.models import Model
from trends.domain.monitors import Monitor
from trends.errors import InvalidRequestError, PriceUnknownError, TrendsError
from trends.limits.estimates import LEAST_RUNS, Plan, estimate
from trends.limits.freeze import Freezer
from trends.limits.prices import Prices
from trends.limits.quotas import Quotas, micro, usd
from trends.llm.keys import read_key
from trends.llm.registry import PROVIDERS
from trends.secrets.resolver import Secrets
from trends.settings import ModelChoice, Settings, SettingsInForce
from trends.storage.database import Database
from trends.storage.monitors import MonitorStore
from workflows.stages import PIPELINES

# The stage that asks; what begins after it takes its words over.
_ASKING = "summarize"


class EstimateRequest(Model):
    """What is to be estimated: a run, or a monitor over a past span."""

    run: StartRun
    backfill: BackfillRequest | None = None


class Estimated(Model):
    """A range, in micro-USD, and what it rests on.

    Attributes:
        low_micro: Nothing had to be revised.
        likely_micro: As it usually is.
        high_micro: Everything was revised, each answer as long as may be; never more than budgets let through.
        runs: How many runs that is.
        model: `provider:model` that would be asked; None where none would be.
        past_runs: How many earlier runs it looks at; 0: from prices alone.
        reason: Why nothing is asked; empty where something is.
        rests_on: What it rests on, a sentence each.
        remarks: What people should know besides, a sentence each.
    """

    low_micro: int
    likely_micro: int
    high_micro: int
    runs: int
    model: str | None
    past_runs: int
    reason: str
    rests_on: tuple[str, ...]
    remarks: tuple[str, ...]


class Estimates:
    """Estimates.

    Args:
        database: What earlier runs cost.
        monitors: Saved questions.
        backfills: Says how many windows a span has.
        freezer: Knows whether paid calls are stopped.
        secrets: Tells whether there is a key.
        settings: Models, prices and limits as they are now.
        quotas_of: The limits of a provider as they are now.
        clock: Now, in UTC.
    """

    def __init__(
        self,
        database: Database,
        *,
        monitors: MonitorStore,
        backfills: BackfillService,
        freezer: Freezer,
        secrets: Secrets,
        settings: SettingsInForce,
        quotas_of: Callable[[str], Quotas],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._monitors = monitors
        self._backfills = backfills
        self._freezer = freezer
        self._secrets = secrets
        self._settings = settings
        self._quotas_of = quotas_of
        self._clock = clock

    async def estimate(self, tenant: str, request: EstimateRequest) -> Estimated:
        """Say what it is going to cost; nothing is started, asked or held.

        Raises:
            InvalidRequestError: What is asked could not be started; its subclasses say what.
            MonitorNotFoundError: No such monitor.
            StorageError: The database failed.
        """
        settings = self._settings.current
        monitor = await self._check(tenant, request, settings)
        runs = await self._runs(tenant, request)
        choice = settings.model_for(Role.ANALYST)
        if choice is None:
            return _nothing(runs, "Settings name no model (llm.enabled, llm.roles.analyst).")
        reason = _takes_over(request.run) or await self._missing(choice.provider, settings)
        if reason:
            return _nothing(runs, reason)
        return await self._range(tenant, monitor, choice, settings, runs)

    async def _check(
        self, tenant: str, request: EstimateRequest, settings: Settings
    ) -> Monitor | None:
        run, now = request.run, self._clock()
        if run.monitor is None:
            if request.backfill is not None:
                raise InvalidRequestError(
                    "A span is looked back over by a monitor, and none is named.",
                    next_step="Name one as 'monitor'.",
                )
            make_whole(run, settings, now)
            return None
        monitor = await self._monitors.get(tenant, run.monitor)
        as_asked(monitor, make_whole(request_of(monitor, run), settings, now))
        return monitor

    async def _runs(self, tenant: str, request: EstimateRequest) -> int:
        if request.backfill is None or request.run.monitor is None:
            return 1
        laid = await self._backfills.lay(tenant, request.run.monitor, request.backfill)
        return len(laid.windows)

    async def _missing(self, provider: str, settings: Settings) -> str:
        """Why a provider could not be asked; empty where it could."""
        if not PROVIDERS[provider].needs_key:
            return ""
        try:
            key = await self._secrets.resolve(settings.provider(provider).api_key)
            read_key(provider, key.get_secret_value() if key else None)
        except TrendsError as error:
            return str(error)
        return ""

    async def _range(
        self,
        tenant: str,
        monitor: Monitor | None,
        choice: ModelChoice,
        settings: Settings,
        runs: int,
    ) -> Estimated:
        topics, rounds = min(MOST_TOPICS, settings.analysis.max_topics), settings.llm.rounds
        plan = Plan(
            provider=choice.provider,
            model=choice.model,
            topics=topics,
            rounds=rounds,
            max_output_tokens=choice.max_output_tokens,
            runs=runs,
        )
        question = None if monitor is None else monitor.monitor_id
        try:
            found = await estimate(
                self._database, Prices(settings.llm), plan, tenant=tenant, monitor=question
            )
        except PriceUnknownError as error:
            return _nothing(runs, str(error))
        cap = _cap_of_run(settings, monitor) * runs
        rests_on = (
            f"At most {topics} topics a run, each revised at most {rounds} times, by {choice.name}.",
            f"{found.past_runs} earlier runs of the monitor."
            if found.past_runs
            else f"Prices and usual lengths alone: fewer than {LEAST_RUNS} earlier runs to look at.",
            f"A run spends {usd(_cap_of_run(settings, monitor))} at most.",
        )
        return Estimated(
            low_micro=min(found.low_micro, cap),
            likely_micro=min(found.likely_micro, cap),
            high_micro=min(found.high_micro, cap),
            runs=runs,
            model=str(choice.name),
            past_runs=found.past_runs,
            reason="" if found.high_micro else f"{choice.name} is free.",
            rests_on=rests_on,
            remarks=await self._remarks(tenant, choice.provider, min(found.likely_micro, cap)),
        )

    async def _remarks(self, tenant: str, provider: str, likely_micro: int) -> tuple[str, ...]:
        remarks: list[str] = []
        day = self._quotas_of(provider).day_micro
        if likely_micro > day:
            remarks.append(
                f"A day's budget at {provider} is {usd(day)}: what goes beyond it is made without a model."
            )
        frozen = await self._freezer.standing(tenant)
        if frozen is not None:
            remarks.append(
                f"{frozen.author} has stopped paid calls: until they go on, nothing is asked."
            )
        return tuple(remarks)


def _takes_over(run: StartRun) -> str:
    """Why a run asks nothing that begins at a late stage; empty where it may ask."""
    if run.start_from is None:
        return ""
    names = [stage.name for stage in PIPELINES[run.agent]]
    stage = run.start_from.stage
    if stage not in names or names.index(stage) <= names.index(_ASKING):
        return ""
    return f"A run from {stage} on takes over what was written before."


def _cap_of_run(settings: Settings, monitor: Monitor | None) -> int:
    of_all = micro(settings.limits.cost_per_run_usd)
    own = monitor.spec.budget_usd if monitor is not None else None
    return of_all if own is None else min(of_all, micro(own))


def _nothing(runs: int, reason: str) -> Estimated:
    return Estimated(
        low_micro=0,
        likely_micro=0,
        high_micro=0,
        runs=runs,
        model=None,
        past_runs=0,
        reason=reason,
        rests_on=(),
        remarks=(),
    )
