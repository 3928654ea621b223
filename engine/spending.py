"""What people see of money and limits, and stopping what costs money."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from trends.domain.calls import Role
from trends.domain.models import Model
from trends.errors import InvalidRequestError
from trends.limits.figures import LedgerFigures, read_figures
from trends.limits.freeze import Freeze, Freezer
from trends.limits.quotas import Quotas, quotas_of
from trends.limits.usage import By, Crossing, RateUse, Spending, UsageReader, WindowUse
from trends.markets import load_market
from trends.settings import Settings, SettingsInForce
from trends.storage.calls import CallStore, RunCalls
from trends.storage.database import Database
from trends.storage.monitors import MonitorStore
from trends.storage.response_cache import CacheFigures, CacheStore

# Days that are summed where nobody says which.
USUAL_DAYS = 7
MOST_DAYS = 366


class Span(Model):
    """Days of the limits' zone, both included."""

    first: date
    last: date
    time_zone: str


class Usage(Model):
    """What was spent in a span.

    Attributes:
        span: Which days.
        rows: By what was asked for; of monitors by the id of their question.
        names: Names of monitors by id.
        total: All of the span, whatever rows were left out.
        left_out: Whether there are more rows than were asked for.
    """

    span: Span
    rows: tuple[Spending, ...]
    names: dict[str, str]
    total: Spending
    left_out: bool


class Limits(Model):
    """Where a tenant stands.

    Attributes:
        time_zone: Zone of days and months.
        windows: Money: today's of each provider, this month's of each monitor that spent any.
        rates: Of each provider.
        crossings: What came to its warning or its end, the newest first.
        names: Names of monitors by id.
        freeze: In force, if any.
    """

    time_zone: str
    windows: tuple[WindowUse, ...]
    rates: tuple[RateUse, ...]
    crossings: tuple[Crossing, ...]
    names: dict[str, str]
    freeze: Freeze | None


class RunSpending(Model):
    """What one run asked, and what it cost, in micro-USD."""

    calls: RunCalls
    cost_micro: int


