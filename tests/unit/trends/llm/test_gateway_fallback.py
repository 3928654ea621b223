"""What each failure means: what is booked, who is left alone, and whether another model is asked."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.trends.llm.gateway_cases import (
    BOUND,
    FIRST,
    SECOND,
    USAGE,
    Stand,
    answer,
    purpose,
)
from trends.errors import (
    BudgetSpentError,
    FrozenError,
    LimitReachedError,
    ModelAnswerError,
    ModelBusyError,
    ModelContextError,
    ModelError,
    ModelKeyError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
    PriceUnknownError,
    SecretError,
    SecretUnavailableError,
    StorageUnavailableError,
    TrendsError,
)
from trends.limits.base import Ask
from trends.llm.candidates import RolePlan
from trends.storage.calls import AttemptState
from trends.storage.database import Database

PAGE = (Path(__file__).parents[4] / "docs/reference/calls.md").read_text()
OF_MODELS: list[tuple[type[ModelError], bool]] = [
    (ModelUnavailableError, True),
    (ModelBusyError, True),
    (ModelQuotaError, True),
    (ModelKeyError, True),
    (ModelContextError, True),
    (ModelRefusedError, False),
    (ModelAnswerError, False),
    (ModelError, False),
]
OF_LIMITS: list[tuple[type[TrendsError], bool]] = [
    (LimitReachedError, True),
    (BudgetSpentError, True),
    (FrozenError, False),
    (PriceUnknownError, False),
    (StorageUnavailableError, False),
]
WORST = BOUND + 4 * 500


@pytest.fixture
def stand(database: Database, tmp_path: Path) -> Stand:
    return Stand(database, tmp_path)


@pytest.mark.parametrize(("kind", "helps"), OF_MODELS, ids=lambda each: getattr(each, "slug", each))
async def test_after_a_failure_of_a_model_the_next_is_asked_where_that_helps(
    stand: Stand, kind: type[ModelError], helps: bool
) -> None:
    error = kind("It failed.")
    stand.says(FIRST, error)
    if helps:
        assert (await stand.call()).model == str(SECOND)
    else:
        with pytest.raises(kind) as caught:
            await stand.call()
        assert caught.value is error
    assert stand.asked == ["openai", *(["anthropic"] if helps else [])]


@pytest.mark.parametrize(("kind", "helps"), OF_LIMITS, ids=lambda each: getattr(each, "slug", each))
async def test_after_a_limits_no_the_ledger_is_asked_for_the_next_where_that_helps(
    stand: Stand, kind: type[TrendsError], helps: bool
) -> None:
    error = kind("Not now.")

    def refuse(ask: Ask) -> None:
        if ask.provider == FIRST.provider:
            raise error

    stand.ledger.refuse = refuse
    if helps:
        assert (await stand.call()).model == str(SECOND)
    else:
        with pytest.raises(kind):
            await stand.call()
    assert stand.asked == (["anthropic"] if helps else [])


@pytest.mark.parametrize("kind", [LimitReachedError, BudgetSpentError])
async def test_a_limit_that_all_providers_share_sends_nothing_anywhere(
    stand: Stand, kind: type[TrendsError]
) -> None:
    def refuse(ask: Ask) -> None:
        raise kind(f"The run has spent what it may, {ask.provider} or not.")

    stand.ledger.refuse = refuse
    with pytest.raises(kind, match="openai"):
        await stand.call()
    assert stand.asked == []


@pytest.mark.parametrize(
    "error",
    [SecretError("No key."), SecretUnavailableError("No store."), ModelKeyError("No key.")],
)
async def test_a_provider_without_a_key_is_passed_over_before_anything_is_reserved(
    stand: Stand, error: TrendsError
) -> None:
    stand.no_key = {"openai": error}
    assert (await stand.call()).model == str(SECOND)
    assert [row.provider for row in stand.ledger.rows()] == ["anthropic"]


@pytest.mark.parametrize(
    ("kind", "helps"),
    [*OF_MODELS, *OF_LIMITS[:-1], (SecretError, True), (SecretUnavailableError, True)],
    ids=lambda each: getattr(each, "slug", each),
)
def test_the_reference_says_the_same(kind: type[TrendsError], helps: bool) -> None:
    (line,) = [each for each in PAGE.splitlines() if each.startswith(f"| `{kind.slug}` |")]
    assert line.rstrip(" |").endswith("yes" if helps else "no")


async def test_of_several_failures_one_after_which_waiting_helps_is_told(stand: Stand) -> None:
    stand.says(FIRST, ModelKeyError("No key."))
    stand.says(SECOND, ModelUnavailableError("No connection."))
    with pytest.raises(ModelUnavailableError):
        await stand.call()


async def test_of_several_final_failures_the_first_is_told(stand: Stand) -> None:
    stand.says(FIRST, ModelQuotaError("Nothing left."))
    stand.says(SECOND, ModelKeyError("No key."))
    with pytest.raises(ModelQuotaError):
        await stand.call()


@pytest.mark.parametrize(
    ("billed", "state", "booked_micro", "logged"),
    [
        (False, "released", 0, AttemptState.FAILED),
        (None, "open", 0, AttemptState.UNKNOWN),
        (True, "settled", WORST, AttemptState.FAILED),
    ],
)
async def test_a_failure_is_booked_by_what_is_known_of_its_bill(
    stand: Stand,
    database: Database,
    billed: bool | None,
    state: str,
    booked_micro: int,
    logged: AttemptState,
) -> None:
    from trends.storage.call_tables import model_attempts

    stand.says(FIRST, ModelAnswerError("Not JSON.", billed=billed, request_id="req-9"))
    with pytest.raises(ModelAnswerError):
        await stand.call()
    (row,) = stand.ledger.rows()
    assert (row.state, row.booked_micro) == (state, booked_micro)
    (attempt,) = await database.read(
        lambda connection: connection.execute(model_attempts.select()).all()
    )
    assert (attempt.state, attempt.booked_micro, attempt.request_id, attempt.slug) == (
        logged,
        booked_micro,
        "req-9",
        "model-answer",
    )


async def test_a_failure_that_knows_its_usage_is_booked_by_it(stand: Stand) -> None:
    sizes = (USAGE.input_tokens, USAGE.output_tokens)
    stand.says(FIRST, ModelAnswerError("Cut off.", billed=True, usage=sizes))
    with pytest.raises(ModelAnswerError):
        await stand.call()
    assert [row.booked_micro for row in stand.ledger.rows()] == [120]


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (ModelBusyError("429.", retry_after=timedelta(seconds=9)), timedelta(seconds=9)),
        (ModelBusyError("429."), timedelta(seconds=5)),
        (ModelBusyError("429.", retry_after=timedelta(seconds=-1)), timedelta(seconds=5)),
        (ModelBusyError("429.", retry_after=timedelta(days=365)), timedelta(hours=1)),
        (ModelUnavailableError("503.", retry_after=timedelta(seconds=3)), timedelta(seconds=3)),
    ],
    ids=["says", "says nothing", "says before now", "says a year", "unavailable"],
)
async def test_a_provider_that_says_so_is_left_alone_everywhere(
    stand: Stand, error: ModelError, wait: timedelta
) -> None:
    stand.says(FIRST, error)
    await stand.call()
    assert stand.ledger.blocked == [("local", "openai", wait)]


async def test_a_provider_that_is_only_gone_is_not_blocked(stand: Stand) -> None:
    stand.says(FIRST, ModelUnavailableError("No connection."))
    await stand.call()
    assert stand.ledger.blocked == []


async def test_a_retry_after_a_failure_is_a_new_attempt_with_a_new_reservation(
    stand: Stand,
) -> None:
    stand.plan = RolePlan((FIRST,), 0.7, 500, 60)
    stand.says(FIRST, ModelBusyError("429."), answer("now"))
    with pytest.raises(ModelBusyError):
        await stand.call()
    assert (await stand.call()).answer == {"text": "now"}
    assert [row.state for row in stand.ledger.rows()] == ["released", "settled"]


async def test_a_failure_that_is_none_of_a_models_leaves_the_lease(stand: Stand) -> None:
    stand.says(FIRST, RuntimeError("a defect"))
    with pytest.raises(RuntimeError, match="a defect"):
        await stand.call(purpose())
    assert [row.state for row in stand.ledger.rows()] == ["open"]
    assert stand.asked == ["openai"]
