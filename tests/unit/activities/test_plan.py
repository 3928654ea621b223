"""The plan stage."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from activities.contracts import PlanResult
from tests.unit.activities.model_cases import desk
from tests.unit.trends.agents.scripted_gateway import ScriptedGateway
from trends.domain.calls import Purpose
from trends.domain.plan import Plan
from trends.errors import FrozenError
from trends.llm.base import Message
from trends.settings import load_settings
from trends.storage.database import Database


def answer(_purpose: Purpose, _messages: Sequence[Message]) -> Mapping[str, object]:
    """One word that may be taken, one that may not."""
    return {"synonyms": ["matcha", "말차"], "excluded": [], "rationale": "Both are written."}


async def test_a_plan_is_an_artifact_and_its_figures_are_in_the_record(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        result = await stages.plan(await stages.run(), ScriptedGateway(answer))
        assert result.plan is not None
        plan = Plan.model_validate_json(await stages.artifacts.get(result.plan))
        told = await stages.told()
    assert plan.synonyms == ("matcha",)
    assert told == {"synonyms": 1, "excluded": 0, "refused": 1}


async def test_without_a_gateway_or_a_model_there_is_no_plan_and_no_reason(
    database: Database, tmp_path: Path
) -> None:
    with desk(database, tmp_path) as stages:
        off = await stages.run(load_settings({"TRENDS_LLM__ROLES__PLANNER__MODEL": "none"}))
        gateway = ScriptedGateway(answer)
        assert await stages.plan(off, gateway) == PlanResult()
        assert gateway.asked == []


async def test_what_fails_for_good_fails_no_stage(database: Database, tmp_path: Path) -> None:
    def frozen(_purpose: Purpose, _messages: Sequence[Message]) -> Mapping[str, object]:
        message = "Stopped."
        raise FrozenError(message)

    with desk(database, tmp_path) as stages:
        run = await stages.run()
        assert await stages.plan(run, ScriptedGateway(frozen)) == PlanResult(slug="frozen")