class SpendingService:
    """Reads the ledger for people, and stops paid calls.

    Args:
        database: Where the ledger is.
        settings: Limits and models as they are now.
        freezer: Stops paid calls.
        calls: The call log.
        cache: What was answered without a call.
        monitors: Names of monitors.
        today: Day of a zone, by the clock of this process.
    """

    def __init__(
        self,
        database: Database,
        settings: SettingsInForce,
        *,
        freezer: Freezer,
        calls: CallStore,
        cache: CacheStore,
        monitors: MonitorStore,
        today: Callable[[Quotas], str],
    ) -> None:
        self._database = database
        self._settings = settings
        self._freezer = freezer
        self._calls = calls
        self._cache = cache
        self._monitors = monitors
        self._today = today
        self._quotas = quotas_in_force(settings)
        self.usage_reader = UsageReader(database, self._quotas)

    async def usage(
        self, tenant: str, by: By, *, first: date | None, last: date | None, limit: int
    ) -> Usage:
        """Sum what was spent, the dearest first; days in their order.

        Args:
            tenant: Whose.
            by: What to sum by.
            first: First day; a week before the last where it is left out.
            last: Last day; today where it is left out.
            limit: Rows at most.

        Raises:
            InvalidRequestError: The days are in the wrong order, or too many.
            StorageError: The database failed.
        """
        span = self._span(first, last)
        days = {"first_day": span.first.isoformat(), "last_day": span.last.isoformat()}
        rows = await self.usage_reader.spending(tenant, by, **days)
        whole = await self.usage_reader.spending(tenant, By.PROVIDER, **days)
        if by is By.DAY:
            rows = tuple(sorted(rows, key=lambda row: row.name))
        names = [row.name for row in rows[:limit]] if by is By.MONITOR else []
        return Usage(
            span=span,
            rows=rows[:limit],
            names=dict(await self._monitors.names(tenant, names)),
            total=Spending(
                name="",
                spent_micro=sum(row.spent_micro for row in whole),
                held_micro=sum(row.held_micro for row in whole),
                calls=sum(row.calls for row in whole),
                tokens=sum(row.tokens for row in whole),
            ),
            left_out=len(rows) > limit,
        )

    async def limits(self, tenant: str) -> Limits:
        """Say what is left, at which pace it goes, and what came to its end.

        Raises:
            StorageError: The database failed.
        """
        providers = await self._providers(tenant)
        windows = await self.usage_reader.windows(tenant, providers)
        crossings = await self.usage_reader.crossings(tenant)
        months = {each.scope for each in (*windows, *crossings) if each.kind.value == "month"}
        return Limits(
            time_zone=self._zone().key,
            windows=windows,
            rates=await self.usage_reader.rates(tenant, providers),
            crossings=crossings,
            names=dict(await self._monitors.names(tenant, months)),
            freeze=await self._freezer.standing(tenant),
        )

    async def freeze(self, tenant: str, author: str, reason: str) -> Freeze:
        """Stop paid calls and schedules. Where they are stopped already, that stands and is given.

        Raises:
            StorageError: The database failed.
        """
        return await self._freezer.freeze(tenant, author, reason)

    async def thaw(self, tenant: str, author: str) -> Freeze | None:
        """Let them go on; gives the freeze that ended, None where there was none.

        Raises:
            StorageError: The database failed.
        """
        return await self._freezer.thaw(tenant, author)

    async def standing(self, tenant: str) -> Freeze | None:
        """Read the freeze in force, if any.

        Raises:
            StorageError: The database failed.
        """
        return await self._freezer.standing(tenant)

    async def freezes(self, tenant: str, limit: int) -> tuple[Freeze, ...]:
        """Read freezes, the newest first.

        Raises:
            StorageError: The database failed.
        """
        return await self._freezer.history(tenant, limit)

    async def run(self, tenant: str, run_id: str) -> RunSpending:
        """Say what a run asked and what it cost.

        Raises:
            StorageError: The database failed.
        """
        provider = self._settings.current.llm.provider
        window = await self.usage_reader.run(tenant, run_id, provider)
        calls = await self._calls.figures(tenant, run_id)
        return RunSpending(calls=calls, cost_micro=window.spent_micro)

    async def figures(
        self, own: str, tenant: str | None
    ) -> tuple[LedgerFigures, tuple[CacheFigures, ...]]:
        """Read figures for graphs.

        Args:
            own: The tenant that asks: its providers are told before their first call.
            tenant: Only of this one; None: of all.

        Raises:
            StorageError: The database failed.
        """
        in_use = [(own, provider) for provider in providers_in_use(self._settings.current)]
        ledger = await read_figures(
            self._database, self._quotas, in_use, known=self._is_known, tenant=tenant
        )
        cached = await self._cache.figures()
        return ledger, tuple(each for each in cached if tenant in {None, each.tenant})

    async def _providers(self, tenant: str) -> Sequence[str]:
        """Those that settings name, and those that money was spent on today."""
        today = self._today(self._quotas(self._settings.current.llm.provider))
        spent = await self.usage_reader.spending(
            tenant, By.PROVIDER, first_day=today, last_day=today
        )
        in_use = providers_in_use(self._settings.current)
        more = sorted(row.name for row in spent if row.name not in in_use)
        return [*in_use, *(name for name in more if self._is_known(name))]

    def _is_known(self, provider: str) -> bool:
        return provider in type(self._settings.current.llm.providers).model_fields

    def _zone(self) -> ZoneInfo:
        return self._quotas(self._settings.current.llm.provider).zone

    def _span(self, first: date | None, last: date | None) -> Span:
        quotas = self._quotas(self._settings.current.llm.provider)
        end = last or date.fromisoformat(self._today(quotas))
        start = first or end - timedelta(days=USUAL_DAYS - 1)
        if start > end:
            raise InvalidRequestError(
                f"{start} is after {end}.", next_step="Name the earlier day first."
            )
        if (end - start).days >= MOST_DAYS:
            raise InvalidRequestError(
                f"{start} to {end} is more than {MOST_DAYS} days.",
                next_step="Ask for a year at a time.",
            )
        return Span(first=start, last=end, time_zone=quotas.zone.key)


def quotas_in_force(settings: SettingsInForce) -> Callable[[str], Quotas]:
    """Read a provider's limits as they are whenever they are asked for."""

    def of(provider: str) -> Quotas:
        now = settings.current
        return quotas_of(now, provider, load_market(now.runs.market).time_zone)

    return of


def providers_in_use(settings: Settings) -> tuple[str, ...]:
    """Providers that the roles name, fallbacks included; where no model is asked, the one that would be."""
    choices = [choice for role in Role if (choice := settings.model_for(role)) is not None]
    named = [
        name for each in choices for name in (each.provider, *(m.provider for m in each.fallback))
    ]
    return tuple(dict.fromkeys(named or [settings.llm.provider]))
