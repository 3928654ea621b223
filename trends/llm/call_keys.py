"""What makes two calls the same: digests over all that an answer depends on."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache

from pydantic import BaseModel

from trends.domain.calls import ModelName, Purpose
from trends.llm.base import Message
from trends.llm.candidates import RolePlan


def call_digest(
    purpose: Purpose, plan: RolePlan, messages: Sequence[Message], answer: type[BaseModel]
) -> str:
    """Name a call within a run: SHA-256 in hex, the same in every process and after every crash.

    The candidates are in it in their order: under other settings it is another call.
    """
    return _digest(
        {
            # Who began the run, and how, does not change what is asked.
            "purpose": purpose.model_dump(mode="json", exclude={"monitor", "scheduled"}),
            "candidates": [str(each) for each in plan.candidates],
            **_question(plan, messages, answer),
        }
    )


def cache_digest(
    tenant: str,
    candidate: ModelName,
    plan: RolePlan,
    messages: Sequence[Message],
    answer: type[BaseModel],
) -> str:
    """Name a question to one model, whichever run of the tenant asks it: SHA-256 in hex."""
    return _digest(
        {
            "kind": "model",
            "tenant": tenant,
            "model": str(candidate),
            **_question(plan, messages, answer),
        }
    )


def _question(
    plan: RolePlan, messages: Sequence[Message], answer: type[BaseModel]
) -> dict[str, object]:
    return {
        "temperature": float(plan.temperature),
        "max_output_tokens": plan.max_output_tokens,
        "messages": [[each.author, each.text] for each in messages],
        "answer": _schema(answer),
    }


@lru_cache(maxsize=64)
def _schema(answer: type[BaseModel]) -> str:
    return _canonical(answer.model_json_schema())


def _digest(value: object) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: object) -> str:
    # ASCII: half a surrogate pair, which UTF-8 cannot hold, has a digest as well.
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
