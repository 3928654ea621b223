"""What a run is going to cost, as a range, before it starts."""

import statistics

import sqlalchemy as sa

from trends.domain.calls import MicroUsd
from trends.domain.models import Model
from trends.limits.prices import Prices
from trends.storage.database import Database
from trends.storage.limit_tables import limit_reservations

# Tokens of a call about one topic, where the caller knows no better: its evidence, and a few sentences about it.
TYPICAL_INPUT_TOKENS = 1500
TYPICAL_OUTPUT_TOKENS = 300
# Fewer past runs say too little; older ones were made with other settings.
LEAST_RUNS = 3
MOST_RUNS = 20


class Plan(Model):
    """What a run is going to ask a model.

    Attributes:
        provider: Which provider.
        model: Which model there.
        topics: How many topics are written about.
        rounds: Most times each of them is revised.
        max_output_tokens: The longest answer.
        input_tokens: Sent with each call, usually.
        output_tokens: Received from each call, usually.
        runs: How many such runs: 1, or the windows of a backfill.
    """

    provider: str
    model: str
    topics: int
    rounds: int
    max_output_tokens: int
    input_tokens: int = TYPICAL_INPUT_TOKENS
    output_tokens: int = TYPICAL_OUTPUT_TOKENS
    runs: int = 1


class Estimate(Model):
    """A range, in micro-USD.

    Attributes:
        low_micro: Nothing had to be revised; with a past, the cheapest run of it.
        likely_micro: Half the revisions were needed; with a past, its median.
        high_micro: Every revision, each answer as long as may be; never less than the dearest run of the past.
        past_runs: How many past runs it looks at; 0: from prices alone.
    """

    low_micro: MicroUsd
    likely_micro: MicroUsd
    high_micro: MicroUsd
    past_runs: int


async def estimate(
    database: Database, prices: Prices, plan: Plan, *, tenant: str, monitor: str | None = None
) -> Estimate:
    """Estimate a plan by prices, and by what the monitor's own runs cost where it has had at least three.

    Raises:
        PriceUnknownError: The model has no price.
        StorageError: The database failed.
    """

    def cost(output_tokens: int) -> int:
        return prices.worst_case_micro(
            plan.provider,
            plan.model,
            input_tokens=plan.input_tokens,
            output_tokens=output_tokens,
        )

    usual = cost(plan.output_tokens) * plan.topics
    most = cost(max(plan.output_tokens, plan.max_output_tokens)) * plan.topics * (1 + plan.rounds)
    low, likely, high = usual, usual + usual * plan.rounds // 2, most
    past = [] if monitor is None else await _past(database, tenant, monitor)
    if len(past) >= LEAST_RUNS:
        low, likely, high = min(past), int(statistics.median(past)), max(most, *past)
    return Estimate(
        low_micro=low * plan.runs,
        likely_micro=likely * plan.runs,
        high_micro=high * plan.runs,
        past_runs=len(past) if len(past) >= LEAST_RUNS else 0,
    )


async def _past(database: Database, tenant: str, monitor: str) -> list[int]:
    table = limit_reservations.c
    spent = sa.func.sum(table.spent_micro)
    query = (
        sa.select(spent)
        .where(table.tenant == tenant, table.monitor == monitor, table.run_id.is_not(None))
        .group_by(table.run_id)
        # A run that is under way has not cost what it will.
        .having(sa.func.sum(sa.case((table.state == "open", 1), else_=0)) == 0, spent > 0)
        .order_by(sa.func.max(table.granted_at).desc())
        .limit(MOST_RUNS)
    )
    rows = await database.read(lambda connection: connection.scalars(query).all())
    return [int(row) for row in rows]
