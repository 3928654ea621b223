"""What calls cost, to the micro-dollar."""

import pytest

from trends.domain.calls import Usage
from trends.errors import PriceUnknownError
from trends.limits.prices import Prices
from trends.settings import load_settings
from trends.settings_calls import LlmSettings, PriceSettings


def llm(**prices: PriceSettings) -> LlmSettings:
    return load_settings(environ={}).llm.model_copy(update={"prices": prices})


def with_deployments(deployments: dict[str, str]) -> LlmSettings:
    settings = llm()
    azure = settings.providers.azure_openai.model_copy(update={"deployments": deployments})
    providers = settings.providers.model_copy(update={"azure_openai": azure})
    return settings.model_copy(update={"providers": providers})


def test_a_known_model_costs_what_the_table_says() -> None:
    usage = Usage(input_tokens=1000, output_tokens=100)
    assert Prices(llm()).cost_micro("openai", "gpt-4.1-mini", usage) == 560


def test_cached_input_is_cheaper_where_the_table_says_so() -> None:
    usage = Usage(input_tokens=1000, output_tokens=100, cached_tokens=200)
    assert Prices(llm()).cost_micro("openai", "gpt-4.1-mini", usage) == 500


def test_parts_of_a_micro_dollar_are_rounded_up() -> None:
    usage = Usage(input_tokens=1, output_tokens=0)
    assert Prices(llm()).cost_micro("openai", "gpt-4.1-mini", usage) == 1


def test_a_price_of_the_settings_goes_before_the_table() -> None:
    own = PriceSettings(input_usd=2.5, output_usd=10, cached_input_usd=0.1)
    prices = Prices(llm(**{"openai:gpt-4.1-mini": own}))
    usage = Usage(input_tokens=1000, output_tokens=10, cached_tokens=400)
    assert prices.cost_micro("openai", "gpt-4.1-mini", usage) == 600 * 2.5 + 40 + 100


def test_without_a_price_for_cached_input_it_costs_as_other_input() -> None:
    prices = Prices(llm(**{"openai:x": PriceSettings(input_usd=3, output_usd=0)}))
    usage = Usage(input_tokens=100, output_tokens=0, cached_tokens=100)
    assert prices.cost_micro("openai", "x", usage) == 300


def test_the_worst_case_is_never_below_what_a_call_within_it_costs() -> None:
    prices = Prices(llm())
    worst = prices.worst_case_micro("openai", "gpt-4.1-mini", input_tokens=999, output_tokens=77)
    usage = Usage(input_tokens=999, output_tokens=77, cached_tokens=1)
    assert prices.cost_micro("openai", "gpt-4.1-mini", usage) <= worst


def test_an_unknown_model_is_refused_with_the_setting_that_helps() -> None:
    with pytest.raises(PriceUnknownError) as refused:
        Prices(llm()).check("openai", "gpt-nobody-knows")
    assert str(refused.value) == (
        "No price is known for openai:gpt-nobody-knows. What a call may cost is held before it is made."
        " Write its price into llm.prices under 'openai:gpt-nobody-knows', 0 where it is free."
    )


def test_ollama_is_free_unless_it_is_priced() -> None:
    usage = Usage(input_tokens=10, output_tokens=10)
    assert Prices(llm()).cost_micro("ollama", "llama3", usage) == 0
    priced = Prices(llm(**{"ollama:llama3": PriceSettings(input_usd=1, output_usd=1)}))
    assert priced.cost_micro("ollama", "llama3", usage) == 20


def test_a_deployment_costs_what_its_model_costs() -> None:
    usage = Usage(input_tokens=1000, output_tokens=100)
    prices = Prices(with_deployments({"our-writer": "gpt-4.1-mini"}))
    # Azure's own price, a little above that of OpenAI itself, or the same.
    assert prices.cost_micro("azure_openai", "our-writer", usage) >= 560
    with pytest.raises(PriceUnknownError, match=r"azure_openai\.deployments"):
        prices.check("azure_openai", "our-reader")
