"""The way to a model as a worker has it: a real provider's client, the real ledger and log, a server on loopback."""

from collections.abc import AsyncGenerator, Generator

import pytest
from pydantic import BaseModel

from engine.parts import Parts, open_parts
from tests.model_formats import CACHED_TOKENS
from tests.model_server import ModelServer, Reply
from trends.domain.calls import Purpose, Role, Usage
from trends.errors import FrozenError, ModelAnswerError, ModelKeyError
from trends.limits.prices import Prices
from trends.limits.usage import By, UsageReader
from trends.llm.base import Message
from trends.settings import load_settings

KEY = "sk-made-up-for-tests"
MESSAGES = (Message("user", "Name a drink."),)
PURPOSE = Purpose(tenant="local", role=Role.ANALYST, node="draft", part="t1")
ANSWER = Reply(answer={"name": "말차"}, usage=(200, 30))


class Drink(BaseModel):
    """The form of the answer."""

    name: str


@pytest.fixture
def server() -> Generator[ModelServer]:
    """A provider that takes one key."""
    with ModelServer(key=KEY) as running:
        running.script(ANSWER)
        yield running


@pytest.fixture
def environ(stored: dict[str, str], server: ModelServer) -> dict[str, str]:
    """Of a process that has the key."""
    address = {"TRENDS_LLM__PROVIDERS__OPENAI__BASE_URL": server.url("openai")}
    return {**stored, **address, "OPENAI_API_KEY": KEY}


@pytest.fixture
async def parts(environ: dict[str, str]) -> AsyncGenerator[Parts]:
    """What a worker has."""
    async with open_parts(environ) as opened:
        yield opened


async def spent(parts: Parts) -> tuple[int, int]:
    """Micro-USD that are booked, and calls."""
    from engine.spending import quotas_in_force

    reader = UsageReader(parts.database, quotas_in_force(parts.live))
    rows = await reader.spending("local", By.MODEL, first_day="2000-01-01", last_day="2999-12-31")
    return sum(row.spent_micro for row in rows), sum(row.calls for row in rows)


async def test_a_call_costs_what_the_provider_counted_and_is_made_once(
    parts: Parts, server: ModelServer
) -> None:
    gateway = parts.gateways.of_run(parts.settings, Role.ANALYST)
    assert gateway is not None
    first = await gateway.call(PURPOSE, MESSAGES, Drink)
    again = await gateway.call(PURPOSE, MESSAGES, Drink)
    assert (first.answer, first.origin) == ({"name": "말차"}, "asked")
    assert (again.answer, again.origin, again.cost_micro) == ({"name": "말차"}, "log", 0)
    assert server.hits == 1
    price = Prices(parts.settings.llm).cost_micro(
        "openai",
        parts.settings.llm.model,
        Usage(input_tokens=200, output_tokens=30, cached_tokens=CACHED_TOKENS),
    )
    assert first.cost_micro == price
    assert await spent(parts) == (price, 1)


async def test_an_answer_of_no_use_is_booked_as_the_provider_counted_it(
    parts: Parts, server: ModelServer
) -> None:
    server.script(Reply(text='{"name": "말', ending="length", usage=(200, 30)))
    gateway = parts.gateways.of_run(parts.settings, Role.ANALYST)
    assert gateway is not None
    with pytest.raises(ModelAnswerError):
        await gateway.call(PURPOSE, MESSAGES, Drink)
    price = Prices(parts.settings.llm).cost_micro(
        "openai", parts.settings.llm.model, Usage(input_tokens=200, output_tokens=30)
    )
    assert await spent(parts) == (price, 1)


async def test_a_key_that_is_not_taken_costs_nothing(
    parts: Parts, environ: dict[str, str], server: ModelServer
) -> None:
    async with open_parts({**environ, "OPENAI_API_KEY": "sk-of-somebody-else"}) as other:
        gateway = other.gateways.of_run(other.settings, Role.ANALYST)
        assert gateway is not None
        with pytest.raises(ModelKeyError):
            await gateway.call(PURPOSE, MESSAGES, Drink)
    assert server.hits == 1
    assert (await spent(parts))[0] == 0


async def test_nothing_is_sent_while_paid_calls_are_stopped(
    parts: Parts, server: ModelServer
) -> None:
    gateway = parts.gateways.of_run(parts.settings, Role.ANALYST)
    assert gateway is not None
    await parts.freezer.freeze("local", "kim", "too dear")
    with pytest.raises(FrozenError, match="too dear"):
        await gateway.call(PURPOSE, MESSAGES, Drink)
    assert server.hits == 0
    await parts.freezer.thaw("local", "kim")
    assert (await gateway.call(PURPOSE, MESSAGES, Drink)).origin == "asked"


async def test_without_a_key_there_is_no_way_and_nobody_is_asked(
    environ: dict[str, str], server: ModelServer
) -> None:
    async with open_parts({**environ, "OPENAI_API_KEY": ""}) as keyless:
        assert keyless.gateways.of_run(keyless.settings, Role.ANALYST) is None
    assert server.hits == 0


@pytest.mark.parametrize(
    "variable", [{"TRENDS_LLM__ENABLED": "false"}, {"TRENDS_LLM__ROLES__ANALYST__MODEL": "none"}]
)
async def test_settings_of_the_run_decide_whether_there_is_a_model(
    parts: Parts, variable: dict[str, str]
) -> None:
    assert parts.gateways.of_run(load_settings(variable), Role.ANALYST) is None
