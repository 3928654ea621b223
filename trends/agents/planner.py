"""Plan a question: ask for other words under which the press writes of it, and check every one of them."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import TypedDict

from pydantic import BaseModel

from trends.agents import prompts
from trends.agents.graphs import Graph, compiled
from trends.domain.calls import Purpose
from trends.domain.models import Language, Question
from trends.domain.plan import Plan, Planned
from trends.domain.planning import MOST_EXCLUDED, MOST_SYNONYMS, can_be_planned, plan_of
from trends.errors import LimitError, ModelError, SettingsError
from trends.llm.base import Gateway, Message


class PlanAnswer(BaseModel):
    """The form of the planner's answer."""

    synonyms: list[str]
    excluded: list[str]
    rationale: str


class _State(TypedDict):
    question: Question
    messages: list[Message]
    answer: PlanAnswer | None
    model: str
    plan: Plan | None


class Planner:
    """Plans questions with one call each.

    Args:
        gateway: The way to a model.
        purpose: For whom; `node` is filled in.
        language: Of the rationale: the report's.
    """

    def __init__(self, gateway: Gateway, *, purpose: Purpose, language: Language) -> None:
        self._gateway = gateway
        self._purpose = purpose
        self._language = language

    async def plan(self, question: Question) -> Planned:
        """Plan a question. What fails for good leaves it as it was asked, with the reason.

        Raises:
            TrendsError: A failure that a later attempt may not meet.
        """
        if not can_be_planned(question.query):
            return Planned()
        begin = {
            "question": question,
            "messages": asked(question, self._language),
            "answer": None,
            "model": "",
            "plan": None,
        }
        try:
            state = await self._graph.ainvoke(begin, {})
        except (ModelError, LimitError, SettingsError) as error:
            if error.retryable:
                raise
            return Planned(slug=error.slug)
        return Planned(plan=state["plan"])

    @cached_property
    def _graph(self) -> Graph:
        nodes = {"propose": self._propose, "check": self._check}
        return compiled(_State, nodes, "propose", {"propose": "check", "check": "end"})

    async def _propose(self, state: _State) -> dict[str, object]:
        purpose = self._purpose.model_copy(update={"node": "plan"})
        answered = await self._gateway.call(purpose, state["messages"], PlanAnswer)
        return {"answer": PlanAnswer.model_validate(answered.answer), "model": answered.model}

    async def _check(self, state: _State) -> dict[str, object]:
        answer = state["answer"]
        assert answer is not None  # `propose` has run
        plan = plan_of(
            state["question"].query,
            synonyms=answer.synonyms,
            excluded=answer.excluded,
            rationale=answer.rationale,
            model=state["model"],
        )
        return {"plan": plan}


def asked(question: Question, language: Language) -> Sequence[Message]:
    """What the planner is told: rules, and the question as data."""
    rules = prompts.PLANNER.format(
        synonyms=MOST_SYNONYMS,
        excluded=MOST_EXCLUDED,
        language=prompts.LANGUAGES[language.value],
    )
    data = {
        "query": question.query,
        "market": question.market,
        "languages": [prompts.LANGUAGES[each.value] for each in question.languages],
    }
    text = prompts.PLANNER_TASK.format(question=json.dumps(data, ensure_ascii=False))
    return [Message(author="system", text=rules), Message(author="user", text=text)]
