"""Every way in which a provider fails, as one of our errors.

What is decided from is the wire: status, headers, body, whether anything was sent. Exceptions of client libraries say
less, each something else, and count only for what they say where there was no answer at all.

An error never shows a key, and is not chained to the exception of a client library: that one holds the request.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from trends.errors import (
    ModelAnswerError,
    ModelBusyError,
    ModelContextError,
    ModelError,
    ModelKeyError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
    TrendsError,
)
from trends.llm.waits import details_of, read_error, read_wait
from trends.llm.wire import Wire

_OVERLOADED = 529
_REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-goog-request-id")
_LONGEST_WHY = 300
_QUOTA = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_error",
        "access_terminated",
        "spend_limit_reached",
    }
)
_FILTER = frozenset({"content_filter", "content_policy_violation", "responsibleaipolicyviolation"})
_CONTEXT = frozenset({"context_length_exceeded", "request_too_large", "string_above_max_length"})
_QUOTA_WORDS = (
    "credit balance is too low",
    "specified api usage limits",
    "spending limit",
    "spend limit",
    "billing hard limit",
)
_CONTEXT_WORDS = (
    "prompt is too long",
    "maximum context length",
    "exceeds the context",
    "exceed context limit",
    "context window",
    "maximum number of tokens allowed",
    "input tokens exceed",
)
_KEY_WORDS = ("api key not valid", "api_key_invalid", "api key expired")


@dataclass(frozen=True)
class Failure:
    """What is known of one.

    Attributes:
        provider: Who failed.
        model: Which model was asked.
        wire: What happened on the wire.
        key: Never to be shown; empty where there is none.
    """

    provider: str
    model: str
    wire: Wire
    key: str = ""

    def explain(self, error: BaseException) -> TrendsError:
        """Give our error for what a client library raised, or a timeout."""
        if isinstance(error, TrendsError):
            return error
        status = self.wire.status
        if status is not None and status >= HTTPStatus.MULTIPLE_CHOICES:
            return self._refusal(status)
        if isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower():
            return self._unavailable(f"{self._who} did not answer in time.")
        if status is None and self.wire.requests:
            return self._unavailable(
                f"{self._who} broke the connection off without an answer."
                if self.wire.sent
                else f"There is no connection to {self._who}.",
            )
        if status is not None:
            return self._broken(error)
        # The client library itself would not send it: a parameter that this model does not take, for one.
        return ModelError(
            f"{self._who} was not asked: its client refused the request.",
            why=self._why(f"{type(error).__name__}: {error}"),
            next_step="Look at the settings of this provider and model under llm.",
        )

    @property
    def request_id(self) -> str:
        """Under which the provider knows the request; empty where it did not say."""
        found = (self.wire.headers.get(name, "") for name in _REQUEST_IDS)
        return next((each[:200] for each in found if each), "")

    @property
    def _who(self) -> str:
        return f"{self.provider}:{self.model}"

    def _unavailable(self, what: str) -> ModelError:
        billed = None if self.wire.sent else False
        return ModelUnavailableError(what, billed=billed, request_id=self.request_id)

    def _broken(self, error: BaseException) -> ModelError:
        if not self.wire.whole:
            return self._unavailable(f"{self._who} broke off in the middle of its answer.")
        if "content filter" in str(error):
            # Azure's client of langchain raises where a filter ended the answer.
            return ModelRefusedError(
                f"{self._who} declined to answer.",
                why="It said: content_filter.",
                billed=True,
                request_id=self.request_id,
                usage=_tokens(self.wire.body),
            )
        return ModelAnswerError(
            f"{self._who} answered with what is not of its interface.",
            why=self._why(type(error).__name__),
            next_step=f"Check llm.providers.{self.provider}.base_url; a proxy may have answered.",
            billed=True,
            request_id=self.request_id,
        )

    def _refusal(self, status: int) -> ModelError:
        said = read_error(self.wire.body)
        reading = _read(status, said)
        text = str(said.get("message") or "")
        next_step = reading.next_step.format(provider=self.provider, model=self.model)
        if self.provider == "ollama" and status == HTTPStatus.NOT_FOUND:
            next_step = f"Run `ollama pull {self.model}` there, or check the model's name."
        return reading.kind(
            f"{self._who} {reading.what} (HTTP {status}).",
            why=self._why(text),
            next_step=next_step,
            retry_after=read_wait(self.wire.headers, self.wire.body)
            if reading.kind.retryable
            else None,
            billed=reading.billed,
            request_id=self.request_id,
        )

    def _why(self, text: str) -> str:
        # Providers quote a part of a wrong key, and proxies the whole of it.
        shown = text.replace(self.key, "[key]") if self.key else text
        line = " ".join(shown.split())[:_LONGEST_WHY]
        return f"It said: {line.rstrip('.')}." if line else ""


@dataclass(frozen=True)
class _Reading:
    kind: type[ModelError]
    what: str
    next_step: str = ""
    billed: bool | None = False


_KEY = _Reading(
    ModelKeyError,
    "does not take the key",
    "Check llm.providers.{provider}.api_key and what it may be used for.",
)
_SPENT = _Reading(
    ModelQuotaError,
    "has nothing left on this account",
    "Raise the account's limit or its credit at the provider.",
)
_TOO_LONG = _Reading(
    ModelContextError, "does not take that much text", "Choose a model that takes more."
)
# Azure charges for the prompt that its filter read.
_FILTERED = _Reading(ModelRefusedError, "declined: a filter matched the question", billed=None)
_BUSY = _Reading(ModelBusyError, "is at its rate limit")
_DOWN = _Reading(ModelUnavailableError, "failed on its side", billed=None)
_MISTAKEN = _Reading(
    ModelError, "refused the request", "Look at the settings of this provider and model under llm."
)
_BY_STATUS: dict[int, _Reading] = {
    HTTPStatus.UNAUTHORIZED: _KEY,
    HTTPStatus.FORBIDDEN: _KEY,
    HTTPStatus.PAYMENT_REQUIRED: _SPENT,
    HTTPStatus.NOT_FOUND: _Reading(
        ModelError,
        "does not exist there",
        "Check the model's name under llm, and llm.providers.{provider}.base_url and deployments.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS: _BUSY,
    HTTPStatus.REQUEST_TIMEOUT: _DOWN,
    HTTPStatus.CONFLICT: _DOWN,
    HTTPStatus.TOO_EARLY: _DOWN,
    # It says before it does anything that it cannot.
    _OVERLOADED: _Reading(ModelUnavailableError, "is overloaded"),
}


def _read(status: int, said: dict[str, Any]) -> _Reading:
    marks = set(_marks(said))
    text = str(said.get("message") or "").lower()
    if status < HTTPStatus.BAD_REQUEST:
        return _Reading(
            ModelError,
            "wants to send the request elsewhere, which is not done",
            "Check llm.providers.{provider}.base_url.",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _BY_STATUS.get(status, _DOWN)
    if marks & _QUOTA or any(words in text for words in _QUOTA_WORDS) or _daily_quota(said):
        return _SPENT
    if status == HTTPStatus.BAD_REQUEST:
        return _bad_request(marks, text)
    return _BY_STATUS.get(status, _MISTAKEN)


def _bad_request(marks: set[str], text: str) -> _Reading:
    if marks & _FILTER:
        return _FILTERED
    if marks & _CONTEXT or any(words in text for words in _CONTEXT_WORDS):
        return _TOO_LONG
    if "api_key_invalid" in marks or any(words in text for words in _KEY_WORDS):
        return _KEY
    return _MISTAKEN


def _marks(said: dict[str, Any]) -> Iterable[str]:
    """Give every word that says which error it is: beside the message, inside it (Azure), in its details (Google)."""
    inner: Any = said.get("innererror")
    nested = [cast("dict[str, Any]", inner)] if isinstance(inner, dict) else []
    for place in (said, *nested, *details_of(said)):
        for name in ("code", "type", "reason", "status"):
            yield str(place.get(name) or "").lower()


def _tokens(body: bytes) -> tuple[int, int] | None:
    """Read what OpenAI's format says of the tokens of an answer."""
    try:
        usage = json.loads(body)["usage"]
        return int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    except (ValueError, KeyError, TypeError):
        return None


def _daily_quota(said: dict[str, Any]) -> bool:
    """Tell a day's quota of Google's from a minute's: both are 429, and both ask for seconds."""
    return any("PerDay" in str(detail.get("violations")) for detail in details_of(said))
