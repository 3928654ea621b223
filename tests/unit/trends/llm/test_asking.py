"""What each provider is sent, and what is kept of a good answer."""

import asyncio
import os
import subprocess
import sys

import pytest

from tests.model_formats import INPUT_TOKENS, OUTPUT_TOKENS, REQUEST_ID
from tests.model_server import ModelServer, Reply
from tests.unit.trends.llm.cases import GOOD, KEY, MODELS, Finding, provider_settings, question
from trends.llm.base import Message, ModelAnswer
from trends.llm.chat import StructuredChat
from trends.llm.registry import PROVIDERS, make_model

each_provider = pytest.mark.parametrize("provider", PROVIDERS)


async def ask(server: ModelServer, provider: str, reply: Reply, model: str = "") -> ModelAnswer:
    """Ask a server that says so."""
    server.script(reply)
    chat = make_model(provider, provider_settings(), KEY, server.url(provider))
    return await chat.ask(question(provider, model=model or MODELS[provider]))


@each_provider
async def test_answer_is_of_the_form(server: ModelServer, provider: str) -> None:
    assert (await ask(server, provider, Reply(answer=GOOD))).answer == GOOD
    assert server.hits == 1


@each_provider
async def test_question_arrives_as_it_was_asked(server: ModelServer, provider: str) -> None:
    await ask(server, provider, Reply(answer=GOOD))
    asked = server.requests[0].asked
    assert asked.model == MODELS[provider]
    assert asked.messages == tuple((m.author, m.text) for m in question(provider).messages)
    assert (asked.max_output_tokens, asked.temperature) == (100, 0.2)


@each_provider
async def test_shorter_answer_needs_no_new_client(server: ModelServer, provider: str) -> None:
    server.script(Reply(answer=GOOD))
    chat = make_model(provider, provider_settings(), KEY, server.url(provider))
    assert isinstance(chat, StructuredChat)
    for longest in (100, 40):
        await chat.ask(question(provider, max_output_tokens=longest))
    assert [each.asked.max_output_tokens for each in server.requests] == [100, 40]
    assert len(chat._clients) == 1  # pyright: ignore[reportPrivateUsage]  # a test may look inside


@each_provider
async def test_form_is_closed_and_asks_for_every_field(server: ModelServer, provider: str) -> None:
    await ask(server, provider, Reply(answer=GOOD))
    schema = server.requests[0].asked.schema
    assert schema["required"] == list(Finding.model_fields)
    assert schema["additionalProperties"] is False


@each_provider
async def test_usage_counts_cached_and_thinking_in(server: ModelServer, provider: str) -> None:
    usage = (await ask(server, provider, Reply(answer=GOOD))).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    told = {"anthropic": (20, 0), "ollama": (0, 0)}.get(provider, (20, 7))
    assert (usage.cached_tokens, usage.reasoning_tokens) == told


@each_provider
async def test_missing_usage_is_none_and_not_nothing(server: ModelServer, provider: str) -> None:
    assert (await ask(server, provider, Reply(answer=GOOD, usage=None))).usage is None


@each_provider
async def test_usage_is_what_the_provider_says(server: ModelServer, provider: str) -> None:
    usage = (await ask(server, provider, Reply(answer=GOOD, usage=(21, 9)))).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (21, 9)


@each_provider
async def test_model_that_answered_is_told(server: ModelServer, provider: str) -> None:
    answer = await ask(server, provider, Reply(answer=GOOD, model="another-one"))
    assert answer.model == "another-one"


@pytest.mark.parametrize("provider", ["openai", "azure_openai", "anthropic"])
async def test_request_id_is_kept(server: ModelServer, provider: str) -> None:
    assert (await ask(server, provider, Reply(answer=GOOD))).request_id == REQUEST_ID


@each_provider
async def test_answer_in_a_fence_is_read(server: ModelServer, provider: str) -> None:
    fenced = f"```json\n{Reply(answer=GOOD).written}\n```"
    assert (await ask(server, provider, Reply(text=fenced))).answer == GOOD


@each_provider
async def test_asks_at_once_do_not_mix(server: ModelServer, provider: str) -> None:
    server.answer_with(lambda asked: {**GOOD, "title": asked.messages[0][1]})
    chat = make_model(provider, provider_settings(), KEY, server.url(provider))
    asks = [
        chat.ask(question(provider, messages=[Message("user", str(number))])) for number in range(8)
    ]
    titles = [answer.answer["title"] for answer in await asyncio.gather(*asks)]
    assert titles == [str(number) for number in range(8)]


