"""OpenAI, and whatever else speaks its chat completions under another address."""

from typing import TYPE_CHECKING, Any

from trends.llm.base import ModelRequest
from trends.llm.chat import Parameters, StructuredChat, without_temperature
from trends.llm.forms import strict_form
from trends.llm.keys import read_key
from trends.llm.wire import client_options
from trends.settings_calls import ProviderSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

BASE_URL = "https://api.openai.com/v1"
# Of the environment, and perhaps of another account than the key.
_NOT_SENT = ("openai-organization", "openai-project")


def make_openai(settings: ProviderSettings, key: str | None, base_url: str) -> StructuredChat:
    """Make the provider.

    Args:
        settings: Its section of `llm.providers`.
        key: As resolved.
        base_url: As resolved; the usual one where empty.

    Raises:
        ModelKeyError: There is no key, or it cannot be one.
    """
    del settings
    secret = read_key("openai", key)

    def open_client(parameters: Parameters) -> "BaseChatModel":
        import httpx2
        from langchain_openai import ChatOpenAI

        client = ChatOpenAI(
            model=parameters.model,
            base_url=base_url or BASE_URL,
            http_async_client=httpx2.AsyncClient(**client_options(httpx2, without=_NOT_SENT)),
            **openai_options(parameters, secret),
        )
        return without_temperature(client)

    return StructuredChat("openai", open_client=open_client, bind=bind_strictly, key=secret)


def openai_options(parameters: Parameters, key: str) -> dict[str, Any]:
    """Options that OpenAI's client has in common with Azure's."""
    from pydantic import SecretStr

    return {
        "api_key": SecretStr(key),
        "temperature": parameters.temperature,
        "timeout": parameters.timeout_seconds,
        "max_retries": 0,
        # The environment's would be refused beside a client of our own, which honours the usual proxy variables.
        "openai_proxy": "",
        "http_socket_options": (),
        "use_responses_api": False,
        "disable_streaming": True,
    }


def bind_strictly(client: "BaseChatModel", request: ModelRequest) -> "Runnable[Any, Any]":
    """Have the provider hold the answer to the form.

    Not by langchain's structured output: there the library of OpenAI reads the answer itself, and one that is cut off or
    filtered is an exception without usage.
    """
    form = {
        "name": request.answer.__name__,
        "strict": True,
        "schema": strict_form(request.answer),
    }
    return client.bind(extra_body={"response_format": {"type": "json_schema", "json_schema": form}})
