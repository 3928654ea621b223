"""The server of models that other tests believe."""

import json
import threading
from typing import Any

import httpx
import pytest

from tests.model_formats import FORMATS
from tests.model_server import ModelServer, Reply

QUESTION: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "Q"}],
    "response_format": {"json_schema": {"schema": {"type": "object"}}},
}


def ask(server: ModelServer, key: str = "k") -> httpx.Response:
    """Ask in OpenAI's format."""
    url = server.url("openai") + "/chat/completions"
    return httpx.post(url, json=QUESTION, headers={"Authorization": f"Bearer {key}"}, timeout=30)


def said(response: httpx.Response) -> Any:
    """The object that was answered with."""
    return json.loads(response.json()["choices"][0]["message"]["content"])


def test_replies_come_in_turn_and_the_last_one_stays() -> None:
    with ModelServer() as server:
        server.script([Reply.error(500), Reply(answer={"n": 1}), Reply(answer={"n": 2})])
        answers = [ask(server) for _ in range(4)]
    assert answers[0].status_code == 500
    assert [said(each) for each in answers[1:]] == [{"n": 1}, {"n": 2}, {"n": 2}]


def test_function_answers_from_messages_and_form() -> None:
    with ModelServer() as server:
        server.answer_with(lambda asked: {"heard": asked.messages[-1][1], **asked.schema})
        assert said(ask(server)) == {"heard": "Q", "type": "object"}


def test_script_may_be_a_function_of_the_request() -> None:
    with ModelServer() as server:
        server.script(lambda request: Reply.error(418, request.headers["authorization"]))
        assert ask(server).json()["error"]["message"] == "Bearer k"


def test_other_keys_are_refused() -> None:
    with ModelServer(key="right") as server:
        assert ask(server, "wrong").status_code == 401
        assert ask(server, "right").status_code == 200
        assert server.hits == 2


def test_stop_ends_a_reply_that_never_comes() -> None:
    with ModelServer() as server:
        server.script(Reply(delivery="hang"))

        def hear_nothing() -> None:
            with pytest.raises(httpx.HTTPError):
                ask(server)

        asking = threading.Thread(target=hear_nothing)
        asking.start()
        server.wait_for(1)
    asking.join(10)
    assert not asking.is_alive()


@pytest.mark.parametrize("provider", FORMATS)
def test_paths_that_are_no_question_are_not_found(provider: str) -> None:
    with ModelServer() as server:
        assert httpx.post(server.url(provider) + "/v9/embeddings", json={}).status_code == 404
        assert server.hits == 0
