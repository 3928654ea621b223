"""What makes two calls the same, in every process."""

import subprocess
import sys
from pathlib import Path

from tests.unit.trends.llm.gateway_cases import FIRST, MESSAGES, SECOND, Verdict, purpose
from trends.llm.base import Message
from trends.llm.call_keys import cache_digest, call_digest
from trends.llm.candidates import RolePlan

PLAN = RolePlan((FIRST, SECOND), 0.7, 500, 60)
SCRIPT = """
from tests.unit.trends.llm import test_call_keys as here
print(here.call_digest(here.purpose(), here.PLAN, here.MESSAGES, here.Verdict))
"""


def test_a_digest_is_the_same_in_another_process() -> None:
    root = Path(__file__).parents[4]
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == call_digest(purpose(), PLAN, MESSAGES, Verdict)


def test_where_a_message_ends_counts() -> None:
    one = (Message("user", "ab"), Message("user", "c"))
    other = (Message("user", "a"), Message("user", "bc"))
    assert call_digest(purpose(), PLAN, one, Verdict) != call_digest(
        purpose(), PLAN, other, Verdict
    )


def test_who_says_it_counts() -> None:
    digests = {
        call_digest(purpose(), PLAN, (Message(author, "a"),), Verdict)
        for author in ("system", "user", "assistant")
    }
    assert len(digests) == 3


def test_half_a_surrogate_pair_has_a_digest() -> None:
    assert len(call_digest(purpose(), PLAN, (Message("user", "\ud800"),), Verdict)) == 64


def test_a_cached_answer_is_one_models_whatever_comes_after_it() -> None:
    alone = RolePlan((FIRST,), 0.7, 500, 9)
    assert cache_digest("local", FIRST, PLAN, MESSAGES, Verdict) == cache_digest(
        "local", FIRST, alone, MESSAGES, Verdict
    )
    assert cache_digest("local", FIRST, PLAN, MESSAGES, Verdict) != cache_digest(
        "local", SECOND, PLAN, MESSAGES, Verdict
    )
