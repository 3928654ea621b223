"""Anthropic's models through the Messages API. Extra: `anthropic`."""

from typing import TYPE_CHECKING, Any

from trends.llm.base import ModelRequest
from trends.llm.chat import Parameters, StructuredChat, bind_schema, named_form, without_temperature
from trends.llm.keys import read_key
from trends.llm.wire import client_options
from trends.settings_calls import ProviderSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

BASE_URL = "https://api.anthropic.com"


def make_anthropic(settings: ProviderSettings, key: str | None, base_url: str) -> StructuredChat:
    """Make the provider.

    Args:
        settings: Its section of `llm.providers`.
        key: As resolved.
        base_url: As resolved; the usual one where empty.

    Raises:
        ModelKeyError: There is no key, or it cannot be one.
    """
    del settings
    secret = read_key("anthropic", key)

    def open_client(parameters: Parameters) -> "BaseChatModel":
        import anthropic
        import httpx2
        from langchain_anthropic import ChatAnthropic
        from pydantic import SecretStr

        options: dict[str, Any] = {
            "api_key": SecretStr(secret),
            "base_url": base_url or BASE_URL,
            "temperature": parameters.temperature,
            "timeout": parameters.timeout_seconds,
            "max_retries": 0,
            "disable_streaming": True,
        }
        client = ChatAnthropic(model=parameters.model, **options)  # pyright: ignore[reportCallIssue]  # aliases
        # It takes no HTTP client, and makes its own when it is first asked; this one is there before.
        vars(client)["_async_client"] = anthropic.AsyncAnthropic(
            api_key=secret,
            base_url=base_url or BASE_URL,
            timeout=parameters.timeout_seconds,
            max_retries=0,
            http_client=httpx2.AsyncClient(**client_options(httpx2)),
        )
        return without_temperature(client)

    return StructuredChat("anthropic", open_client=open_client, bind=_bind, key=secret)


def _bind(client: "BaseChatModel", request: ModelRequest) -> "Runnable[Any, Any]":
    """Bind the schema where the model knows it, else a tool that it has to call: older ones know no other way."""
    profile: Any = client.profile
    if profile and profile.get("structured_output"):
        return bind_schema(client, request)
    form = named_form(request.answer)
    return client.with_structured_output(form, method="function_calling", include_raw=True)
