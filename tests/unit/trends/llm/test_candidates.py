"""Which models do a kind of work, by the settings."""

from typing import Any

import pytest

from trends.domain.calls import ModelName, Role
from trends.errors import SettingsError
from trends.llm.candidates import RolePlan, plan_of
from trends.settings import Settings, load_settings

SETTINGS = load_settings({"TRENDS_ENV": "development"})
BASE = SETTINGS.llm


def with_llm(**changes: Any) -> Settings:
    return SETTINGS.model_copy(update={"llm": BASE.model_copy(update=changes)})


def with_role(role: Role, **changes: Any) -> Settings:
    own = getattr(BASE.roles, role.value).model_copy(update=changes)
    return with_llm(roles=BASE.roles.model_copy(update={role.value: own}))


def test_a_role_that_says_nothing_is_done_as_all_are() -> None:
    assert plan_of(with_role(Role.ANALYST), Role.ANALYST) == RolePlan(
        candidates=(ModelName(BASE.provider, BASE.model),),
        temperature=BASE.temperature,
        max_output_tokens=BASE.max_output_tokens,
        timeout_seconds=BASE.timeout_seconds,
    )


def test_what_a_role_says_goes_before() -> None:
    own = with_role(
        Role.JUDGE, provider="google", model="gemini", temperature=0.2, max_output_tokens=9
    )
    plan = plan_of(own, Role.JUDGE)
    assert plan.candidates == (ModelName("google", "gemini"),)
    assert (plan.temperature, plan.max_output_tokens) == (0.2, 9)


def test_fallbacks_follow_in_their_order_and_each_model_is_asked_once() -> None:
    first = f"{BASE.provider}:{BASE.model}"
    plan = plan_of(
        with_role(Role.ANALYST, fallback=("ollama:qwen3:8b", first, "ollama:qwen3:8b")),
        Role.ANALYST,
    )
    assert [str(each) for each in plan.candidates] == [first, "ollama:qwen3:8b"]
    assert plan.candidates[1] == ModelName("ollama", "qwen3:8b")


def test_the_planner_and_the_judge_leave_nothing_to_chance_and_the_analyst_does() -> None:
    roles = (Role.PLANNER, Role.JUDGE, Role.ANALYST)
    assert [plan_of(SETTINGS, role).cacheable for role in roles] == [True, True, False]


@pytest.mark.parametrize(
    "settings",
    [
        with_role(Role.ANALYST, model="none"),
        with_llm(enabled=False),
    ],
    ids=["none", "not enabled"],
)
def test_a_role_without_a_model_is_told_with_the_setting(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"llm\.roles\.analyst\.model"):
        plan_of(settings, Role.ANALYST)
