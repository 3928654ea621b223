"""What a call of a model costs, in whole micro-USD, rounded up.

A price is looked for in this order: `llm.prices` in the settings; then, for Ollama, free, since it runs on the user's
own machine; then the price table that is installed with the product, which asks nobody. For Azure the model behind a
deployment is read from `llm.providers.azure_openai.deployments`. A model without a price is refused.
"""

from decimal import ROUND_CEILING, Decimal

from trends.domain.calls import MICRO, Usage
from trends.errors import PriceUnknownError
from trends.settings_calls import LlmSettings, PriceSettings

_LOCAL = "ollama"
_AZURE = "azure_openai"
# Under which names the price table knows our providers, in the order in which they are asked.
_TABLE = {
    "openai": ("openai",),
    _AZURE: ("azure", "openai"),
    "anthropic": ("anthropic",),
    "google": ("google",),
}
_MILLION = 1_000_000


class Prices:
    """Prices of models, by the settings as they are.

    Args:
        llm: Settings of models: prices of one's own, and what Azure's deployments are.
    """

    def __init__(self, llm: LlmSettings) -> None:
        self._own = llm.prices
        self._deployments = llm.providers.azure_openai.deployments

    def check(self, provider: str, model: str) -> None:
        """Make sure that a model has a price, before anything is planned with it.

        Raises:
            PriceUnknownError: It has none; names the model and the setting.
        """
        self.cost_micro(provider, model, Usage(input_tokens=1, output_tokens=1))

    def worst_case_micro(
        self, provider: str, model: str, *, input_tokens: int, output_tokens: int
    ) -> int:
        """The most that a call may cost: nothing of it cached.

        Raises:
            PriceUnknownError: The model has no price.
        """
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        return self.cost_micro(provider, model, usage)

    def cost_micro(self, provider: str, model: str, usage: Usage) -> int:
        """What a call cost. Input that the provider had kept is cheaper, where it says so.

        Raises:
            PriceUnknownError: The model has no price.
        """
        behind = self._behind(provider, model)
        for name in (model, behind):
            own = self._own.get(f"{provider}:{name}")
            if own is not None:
                return _of_own(own, usage)
        if provider == _LOCAL:
            return 0
        return _of_table(provider, model, behind, usage)

    def _behind(self, provider: str, model: str) -> str:
        # Written either way round: the model by its deployment, or the deployment by its model.
        return self._deployments.get(model, model) if provider == _AZURE else model


def _of_own(price: PriceSettings, usage: Usage) -> int:
    cached_usd = price.input_usd if price.cached_input_usd is None else price.cached_input_usd
    cached = min(usage.cached_tokens, usage.input_tokens)
    # USD for a million tokens are micro-USD for one.
    micro = (
        Decimal(str(price.input_usd)) * (usage.input_tokens - cached)
        + Decimal(str(cached_usd)) * cached
        + Decimal(str(price.output_usd)) * usage.output_tokens
    ) * (Decimal(MICRO) / _MILLION)
    return _up(micro)


def _of_table(provider: str, model: str, behind: str, usage: Usage) -> int:
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens, usage.input_tokens),
    )
    for name in _TABLE.get(provider, ()):
        try:
            found = genai_prices.calc_price(counted, behind, provider_id=name)
        except LookupError:
            continue
        return _up(found.total_price * MICRO)
    asked = f"{provider}:{model}"
    via = f" (deployment of {behind})" if behind != model else ""
    hint = (
        " For a deployment of Azure, name its model in llm.providers.azure_openai.deployments."
        if provider == _AZURE and behind == model
        else ""
    )
    raise PriceUnknownError(
        f"No price is known for {asked[:120]}{via}.",
        why="What a call may cost is held before it is made.",
        next_step=f"Write its price into llm.prices under '{asked[:120]}', 0 where it is free.{hint}",
    )


def _up(micro: Decimal) -> int:
    return int(micro.to_integral_value(ROUND_CEILING))
