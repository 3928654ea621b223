"""The questions that the rest of the product asks of its settings."""

import pytest

from trends.domain.calls import ModelName, Role
from trends.errors import UnknownNameError
from trends.settings import Settings, load_settings


def with_variables(**variables: str) -> Settings:
    return load_settings({f"TRENDS_{name}": value for name, value in variables.items()})


def test_a_role_that_says_nothing_is_as_the_section_says() -> None:
    settings = with_variables(
        LLM__PROVIDER="anthropic",
        LLM__MODEL="m-1",
        LLM__TEMPERATURE="0.3",
        LLM__MAX_OUTPUT_TOKENS="77",
    )

    analyst = settings.model_for(Role.ANALYST)

    assert analyst is not None
    assert (analyst.provider, analyst.model) == ("anthropic", "m-1")
    assert (analyst.temperature, analyst.max_output_tokens) == (0.3, 77)
    assert analyst.fallback == ()


def test_what_a_role_says_goes_before_the_section() -> None:
    settings = with_variables(
        LLM__ROLES__JUDGE__PROVIDER="google",
        LLM__ROLES__JUDGE__MODEL="g-2",
        LLM__ROLES__JUDGE__MAX_OUTPUT_TOKENS="9",
        LLM__ROLES__JUDGE__FALLBACK="openai:gpt-4.1-mini,ollama:qwen3:8b",
    )

    judge = settings.model_for(Role.JUDGE)

    assert judge is not None
    assert str(judge.name) == "google:g-2"
    assert judge.max_output_tokens == 9
    assert judge.fallback == (ModelName("openai", "gpt-4.1-mini"), ModelName("ollama", "qwen3:8b"))


def test_a_temperature_of_zero_is_a_temperature() -> None:
    planner = with_variables(LLM__TEMPERATURE="0.7").model_for(Role.PLANNER)

    assert planner is not None
    assert planner.temperature == 0.0


def test_a_role_without_a_model_is_none() -> None:
    settings = with_variables(LLM__ROLES__PLANNER__MODEL="none")

    assert settings.model_for(Role.PLANNER) is None
    assert settings.model_for(Role.EMBEDDER) is None
    assert settings.model_for(Role.ANALYST) is not None


def test_no_role_has_a_model_where_models_are_off() -> None:
    settings = with_variables(LLM__ENABLED="false")

    assert [settings.model_for(role) for role in Role] == [None] * len(Role)


def test_a_provider_s_own_limits_go_before_those_of_all() -> None:
    settings = with_variables(
        LIMITS__REQUESTS_PER_MINUTE="60",
        LIMITS__TOKENS_PER_MINUTE="1000",
        LLM__PROVIDERS__OPENAI__LIMITS__REQUESTS_PER_MINUTE="500",
        LLM__PROVIDERS__OPENAI__LIMITS__COST_PER_DAY_USD="2.5",
    )

    openai = settings.limits_for("openai")

    assert (openai.requests_per_minute, openai.tokens_per_minute) == (500, 1000)
    assert openai.cost_per_day_usd == 2.5
    assert openai.cost_per_run_usd == settings.limits.cost_per_run_usd
    assert settings.limits_for("google") == settings.limits


def test_an_unknown_provider_suggests_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'anthropic'"):
        with_variables().limits_for("antropic")
