"""Each provider × each way to fail: which error, whether it is worth another try, and whether it cost money."""

import json
import socket
import time
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.model_formats import INPUT_TOKENS, OUTPUT_TOKENS, REQUEST_ID
from tests.model_server import ModelServer, Reply
from tests.unit.trends.llm.cases import (
    GOOD,
    KEY,
    PATIENT,
    SHORT,
    fail,
    provider_settings,
    question,
)
from trends.errors import (
    ModelAnswerError,
    ModelBusyError,
    ModelContextError,
    ModelError,
    ModelKeyError,
    ModelQuotaError,
    ModelRefusedError,
    ModelUnavailableError,
)
from trends.llm.registry import PROVIDERS, make_model

each_provider = pytest.mark.parametrize("provider", PROVIDERS)
LONG = {**GOOD, "title": "저속노화 " * 200}


@dataclass(frozen=True)
class Case:
    """A way to fail, and what comes of it."""

    name: str
    reply: Reply
    kind: type[ModelError]
    billed: bool | None
    wait: timedelta | None = None
    timeout: float = PATIENT


CASES = [
    Case("400", Reply.error(400), ModelError, billed=False),
    Case("401", Reply.error(401), ModelKeyError, billed=False),
    Case("402", Reply.error(402), ModelQuotaError, billed=False),
    Case("403", Reply.error(403), ModelKeyError, billed=False),
    Case("404", Reply.error(404), ModelError, billed=False),
    Case("408", Reply.error(408), ModelUnavailableError, billed=None),
    Case("409", Reply.error(409), ModelUnavailableError, billed=None),
    Case("413", Reply.error(413), ModelContextError, billed=False),
    Case("422", Reply.error(422), ModelError, billed=False),
    Case("429", Reply.error(429), ModelBusyError, billed=False),
    Case(
        "429-retry-after",
        Reply.error(429, headers={"Retry-After": "7"}),
        ModelBusyError,
        billed=False,
        wait=timedelta(seconds=7),
    ),
    Case("500", Reply.error(500), ModelUnavailableError, billed=None),
    Case(
        "503-retry-after",
        Reply.error(503, headers={"Retry-After": "3"}),
        ModelUnavailableError,
        billed=None,
        wait=timedelta(seconds=3),
    ),
    Case("529", Reply.error(529), ModelUnavailableError, billed=False),
    Case("error-page", Reply(status=502, body=b"<html>"), ModelUnavailableError, billed=None),
    Case("page", Reply(body=b"<html>"), ModelAnswerError, billed=True),
    Case("nothing", Reply(body=b"{}"), ModelAnswerError, billed=True),
    Case("cut", Reply(delivery="cut"), ModelUnavailableError, billed=None),
    Case("half", Reply(answer=LONG, delivery="half"), ModelUnavailableError, billed=None),
    Case("hang", Reply(delivery="hang"), ModelUnavailableError, billed=None, timeout=SHORT),
    Case(
        "drip",
        Reply(answer=LONG, delivery="drip"),
        ModelUnavailableError,
        billed=None,
        timeout=SHORT,
    ),
    Case("too-long", Reply(text='{"title": "저', ending="length"), ModelAnswerError, billed=True),
    Case("cut-json", Reply(text='{"title": "저속"'), ModelAnswerError, billed=True),
    Case("refusal", Reply(ending="refusal"), ModelRefusedError, billed=True),
    Case("filtered", Reply(ending="content_filter"), ModelRefusedError, billed=True),
    Case("wrong-form", Reply(answer={"titel": 3}), ModelAnswerError, billed=True),
    Case("plain-text", Reply(text="Gladly! Here it is."), ModelAnswerError, billed=True),
    Case("too-deep", Reply(text='{"a":' * 50_000), ModelAnswerError, billed=True),
    Case("a-list", Reply(text="[1]"), ModelAnswerError, billed=True),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each_provider
@each_case
async def test_failure_is_told_for_what_it_is(
    server: ModelServer, provider: str, case: Case
) -> None:
    error = await fail(server, provider, case.reply, timeout_seconds=case.timeout)
    assert (type(error), error.billed, error.retry_after) == (case.kind, case.billed, case.wait)
    assert server.hits == 1


@each_provider
@pytest.mark.parametrize("delivery", ["hang", "drip"])
async def test_timeout_holds(server: ModelServer, provider: str, delivery: Any) -> None:
    # The first ask opens the client, which is no part of the call.
    await fail(server, provider, Reply.error(500))
    began = time.monotonic()
    await fail(server, provider, Reply(answer=LONG, delivery=delivery), timeout_seconds=SHORT)
    assert time.monotonic() - began < SHORT + 2


@each_provider
async def test_no_connection_costs_nothing(provider: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        model = make_model(provider, provider_settings(), KEY, address)
        with pytest.raises(ModelUnavailableError, match="no connection") as caught:
            await model.ask(question(provider))
    assert caught.value.billed is False


@each_provider
async def test_redirect_is_not_followed_and_the_key_stays(
    server: ModelServer, provider: str
) -> None:
    with ModelServer() as elsewhere:
        target = elsewhere.url(provider) + "/openai/v1/chat/completions"
        error = await fail(server, provider, Reply.error(307, headers={"Location": target}))
        assert elsewhere.hits == 0
    assert type(error) is ModelError
    assert server.hits == 1


@each_provider
@pytest.mark.parametrize("name", ["wrong-form", "plain-text", "too-long", "filtered"])
async def test_answer_of_no_use_says_what_it_used(
    server: ModelServer, provider: str, name: str
) -> None:
    case = next(each for each in CASES if each.name == name)
    error = await fail(server, provider, case.reply)
    assert error.usage == (INPUT_TOKENS, OUTPUT_TOKENS)


@pytest.mark.parametrize("provider", ["openai", "azure_openai", "anthropic"])
async def test_request_id_is_on_the_error(server: ModelServer, provider: str) -> None:
    assert (await fail(server, provider, Reply.error(500))).request_id == REQUEST_ID


@each_provider
@each_case
async def test_key_is_never_shown(server: ModelServer, provider: str, case: Case) -> None:
    said = f"Incorrect API key provided: {KEY}. Key {KEY} is not valid."
    reply = case.reply if case.reply.status < 300 else Reply.error(case.reply.status, said)
    error = await fail(server, provider, reply, timeout_seconds=min(case.timeout, 5))
    shown = [str(error), repr(error), *traceback.format_exception(error)]
    assert not any(KEY in text for text in shown)


@each_provider
def test_key_is_not_in_the_repr_of_a_provider(provider: str) -> None:
    model = make_model(provider, provider_settings(), KEY, "http://127.0.0.1:9")
    assert KEY not in repr(model)


@each_provider
async def test_wrong_key_names_the_setting(server: ModelServer, provider: str) -> None:
    server.key = "another"
    error = await fail(server, provider, Reply(answer=GOOD))
    assert isinstance(error, ModelKeyError)
    assert f"llm.providers.{provider}.api_key" in error.next_step


@each_provider
async def test_unknown_model_says_what_to_check(server: ModelServer, provider: str) -> None:
    error = await fail(server, provider, Reply.error(404, "model not found"))
    assert error.next_step


TOO_LONG = [
    ("openai", Reply.error(400, "too much", code="context_length_exceeded")),
    ("openai", Reply.error(400, "This model's maximum context length is 8192 tokens.")),
    ("azure_openai", Reply.error(400, "too much", code="context_length_exceeded")),
    ("anthropic", Reply.error(400, "prompt is too long: 210000 tokens > 200000 maximum")),
    (
        "google",
        Reply.error(400, "The input token count exceeds the maximum number of tokens allowed."),
    ),
    ("ollama", Reply.error(400, "the input length exceeds the context length")),
]


@pytest.mark.parametrize(("provider", "reply"), TOO_LONG)
async def test_too_much_text_is_told_apart(
    server: ModelServer, provider: str, reply: Reply
) -> None:
    error = await fail(server, provider, reply)
    assert (type(error), error.billed) == (ModelContextError, False)


OUT_OF_MONEY = [
    ("openai", Reply.error(429, code="insufficient_quota")),
    ("azure_openai", Reply.error(429, code="insufficient_quota")),
    ("openai", Reply.error(429, code="billing_hard_limit_reached")),
    ("openai", Reply.error(403, code="billing_not_active")),
    ("anthropic", Reply.error(400, "Your credit balance is too low to access the API.")),
    ("anthropic", Reply.error(400, "You have reached your specified API usage limits.")),
]


@pytest.mark.parametrize(("provider", "reply"), OUT_OF_MONEY)
async def test_empty_account_is_no_rate_limit(
    server: ModelServer, provider: str, reply: Reply
) -> None:
    error = await fail(server, provider, reply)
    assert type(error) is ModelQuotaError
    assert not error.retryable


async def test_google_says_that_a_key_is_wrong_with_400(server: ModelServer) -> None:
    reply = Reply.error(400, "API key not valid. Please pass one.", code="API_KEY_INVALID")
    assert type(await fail(server, "google", reply)) is ModelKeyError


async def test_azure_filter_of_the_question_may_have_cost_money(server: ModelServer) -> None:
    body = {
        "error": {
            "message": "The response was filtered.",
            "code": "content_filter",
            "innererror": {"code": "ResponsibleAIPolicyViolation"},
        }
    }
    reply = Reply(status=400, body=json.dumps(body).encode())
    error = await fail(server, "azure_openai", reply)
    assert (type(error), error.billed) == (ModelRefusedError, None)


def google_busy(quota: str) -> Reply:
    """The 429 of Google, which says in its details what it means."""
    kind = "type.googleapis.com/google.rpc"
    error = {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"@type": f"{kind}.QuotaFailure", "violations": [{"quotaId": quota}]},
            {"@type": f"{kind}.RetryInfo", "retryDelay": "17.5s"},
        ],
    }
    return Reply(status=429, body=json.dumps({"error": error}).encode())


async def test_google_says_in_its_details_how_long_to_wait(server: ModelServer) -> None:
    reply = google_busy("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
    error = await fail(server, "google", reply)
    assert (type(error), error.retry_after) == (ModelBusyError, timedelta(seconds=17.5))


async def test_quota_of_a_day_is_not_waited_for(server: ModelServer) -> None:
    reply = google_busy("GenerateRequestsPerDayPerProjectPerModel-FreeTier")
    assert type(await fail(server, "google", reply)) is ModelQuotaError


async def test_plain_text_in_place_of_a_tool_is_no_answer(server: ModelServer) -> None:
    reply = Reply(text="I would rather talk.")
    error = await fail(server, "anthropic", reply, model="claude-haiku-4-5-20251001")
    assert (type(error), error.billed) == (ModelAnswerError, True)


async def test_parameter_that_a_client_refuses_is_never_sent(server: ModelServer) -> None:
    error = await fail(server, "google", Reply(answer=GOOD), temperature=3.0)
    assert (type(error), error.billed, server.hits) == (ModelError, False, 0)
