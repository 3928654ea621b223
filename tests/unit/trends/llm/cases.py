"""Questions to a server of our own, and providers that ask it."""

from typing import Any

from pydantic import BaseModel, Field

from tests.model_server import ModelServer, Reply
from trends.errors import ModelError
from trends.llm.base import Message, ModelRequest
from trends.llm.registry import make_model
from trends.settings_calls import OptionalLimits, ProviderSettings

KEY = "key-of-tests-1234567890"
MODELS = {
    "openai": "gpt-4.1-mini",
    "azure_openai": "east-mini",
    "anthropic": "claude-sonnet-4-6",
    "google": "gemini-2.5-flash",
    "ollama": "llama3.2",
}
# Long enough that a loaded machine is not what ends an ask that was to be answered.
PATIENT, SHORT = 30.0, 1.0


class Finding(BaseModel):
    """What was seen."""

    title: str
    scores: tuple[int, ...] = Field(default=(), max_length=5)
    note: str | None = None


GOOD = {"title": "저속노화", "scores": [1, 2], "note": None}


def provider_settings(**values: Any) -> ProviderSettings:
    """A provider's section as `config/base.yaml` has it."""
    limits = dict.fromkeys(OptionalLimits.model_fields)
    usual: dict[str, Any] = {
        "api_key": "",
        "base_url": "",
        "api_version": "2024-10-21",
        "deployments": {},
    }
    return ProviderSettings.model_validate({**usual, "limits": limits, **values})


def question(provider: str, **values: Any) -> ModelRequest:
    """Something to ask."""
    usual: dict[str, Any] = {
        "provider": provider,
        "model": MODELS[provider],
        "messages": [
            Message("system", "Read the headlines."),
            Message("user", "저속노화 식단이 뜬다"),
            Message("assistant", "{}"),
            Message("user", "Again."),
        ],
        "answer": Finding,
        "max_output_tokens": 100,
        "temperature": 0.2,
        "timeout_seconds": PATIENT,
    }
    return ModelRequest(**{**usual, **values})


async def fail(server: ModelServer, provider: str, reply: Reply, **values: Any) -> ModelError:
    """Ask a server that says so, and give the error that comes of it."""
    server.script(reply)
    model = make_model(provider, provider_settings(), KEY, server.url(provider))
    try:
        answer = await model.ask(question(provider, **values))
    except ModelError as error:
        return error
    message = f"an answer came: {answer}"
    raise AssertionError(message)
