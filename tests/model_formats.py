"""How each model provider writes questions, answers and errors: OpenAI, Azure, Anthropic, Google, Ollama."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

REQUEST_ID = "req-of-tests"
INPUT_TOKENS, OUTPUT_TOKENS, CACHED_TOKENS, REASONING_TOKENS = 120, 30, 20, 7

Ending = Literal["stop", "length", "refusal", "content_filter"]


@dataclass(frozen=True)
class Asked:
    """A question in words that all formats share.

    Attributes:
        model: Which model, or deployment.
        messages: Author and text, in order; the instructions are of `system`.
        schema: Form of the answer.
        max_output_tokens: Longest answer.
        temperature: How freely it writes; None where it was not said.
        by_tool: Whether the form came as a tool to call.
    """

    model: str
    messages: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any]
    max_output_tokens: int | None
    temperature: float | None
    by_tool: bool = False


@dataclass(frozen=True)
class Reply:
    """What to say.

    Attributes:
        answer: The object to answer with.
        text: Plain text in its place.
        ending: Why the answer ends.
        usage: Tokens sent and received, of which the usual parts were cached and thought; None: it does not say.
        model: What it says answered; the model that was asked where empty.
        status: HTTP status.
        message: Of an error.
        code: The provider's own word for an error.
        headers: Beside the usual ones.
        body: The whole body, in place of all of the above.
        delivery: How it comes: whole, only its first half, byte by byte, never, or the connection is cut before it.
    """

    answer: Mapping[str, Any] | None = None
    text: str = ""
    ending: Ending = "stop"
    usage: tuple[int, int] | None = (INPUT_TOKENS, OUTPUT_TOKENS)
    model: str = ""
    status: int = 200
    message: str = "something is wrong"
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    delivery: Literal["whole", "half", "drip", "hang", "cut"] = "whole"

    @classmethod
    def error(
        cls,
        status: int,
        message: str = "something is wrong",
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> "Reply":
        """An error in the provider's format."""
        return cls(status=status, message=message, code=code, headers=headers or {})

    @property
    def written(self) -> str:
        """The answer as text."""
        return self.text if self.answer is None else json.dumps(self.answer, ensure_ascii=False)


@dataclass(frozen=True)
class Format:
    """One provider.

    Attributes:
        base: What its clients expect of a base address.
        ends: How the path of a question ends.
        read: Reads a question from path and body.
        write_answer: Writes an answer.
        write_error: Writes an error.
        keys: Headers that may hold its key, and what stands before it there.
        said_always: Headers of every answer.
    """

    base: str
    ends: str
    read: Callable[[str, Mapping[str, Any]], Asked]
    write_answer: Callable[[Asked, Reply], Mapping[str, Any]]
    write_error: Callable[[Reply], Mapping[str, Any]]
    keys: Mapping[str, str]
    said_always: Mapping[str, str] = field(default_factory=dict[str, str])

    def serves(self, path: str) -> bool:
        """Whether a path is that of a question."""
        return path.startswith(self.base) and path.endswith(self.ends)

    def takes(self, headers: Mapping[str, str], key: str) -> bool:
        """Whether the key is in its place."""
        return any(headers.get(name) == f"{before}{key}" for name, before in self.keys.items())

    def write(self, asked: Asked, reply: Reply) -> bytes:
        """Write a reply."""
        bad = reply.status >= 300
        content = self.write_error(reply) if bad else self.write_answer(asked, reply)
        return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def read_format(provider: str, path: str, body: Mapping[str, Any]) -> Asked:
    """Read a question of a provider."""
    return FORMATS[provider].read(path, body)


def _texts(messages: list[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(each["role"]), _text(each["content"])) for each in messages)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part["text"]) for part in content)


def _read_openai(path: str, body: Mapping[str, Any]) -> Asked:
    del path
    tools = body.get("tools")
    schema = (
        tools[0]["function"]["parameters"]
        if tools
        else body["response_format"]["json_schema"]["schema"]
    )
    return Asked(
        model=body["model"],
        messages=_texts(body["messages"]),
        schema=schema,
        max_output_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        temperature=body.get("temperature"),
        by_tool=bool(tools),
    )


def _read_azure(path: str, body: Mapping[str, Any]) -> Asked:
    deployment = path.partition("/deployments/")[2].partition("/")[0]
    return _read_openai(path, {**body, "model": deployment})


def _write_openai(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.written, "refusal": None}
    if reply.ending == "refusal":
        message |= {"content": None, "refusal": "I cannot help with that."}
    elif reply.ending == "content_filter":
        message["content"] = ""
    elif asked.by_tool and reply.answer is not None:
        call = {"name": "Answer", "arguments": reply.written}
        message |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
        }
    end = "stop" if reply.ending == "refusal" else reply.ending
    content: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": reply.model or asked.model,
        "choices": [{"index": 0, "message": message, "finish_reason": end, "logprobs": None}],
    }
    if reply.usage:
        sent, came = reply.usage
        content["usage"] = {
            "prompt_tokens": sent,
            "completion_tokens": came,
            "total_tokens": sent + came,
            "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
            "completion_tokens_details": {"reasoning_tokens": REASONING_TOKENS},
        }
    return content


def _error_openai(reply: Reply) -> Mapping[str, Any]:
    return {"error": {"message": reply.message, "type": reply.code or "error", "code": reply.code}}


