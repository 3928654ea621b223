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
# Of the planner's one call: its rules and the question, and a few words with a sentence or two.
PLANNER_INPUT_TOKENS = 400
PLANNER_OUTPUT_TOKENS = 150
# Fewer past runs say too little; older ones were made with other settings.
LEAST_RUNS = 3
MOST_RUNS = 20


class PlannerCall(Model):
    """The call by which a run plans its question.

    Attributes:
        provider: Which provider.
        model: Which model there.
        max_output_tokens: The longest answer.
        cached: Whether the response cache answers what an earlier of these runs asked.
    """

    provider: str
    model: str
    max_output_tokens: int
    cached: bool


class Plan(Model):
    """What a run is going to ask a model.

    Attributes:
        provider: Which provider.
        model: Which model there.
        topics: How many topics are written about; 0: none, the run asks its planner alone.
        rounds: Most times each of them is revised.
        max_output_tokens: The longest answer.
        input_tokens: Sent with each call, usually.
        output_tokens: Received from each call, usually.
        runs: How many such runs: 1, or the windows of a backfill.
        planner: How each of them plans; None where it does not.
    """

    provider: str
    model: str
    topics: int
    rounds: int
    max_output_tokens: int
    input_tokens: int = TYPICAL_INPUT_TOKENS
    output_tokens: int = TYPICAL_OUTPUT_TOKENS
    runs: int = 1
    planner: PlannerCall | None = None


class Estimate(Model):
    """A range, in micro-USD.

    Attributes:
        low_micro: Nothing had to be revised; with a past, the cheapest run of it.
        likely_micro: Half the revisions were needed; with a past, its median.
        high_micro: Every revision and every planner asked, each answer as long as may be; never less than the dearest
            run of the past.
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

    What those runs cost has their planner's calls in it.

    Raises:
        PriceUnknownError: A model has no price.
        StorageError: The database failed.
    """
    words, asked = _words(prices, plan), _planning(prices, plan)
    past = [] if monitor is None else await _past(database, tenant, monitor)
    if len(past) < LEAST_RUNS:
        low, likely, high = (each + more for each, more in zip(words, asked, strict=True))
        return Estimate(low_micro=low, likely_micro=likely, high_micro=high, past_runs=0)
    dearest = max(words[2] + asked[2], max(past) * plan.runs)
    return Estimate(
        low_micro=min(past) * plan.runs,
        likely_micro=int(statistics.median(past)) * plan.runs,
        high_micro=dearest,
        past_runs=len(past),
    )


def _words(prices: Prices, plan: Plan) -> tuple[int, int, int]:
    """What is written about topics: low, likely, high, of all runs."""
    if not plan.topics:
        return 0, 0, 0
    usual, most = (
        prices.worst_case_micro(
            plan.provider, plan.model, input_tokens=plan.input_tokens, output_tokens=output
        )
        * plan.topics
        for output in (plan.output_tokens, max(plan.output_tokens, plan.max_output_tokens))
    )
    likely, high = usual + usual * plan.rounds // 2, most * (1 + plan.rounds)
    return usual * plan.runs, likely * plan.runs, high * plan.runs


def _planning(prices: Prices, plan: Plan) -> tuple[int, int, int]:
    """What planning costs: low, likely, high, of all runs."""
    call = plan.planner
    if call is None:
        return 0, 0, 0
    usual, most = (
        prices.worst_case_micro(
            call.provider, call.model, input_tokens=PLANNER_INPUT_TOKENS, output_tokens=output
        )
        for output in (PLANNER_OUTPUT_TOKENS, max(PLANNER_OUTPUT_TOKENS, call.max_output_tokens))
    )
    # The windows of a backfill are of one question; at the most each is asked before another's answer is kept.
    times = 1 if call.cached else plan.runs
    return usual * times, usual * times, most * plan.runs


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
