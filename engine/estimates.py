"""What something is going to cost, before it starts: a run, a monitor's run, or a backfill."""

from collections.abc import Callable
from datetime import datetime

from activities.contracts import Given
from engine.backfill_layout import BackfillRequest
from engine.backfills import BackfillService
from engine.monitor_runs import as_asked, request_of
from engine.requests import StartRun, make_whole
from trends.agents.summary import MOST_TOPICS
from trends.domain.calls import ModelName, Role
from trends.domain.models import Model, Question
from trends.domain.monitors import Monitor
from trends.domain.planning import can_be_planned
from trends.errors import InvalidRequestError, PriceUnknownError, TrendsError
from trends.limits.estimates import LEAST_RUNS, Plan, PlannerCall, estimate
from trends.limits.freeze import Freezer
from trends.limits.prices import Prices
from trends.limits.quotas import Quotas, micro, usd
from trends.llm.keys import read_key
from trends.llm.registry import PROVIDERS
from trends.secrets.resolver import Secrets
from trends.settings import Settings, SettingsInForce
from trends.storage.database import Database
from trends.storage.monitors import MonitorStore
from trends.storage.runs import RunRow, RunStore, StageRow
from workflows.stages import PIPELINES

# The stage that writes; what begins after it takes its words over.
_WRITING = "summarize"


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
        model: `provider:model` that would write, or else plan; None where none would be asked.
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
        database: What earlier runs were and cost.
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
        self._store = RunStore(database, clock)
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
            RunNotFoundError: It starts from a run that is not there.
            StorageError: The database failed.
        """
        settings = self._settings.current
        monitor, question = await self._check(tenant, request, settings)
        runs = await self._runs(tenant, request)
        planner, remark = None, ""
        if await self._plans(tenant, request.run, question):
            planner, remark = await self._planner(settings)
        reason = _takes_over(request.run) or await self._silent(settings)
        if reason and planner is None:
            return _nothing(runs, reason)
        plan = _plan_of(settings, runs, planner, writes=not reason)
        remarks = tuple(each for each in (remark, reason) if each)
        return await self._range(tenant, monitor, plan, settings, remarks)

    async def _check(
        self, tenant: str, request: EstimateRequest, settings: Settings
    ) -> tuple[Monitor | None, Question]:
        run, now = request.run, self._clock()
        if run.monitor is None:
            if request.backfill is not None:
                raise InvalidRequestError(
                    "A span is looked back over by a monitor, and none is named.",
                    next_step="Name one as 'monitor'.",
                )
            return None, make_whole(run, settings, now).question
        monitor = await self._monitors.get(tenant, run.monitor)
        asked = as_asked(monitor, make_whole(request_of(monitor, run), settings, now))
        return monitor, asked.question

    async def _plans(self, tenant: str, run: StartRun, question: Question) -> bool:
        """Whether the run would ask a planner, if there is one: as acceptance and the planner decide it."""
        if run.start_from is not None:
            if run.start_from.stage != "collect":
                return False
            parent = await self._store.get(tenant, run.start_from.run_id)
            stages = await self._store.stages(tenant, parent.run_id)
            # A plan that was made, and one that was handed on, are taken over.
            if _handed_on(parent) or any(_planned(row) for row in stages):
                return False
            question = parent.question
        return can_be_planned(question.query)

    async def _planner(self, settings: Settings) -> tuple[PlannerCall | None, str]:
        """Who would plan, or why there is nobody, where people should know that."""
        choice = settings.model_for(Role.PLANNER)
        if choice is None:
            return None, ""
        named = (choice.name, *choice.fallback)
        able = [each for each in named if not await self._missing(each.provider, settings)]
        if not able:
            return None, ""
        call = PlannerCall(
            provider=able[0].provider,
            model=able[0].model,
            max_output_tokens=choice.max_output_tokens,
            cached=choice.temperature == 0 and settings.cache.model_ttl_hours > 0,
        )
        try:
            Prices(settings.llm).worst_case_micro(
                call.provider, call.model, input_tokens=1, output_tokens=1
            )
        except PriceUnknownError as error:
            return None, f"Nothing is planned: {error}"
        return call, ""

    async def _silent(self, settings: Settings) -> str:
        """Why no model would write; empty where one would."""
        choice = settings.model_for(Role.ANALYST)
        if choice is None:
            return "Settings name no model (llm.enabled, llm.roles.analyst)."
        if reason := await self._missing(choice.provider, settings):
            return reason
        try:
            Prices(settings.llm).worst_case_micro(
                choice.provider, choice.model, input_tokens=1, output_tokens=1
            )
        except PriceUnknownError as error:
            return str(error)
        return ""

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
        plan: Plan,
        settings: Settings,
        remarks: tuple[str, ...],
    ) -> Estimated:
        question = None if monitor is None else monitor.monitor_id
        found = await estimate(
            self._database, Prices(settings.llm), plan, tenant=tenant, monitor=question
        )
        cap = _cap_of_run(settings, monitor)
        most = cap * plan.runs
        likely = min(found.likely_micro, most)
        name = ModelName(plan.provider, plan.model)
        return Estimated(
            low_micro=min(found.low_micro, most),
            likely_micro=likely,
            high_micro=min(found.high_micro, most),
            runs=plan.runs,
            model=str(name),
            past_runs=found.past_runs,
            reason="" if found.high_micro else f"{name} is free.",
            rests_on=_rests_on(plan, found.past_runs, cap),
            remarks=(*remarks, *await self._remarks(tenant, plan.provider, likely)),
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


def _plan_of(settings: Settings, runs: int, planner: PlannerCall | None, *, writes: bool) -> Plan:
    choice = settings.model_for(Role.ANALYST)
    if not writes or choice is None:
        assert planner is not None  # else nothing is asked, and there is nothing to lay out
        return Plan(
            provider=planner.provider,
            model=planner.model,
            topics=0,
            rounds=0,
            max_output_tokens=planner.max_output_tokens,
            runs=runs,
            planner=planner,
        )
    return Plan(
        provider=choice.provider,
        model=choice.model,
        topics=min(MOST_TOPICS, settings.analysis.max_topics),
        rounds=settings.llm.rounds,
        max_output_tokens=choice.max_output_tokens,
        runs=runs,
        planner=planner,
    )


def _rests_on(plan: Plan, past_runs: int, cap: int) -> tuple[str, ...]:
    lines: list[str] = []
    if plan.topics:
        model = ModelName(plan.provider, plan.model)
        lines.append(
            f"At most {plan.topics} topics a run, each revised at most {plan.rounds} times, by {model}."
        )
    lines.append(
        f"{past_runs} earlier runs of the monitor."
        if past_runs
        else f"Prices and usual lengths alone: fewer than {LEAST_RUNS} earlier runs to look at."
    )
    lines.append(f"A run spends {usd(cap)} at most.")
    if plan.planner is not None:
        model = ModelName(plan.planner.provider, plan.planner.model)
        lines.append(f"One call a run that plans the question, by {model}.")
    return tuple(lines)


def _planned(row: StageRow) -> bool:
    return row.stage == "plan" and row.status == "completed" and bool(row.result)


def _handed_on(parent: RunRow) -> bool:
    return Given.model_validate(parent.input.get("given", {})).planned is not None


def _takes_over(run: StartRun) -> str:
    """Why a run asks nothing that begins at a late stage; empty where it may ask."""
    if run.start_from is None:
        return ""
    names = [stage.name for stage in PIPELINES[run.agent]]
    stage = run.start_from.stage
    if stage not in names or names.index(stage) <= names.index(_WRITING):
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