def _read_anthropic(path: str, body: Mapping[str, Any]) -> Asked:
    del path
    tools = body.get("tools")
    schema = tools[0]["input_schema"] if tools else body["output_config"]["format"]["schema"]
    system = body.get("system")
    before = (("system", _text(system)),) if system else ()
    return Asked(
        model=body["model"],
        messages=(*before, *_texts(body["messages"])),
        schema=schema,
        max_output_tokens=body.get("max_tokens"),
        temperature=body.get("temperature"),
        by_tool=bool(tools),
    )


def _write_anthropic(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    ends = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}
    content: list[dict[str, Any]] = [{"type": "text", "text": reply.written}]
    end = ends.get(reply.ending, reply.ending)
    if asked.by_tool and reply.answer is not None:
        content = [{"type": "tool_use", "id": "tu_1", "name": "Answer", "input": reply.answer}]
        end = "tool_use" if end == "end_turn" else end
    if end == "refusal":
        content = []
    said: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": reply.model or asked.model,
        "content": content,
        "stop_reason": end,
        "stop_sequence": None,
    }
    if reply.usage:
        sent, came = reply.usage
        said["usage"] = {
            "input_tokens": sent - CACHED_TOKENS,
            "cache_read_input_tokens": CACHED_TOKENS,
            "output_tokens": came,
        }
    return said


def _error_anthropic(reply: Reply) -> Mapping[str, Any]:
    return {
        "type": "error",
        "error": {"type": reply.code or "error", "message": reply.message},
        "request_id": REQUEST_ID,
    }


def _read_google(path: str, body: Mapping[str, Any]) -> Asked:
    config: Mapping[str, Any] = body.get("generationConfig", {})
    system = body.get("systemInstruction")
    before = (("system", _text(system["parts"])),) if system else ()
    authors = {"model": "assistant"}
    return Asked(
        model=path.partition("/models/")[2].partition(":")[0],
        messages=(
            *before,
            *(
                (authors.get(each.get("role", "user"), "user"), _text(each["parts"]))
                for each in body["contents"]
            ),
        ),
        schema=config.get("responseJsonSchema") or config.get("responseSchema") or {},
        max_output_tokens=config.get("maxOutputTokens"),
        temperature=config.get("temperature"),
    )


def _write_google(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    said: dict[str, Any] = {"modelVersion": reply.model or asked.model, "responseId": REQUEST_ID}
    if reply.ending == "refusal":
        said["promptFeedback"] = {"blockReason": "PROHIBITED_CONTENT"}
    else:
        ends = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
        parts = [] if reply.ending == "content_filter" else [{"text": reply.written}]
        said["candidates"] = [
            {
                "index": 0,
                "content": {"role": "model", "parts": parts},
                "finishReason": ends[reply.ending],
            }
        ]
    if reply.usage:
        sent, came = reply.usage
        said["usageMetadata"] = {
            "promptTokenCount": sent,
            "candidatesTokenCount": came - REASONING_TOKENS,
            "thoughtsTokenCount": REASONING_TOKENS,
            "cachedContentTokenCount": CACHED_TOKENS,
            "totalTokenCount": sent + came,
        }
    return said


def _error_google(reply: Reply) -> Mapping[str, Any]:
    details: list[Mapping[str, Any]] = []
    if reply.code:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        details.append({"@type": kind, "reason": reply.code})
    error = {
        "code": reply.status,
        "message": reply.message,
        "status": "ERROR",
        "details": details,
    }
    return {"error": error}


def _read_ollama(path: str, body: Mapping[str, Any]) -> Asked:
    del path
    options: Mapping[str, Any] = body.get("options", {})
    return Asked(
        model=body["model"],
        messages=_texts(body["messages"]),
        schema=body.get("format") or {},
        max_output_tokens=options.get("num_predict"),
        temperature=options.get("temperature"),
    )


def _write_ollama(asked: Asked, reply: Reply) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "model": reply.model or asked.model,
        "created_at": "2026-03-02T07:30:00Z",
        "message": {"role": "assistant", "content": reply.written},
        "done": True,
        "done_reason": reply.ending,
    }
    if reply.usage:
        said["prompt_eval_count"], said["eval_count"] = reply.usage
    return said


def _error_ollama(reply: Reply) -> Mapping[str, Any]:
    return {"error": reply.message}


FORMATS: Mapping[str, Format] = {
    "openai": Format(
        "/v1",
        "/chat/completions",
        _read_openai,
        _write_openai,
        _error_openai,
        {"authorization": "Bearer "},
        {"x-request-id": REQUEST_ID},
    ),
    "azure_openai": Format(
        "",
        "/chat/completions",
        _read_azure,
        _write_openai,
        _error_openai,
        {"api-key": ""},
        {"apim-request-id": REQUEST_ID},
    ),
    "anthropic": Format(
        "",
        "/v1/messages",
        _read_anthropic,
        _write_anthropic,
        _error_anthropic,
        {"authorization": "Bearer ", "x-api-key": ""},
        {"request-id": REQUEST_ID},
    ),
    "google": Format(
        "", ":generateContent", _read_google, _write_google, _error_google, {"x-goog-api-key": ""}
    ),
    "ollama": Format(
        "", "/api/chat", _read_ollama, _write_ollama, _error_ollama, {"authorization": "Bearer "}
    ),
}
