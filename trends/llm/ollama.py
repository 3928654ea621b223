"""Models on a machine of one's own, through Ollama. Extra: `ollama`."""

from typing import TYPE_CHECKING, Any

from trends.llm.base import ModelRequest
from trends.llm.chat import Parameters, StructuredChat, bind_schema
from trends.llm.keys import read_key
from trends.llm.tokens import input_token_bound
from trends.llm.wire import client_options
from trends.settings_calls import ProviderSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

BASE_URL = "http://127.0.0.1:11434"
# What the server gives a model by itself.
_LEAST_CONTEXT = 4096


def make_ollama(settings: ProviderSettings, key: str | None, base_url: str) -> StructuredChat:
    """Make the provider.

    Args:
        settings: Its section of `llm.providers`.
        key: As resolved; a server of one's own asks for none.
        base_url: As resolved; this machine where empty.

    Raises:
        ModelKeyError: The key cannot be one.
    """
    del settings
    secret = read_key("ollama", key) if key else ""

    def open_client(parameters: Parameters) -> "BaseChatModel":
        import httpx
        from langchain_ollama import ChatOllama

        # A key in the environment is not for this address unless the settings say so.
        options = client_options(httpx, without=() if secret else ("authorization",))
        if secret:
            options["headers"] = {"Authorization": f"Bearer {secret}"}
        return ChatOllama(
            model=parameters.model,
            base_url=base_url or BASE_URL,
            temperature=parameters.temperature,
            # It knows no other way to a timeout, and ignores one that is given as such.
            client_kwargs={"timeout": parameters.timeout_seconds},
            async_client_kwargs=options,
        )

    return StructuredChat(
        "ollama", open_client=open_client, longest="num_predict", bind=_bind, key=secret
    )


def _bind(client: "BaseChatModel", request: ModelRequest) -> "Runnable[Any, Any]":
    """Make room for the whole question and its answer: what has none, the server leaves out and says nothing.

    In powers of two, since the server loads a model anew for another size.
    """
    needed = input_token_bound(request.messages, request.answer) + request.max_output_tokens
    context = max(_LEAST_CONTEXT, 1 << (needed - 1).bit_length())
    return bind_schema(client.model_copy(update={"num_ctx": context}), request)
