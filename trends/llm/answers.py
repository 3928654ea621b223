"""From what a client library gives back to an answer that was checked, or the error that it is none."""

import json
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from trends.domain.calls import Usage
from trends.errors import ModelAnswerError, ModelError, ModelRefusedError
from trends.llm.base import ModelAnswer, ModelRequest

_CUT_OFF = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_REFUSED = frozenset(
    {
        "refusal",
        "content_filter",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "language",
        "image_safety",
    }
)
_LONGEST_WHY = 300


def read_answer(raw: Any, request: ModelRequest, *, request_id: str) -> ModelAnswer:
    """Check an answer.

    Args:
        raw: The message as langchain gives it. What its own parsers made of it is not looked at: they mend JSON that is
            cut off, and say nothing where a tool was not called.
        request: What was asked.
        request_id: Under which the provider knows the request.

    Raises:
        ModelRefusedError: The model or its filter declined.
        ModelAnswerError: It is cut off, empty, or not of the form. It was paid for: carries `usage`.
    """
    usage = _usage(raw.usage_metadata)
    said: dict[str, Any] = raw.response_metadata
    _check_end(raw, said, request, usage, request_id)
    try:
        answer = _read_form(_read_object(raw), request.answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        why = f"At '{place}': {first['msg']}"[:_LONGEST_WHY]
        raise _unusable(request, "is not of the form", why, usage, request_id) from None
    except ValueError as error:
        raise _unusable(request, "is no JSON object", str(error), usage, request_id) from None
    return ModelAnswer(
        answer=answer,
        usage=usage,
        request_id=request_id,
        model=str(said.get("model_name") or said.get("model") or request.model),
    )


def _read_object(raw: Any) -> dict[str, Any]:
    """Read the arguments of the tool that was called, or the text.

    Raises:
        ValueError: There is no object.
    """
    calls: list[Any] = raw.tool_calls
    if calls:
        return calls[0]["args"]
    text = raw.text.strip()
    if not text:
        message = "It is empty"
        raise ValueError(message)
    try:
        read: Any = json.loads(_unfence(text))
    except (ValueError, RecursionError):
        message = "It is plain text, half of an object, or too deep"
        raise ValueError(message) from None
    if not isinstance(read, dict):
        message = "It is a list or a single value"
        raise ValueError(message)  # noqa: TRY004  # what a model wrote is a value, whatever its type
    return cast("dict[str, Any]", read)


def _read_form(given: dict[str, Any], form: type[BaseModel]) -> dict[str, object]:
    """Check as JSON, not as Python: a strict model takes a list for a tuple there, and text for a date."""
    return form.model_validate_json(json.dumps(given)).model_dump(mode="json", by_alias=True)


def _unfence(text: str) -> str:
    fenced = text.startswith("```") and text.endswith("```")
    return text.removesuffix("```").partition("\n")[2] if fenced else text


def _check_end(
    raw: Any,
    said: dict[str, Any],
    request: ModelRequest,
    usage: Usage | None,
    request_id: str,
) -> None:
    words = ("finish_reason", "stop_reason", "done_reason")
    end = next((str(said[word]).lower() for word in words if said.get(word)), "")
    feedback: Any = said.get("prompt_feedback")
    blocked: Any = feedback.get("block_reason") if feedback else None
    refusal: str = raw.additional_kwargs.get("refusal") or getattr(blocked, "value", "")
    if end in _REFUSED or refusal:
        reason = " ".join((refusal or end).split())[:_LONGEST_WHY].rstrip(".")
        raise ModelRefusedError(
            f"{request.provider}:{request.model} declined to answer.",
            why=f"It said: {reason}.",
            billed=True,
            request_id=request_id,
            usage=_pair(usage),
        )
    if end in _CUT_OFF:
        raise _unusable(
            request,
            "is cut off",
            f"It ended at its longest, {request.max_output_tokens} tokens",
            usage,
            request_id,
            next_step="Raise llm.max_output_tokens, or that of the role.",
        )


def _unusable(
    request: ModelRequest,
    what: str,
    why: str,
    usage: Usage | None,
    request_id: str,
    *,
    next_step: str = "",
) -> ModelError:
    return ModelAnswerError(
        f"The answer of {request.provider}:{request.model} {what}.",
        why=f"{why}.",
        next_step=next_step,
        billed=True,
        request_id=request_id,
        usage=_pair(usage),
    )


def _pair(usage: Usage | None) -> tuple[int, int] | None:
    return (usage.input_tokens, usage.output_tokens) if usage else None


def _usage(given: Any) -> Usage | None:
    """Read the tokens; None where they are missing, or cannot be: no call is of none at all."""
    if not given:
        return None
    sent: dict[str, Any] = given.get("input_token_details") or {}
    came: dict[str, Any] = given.get("output_token_details") or {}
    try:
        usage = Usage(
            input_tokens=given.get("input_tokens"),
            output_tokens=given.get("output_tokens"),
            cached_tokens=sent.get("cache_read") or 0,
            reasoning_tokens=came.get("reasoning") or 0,
        )
    except ValidationError:
        return None
    return usage if usage.input_tokens or usage.output_tokens else None
