"""The summarize stage: quotations, and a model's sentences where there is one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from tests.unit.activities.model_cases import desk
from tests.unit.trends.agents.scripted_gateway import Script, ScriptedGateway, says
from tests.unit.trends.reports.report_cases import analysis, evidence, topic
from trends.domain.calls import Purpose, Role
from trends.domain.models import Language, Withheld, Written
from trends.domain.summarize import summarize
from trends.errors import BudgetSpentError, LimitReachedError
from trends.llm.base import Message
from trends.settings import load_settings
from trends.storage.database import Database

LEAD = "Larkfield said demand for paper blinds rose 36% from a year earlier."
ANALYSIS = analysis(
    topic(
        label="paper blinds",
        terms=("paper blinds",),
        languages=(Language.EN,),
        pieces=(evidence("s:1", "Melbourne falls for paper blinds", summary=LEAD),),
    )
)
TRUE = says((LEAD, "e1"))
FALSE = says((LEAD.replace("36", "63"), "e1"))


def always(answer: Mapping[str, object]) -> Script:
    """Answer the same to everything."""
    return lambda _purpose, _messages: answer


async def test_without_a_gateway_the_summary_is_the_quotations_to_the_byte(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        result, summary = await stages.summarize(await stages.run(), ANALYSIS, None)
        data = await stages.artifacts.get(result.summary)
    assert summary == summarize(ANALYSIS)
    assert data == summarize(ANALYSIS).model_dump_json().encode()
    assert result.method == "extractive"


@pytest.mark.parametrize(
    "environ",
    [
        {"TRENDS_LLM__ENABLED": "false"},
        {"TRENDS_LLM__MODEL": "none"},
        {"TRENDS_LLM__ROLES__ANALYST__MODEL": "none"},
    ],
    ids=["off", "no model", "no analyst"],
)
async def test_settings_without_a_model_ask_nobody(
    database: Database, tmp_path: Path, environ: dict[str, str]
) -> None:
    gateway = ScriptedGateway(always(TRUE))
    with desk(database, tmp_path) as stages:
        run = await stages.run(load_settings(environ))
        _, summary = await stages.summarize(run, ANALYSIS, gateway)
    assert gateway.asked == []
    assert summary == summarize(ANALYSIS)


async def test_a_model_s_sentences_that_hold_are_in_the_summary_and_counted_in_the_record(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        gateway = ScriptedGateway(always(TRUE))
        result, summary = await stages.summarize(await stages.run(), ANALYSIS, gateway)
        told = await stages.told()
    assert summary.topics[0].written == (Written(text=LEAD, story_ids=("s:1",)),)
    assert (result.method, summary.model) == ("model", "scripted:one")
    assert (told["written"], told["dropped"]) == (1, 0)


async def test_a_lying_model_leaves_quotations_and_a_count(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        gateway = ScriptedGateway(always(FALSE))
        result, summary = await stages.summarize(await stages.run(), ANALYSIS, gateway)
    assert (result.method, summary.model, summary.dropped) == ("extractive", "", 1)
    assert summary.topics[0].quotes == summarize(ANALYSIS).topics[0].quotes
    rounds = load_settings({}).llm.rounds
    assert len(gateway.asked) == 1 + rounds


async def test_a_spent_budget_leaves_quotations_and_the_reason(
    database: Database, tmp_path: Path
) -> None:
    def script(_purpose: Purpose, _messages: Sequence[Message]) -> Mapping[str, object]:
        message = "Spent."
        raise BudgetSpentError(message)

    with desk(database, tmp_path) as stages:
        run = await stages.run()
        result, summary = await stages.summarize(run, ANALYSIS, ScriptedGateway(script))
        told = await stages.told()
    assert summary.withheld is not None
    assert (summary.withheld.slug, summary.withheld.topics) == ("budget-spent", 1)
    assert (result.method, told["withheld"]) == ("extractive", "budget-spent")


async def test_a_limit_makes_the_stage_wait_as_long_as_it_says(
    database: Database, tmp_path: Path
) -> None:
    def script(_purpose: Purpose, _messages: Sequence[Message]) -> Mapping[str, object]:
        message = "Not yet."
        raise LimitReachedError(message, retry_after=timedelta(seconds=7))

    with desk(database, tmp_path) as stages:
        run = await stages.run()
        with pytest.raises(ApplicationError) as caught:
            await stages.summarize(run, ANALYSIS, ScriptedGateway(script))
    assert (caught.value.type, caught.value.non_retryable) == ("limit-reached", False)
    assert caught.value.next_retry_delay == timedelta(seconds=7)


async def test_a_completed_stage_asks_nobody_again(database: Database, tmp_path: Path) -> None:
    gateway = ScriptedGateway(always(TRUE))
    with desk(database, tmp_path) as stages:
        run = await stages.run()
        first = await stages.summarize(run, ANALYSIS, gateway)
        assert await stages.summarize(run, ANALYSIS, gateway) == first
    assert len(gateway.asked) == 1


@pytest.mark.parametrize(("priority", "scheduled"), [(2, False), (3, True), (5, False)])
async def test_a_call_says_whose_it_is(
    database: Database, tmp_path: Path, priority: int, *, scheduled: bool
) -> None:
    gateway = ScriptedGateway(always(TRUE))
    with desk(database, tmp_path) as stages:
        await stages.summarize(await stages.run(priority=priority), ANALYSIS, gateway)
    ((purpose, _),) = gateway.asked
    assert purpose == Purpose(
        tenant="local",
        role=Role.ANALYST,
        run_id="run-1",
        monitor="q1",
        scheduled=scheduled,
        node="draft",
        part="t-matcha",
    )


async def test_past_the_deadline_topics_are_quoted_and_the_report_says_why(
    database: Database, tmp_path: Path
) -> None:
    gateway = ScriptedGateway(always(TRUE))
    with desk(database, tmp_path) as stages:
        run = await stages.run()
        _, summary = await stages.summarize(run, ANALYSIS, gateway, extractive=True)
    assert gateway.asked == []
    assert summary.topics == summarize(ANALYSIS).topics
    assert summary.withheld == Withheld(slug="deadline", topics=1)


async def test_past_the_deadline_nothing_is_said_where_no_model_was_to_write(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        _, summary = await stages.summarize(await stages.run(), ANALYSIS, None, extractive=True)
    assert summary == summarize(ANALYSIS)