async def test_claude_that_knows_no_schema_is_given_a_tool_to_call(server: ModelServer) -> None:
    answer = await ask(server, "anthropic", Reply(answer=GOOD), "claude-haiku-4-5-20251001")
    assert server.requests[0].asked.by_tool
    assert answer.answer == GOOD


async def test_azure_is_asked_by_deployment_and_version(server: ModelServer) -> None:
    server.script(Reply(answer=GOOD))
    settings = provider_settings(deployments={"east-mini": "gpt-4.1-mini"})
    chat = make_model("azure_openai", settings, KEY, server.url("azure_openai"))
    await chat.ask(question("azure_openai", model="gpt-4.1-mini"))
    path = server.requests[0].path
    assert path == "/openai/deployments/east-mini/chat/completions?api-version=2024-10-21"


async def test_a_provider_serves_one_loop_after_another(server: ModelServer) -> None:
    server.script(Reply(answer=GOOD))
    chat = make_model("openai", provider_settings(), KEY, server.url("openai"))

    def on_its_own_loop() -> ModelAnswer:
        return asyncio.run(chat.ask(question("openai")))

    for _ in range(2):
        assert (await asyncio.to_thread(on_its_own_loop)).answer == GOOD


ELSEWHERE = {
    "OPENAI_API_BASE": "http://127.0.0.1:9",
    "OPENAI_BASE_URL": "http://127.0.0.1:9",
    "OPENAI_PROXY": "http://127.0.0.1:9",
    "OPENAI_API_KEY": "another",
    "OPENAI_ORG_ID": "another",
    "OPENAI_API_VERSION": "1999-01-01",
    "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9",
    "AZURE_OPENAI_API_KEY": "another",
    "AZURE_OPENAI_AD_TOKEN": "another",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "another",
    "ANTHROPIC_AUTH_TOKEN": "another",
    "GOOGLE_API_KEY": "another",
    "GEMINI_API_KEY": "another",
    "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "OLLAMA_HOST": "http://127.0.0.1:9",
    "OLLAMA_API_KEY": "another",
}


@each_provider
async def test_environment_changes_neither_address_nor_key(
    server: ModelServer, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    assert (await ask(server, provider, Reply(answer=GOOD))).answer == GOOD
    headers = server.requests[0].headers
    assert [name for name, value in headers.items() if "another" in value] == []


async def test_ollama_gets_no_key_that_only_the_environment_holds(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "somebody-elses")
    server.key = ""
    server.script(Reply(answer=GOOD))
    chat = make_model("ollama", provider_settings(), None, server.url("ollama"))
    await chat.ask(question("ollama"))
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "o3-mini"), ("anthropic", "claude-opus-5")]
)
async def test_model_without_temperature_is_asked_without(
    server: ModelServer, provider: str, model: str
) -> None:
    await ask(server, provider, Reply(answer=GOOD), model)
    assert server.requests[0].asked.temperature is None


@pytest.mark.parametrize(("syllables", "context"), [(10, 4096), (5_000, 16_384), (20_000, 65_536)])
async def test_ollama_has_room_for_the_whole_question(
    server: ModelServer, syllables: int, context: int
) -> None:
    server.script(Reply(answer=GOOD))
    chat = make_model("ollama", provider_settings(), KEY, server.url("ollama"))
    await chat.ask(question("ollama", messages=[Message("user", "가" * syllables)]))
    assert server.requests[0].body["options"]["num_ctx"] == context


ASK_UNDER_TRACING = f"""
import asyncio, sys
from langchain_core.tracers.langchain import wait_for_all_tracers
from tests.unit.trends.llm.cases import provider_settings, question
from trends.llm.registry import make_model

asyncio.run(make_model("openai", provider_settings(), "{KEY}", sys.argv[1]).ask(question("openai")))
wait_for_all_tracers()
"""


def test_nobody_but_the_provider_is_told(server: ModelServer) -> None:
    server.script(Reply(answer=GOOD))
    with ModelServer() as service:
        environ = {
            **os.environ,
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_ENDPOINT": service.url("openai"),
            "LANGSMITH_API_KEY": "k",
        }
        command = [sys.executable, "-c", ASK_UNDER_TRACING, server.url("openai")]
        subprocess.run(command, env=environ, check=True)
        assert (server.hits, service.connections) == (1, 0)


async def test_ask_can_be_cancelled(server: ModelServer) -> None:
    server.script(Reply(delivery="hang"))
    chat = make_model("openai", provider_settings(), KEY, server.url("openai"))
    asking = asyncio.create_task(chat.ask(question("openai")))
    await asyncio.to_thread(server.wait_for, 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
