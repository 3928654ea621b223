"""Asking a langchain chat model once, in time, with everything that happened written down."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from trends.llm.answers import read_answer
from trends.llm.base import Message, ModelAnswer, ModelRequest
from trends.llm.failures import Failure
from trends.llm.forms import strict_form
from trends.llm.wire import WIRE, Wire

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

# Roles and their fallbacks are fewer; more come only with changed settings.
_KEPT = 32


@dataclass(frozen=True)
class Parameters:
    """What a client of langchain's is made for; all but the longest answer, which shrinks with the budget's tail.

    Attributes:
        model: Name of the model there.
        temperature: How freely it writes.
        timeout_seconds: Longest wait for a byte; the wait for the whole is ours.
    """

    model: str
    temperature: float
    timeout_seconds: float


Open = Callable[[Parameters], "BaseChatModel"]
"""Makes a client; imports the provider's library, which takes seconds the first time. Runs on a thread.

Raises:
    SettingsError: The library is not installed.
"""
Bind = Callable[["BaseChatModel", ModelRequest], "Runnable[Any, Any]"]
"""Has a client ask for its answer in the request's form; gives the message, or langchain's dictionary with it as `raw`."""


def bind_schema(client: "BaseChatModel", request: ModelRequest) -> "Runnable[Any, Any]":
    """Have the provider hold the answer to the form while it writes."""
    form = named_form(request.answer)
    return client.with_structured_output(form, method="json_schema", include_raw=True)


def named_form(answer: type[BaseModel]) -> dict[str, Any]:
    """Write the form of an answer with the name and the description that langchain wants of one."""
    return {"title": answer.__name__, "description": "The answer.", **strict_form(answer)}


def without_temperature(client: Any) -> Any:
    """Leave the temperature of a client away where its model is known to take none: it would refuse the request."""
    if client.profile and client.profile.get("temperature") is False:
        client.temperature = None
    return client


class StructuredChat:
    """A provider, ready to be asked: a `ChatModel`.

    Args:
        provider: Its name.
        open_client: Makes a client of langchain's.
        bind: Which way it has its answers in a form.
        longest: Which field of a client is the longest answer, in tokens.
        key: Kept out of every message.
    """

    def __init__(
        self,
        provider: str,
        *,
        open_client: Open,
        longest: str = "max_tokens",
        bind: Bind = bind_schema,
        key: str = "",
    ) -> None:
        self._provider = provider
        self._open_client = open_client
        self._longest = longest
        self._bind = bind
        self._key = key
        self._clients: dict[Parameters, BaseChatModel] = {}
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return f"StructuredChat({self._provider!r})"

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Ask once; retries are the caller's.

        Raises:
            ModelError: It failed: retryable or final by its type, with the provider's Retry-After and request id.
            SettingsError: The provider's library is not installed.
        """
        wire = Wire()
        failure = Failure(self._provider, request.model, wire, self._key)
        marker = WIRE.set(wire)
        try:
            raw = await self._invoke(request)
        except Exception as error:  # noqa: BLE001  # five client libraries, with no ancestor in common
            raise failure.explain(error) from None
        finally:
            WIRE.reset(marker)
        return read_answer(raw, request, request_id=failure.request_id)

    async def _invoke(self, request: ModelRequest) -> Any:
        client = await self._client(
            Parameters(
                model=request.model,
                temperature=request.temperature,
                timeout_seconds=request.timeout_seconds,
            )
        )
        shaped = client.model_copy(update={self._longest: request.max_output_tokens})
        ask = self._bind(shaped, request)
        from langsmith import tracing_context  # pyright: ignore[reportUnknownVariableType]  # its arguments are untyped in part

        # Its own timer winds up again with every byte; this one ends an answer that drips.
        async with asyncio.timeout(request.timeout_seconds):
            with tracing_context(enabled=False):
                # Nobody but the provider is told what was asked: neither a tracing service that the environment names,
                # nor the callbacks of whatever graph this runs in, which would have it stream besides.
                given: Any = await ask.ainvoke(
                    _messages(request.messages), config={"callbacks": []}
                )
        return cast("dict[str, Any]", given)["raw"] if isinstance(given, dict) else given

    async def _client(self, parameters: Parameters) -> "BaseChatModel":
        known = self._clients.get(parameters)
        # To make one takes up to seconds, and reads certificates from disk.
        return known or await asyncio.to_thread(self._make, parameters)

    def _make(self, parameters: Parameters) -> "BaseChatModel":
        # Of several asks that come first at once, one makes it.
        with self._making:
            if parameters not in self._clients:
                self._clients[parameters] = self._open_client(parameters)
            while len(self._clients) > _KEPT:
                del self._clients[next(iter(self._clients))]
            return self._clients[parameters]


def _messages(messages: Sequence[Message]) -> list["BaseMessage"]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    kinds = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds[message.author](content=message.text) for message in messages]
