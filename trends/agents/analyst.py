"""Write about topics: draft, verify every sentence against its evidence, revise what fails, drop what still does."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypedDict, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from trends.agents import prompts
from trends.agents.graphs import Graph, compiled
from trends.domain.calls import Purpose
from trends.domain.drafting import MAX_CLAIMS, Claim, Judged, TopicBrief, TopicDraft
from trends.domain.korean import Tokenizer
from trends.domain.verify import verify
from trends.domain.verify.statement import statement
from trends.errors import (
    LimitError,
    ModelAnswerError,
    ModelContextError,
    ModelError,
    ModelRefusedError,
    SettingsError,
    TrendsError,
)
from trends.llm.base import Gateway, Message

Value = TypeVar("Value")

CONCURRENCY = 4
"""Topics under way at once; the gateway's limits may allow fewer."""

# Only this topic's text is at fault; the next one may pass.
_OF_ONE_TOPIC = (ModelRefusedError, ModelContextError, ModelAnswerError)
_FAILURES = (ModelError, LimitError, SettingsError)
_STEPS = 50


class InThread(Protocol):
    """Runs blocking work elsewhere: judging a draft takes the Korean analyser."""

    def __call__(self, work: Callable[[], Value]) -> Awaitable[Value]:
        """Run it and give its answer."""
        ...


class DraftedSentence(BaseModel):
    """One sentence of an answer."""

    sentence: str
    evidence: list[str]
    quotes: list[str]


class DraftAnswer(BaseModel):
    """The form of the analyst's answer."""

    sentences: list[DraftedSentence]


@dataclass(frozen=True)
class WrittenTopic:
    """What came of one topic.

    Attributes:
        topic_id: The topic.
        claims: Sentences that hold, best first; none: nothing was written that holds.
        dropped: Sentences that did not hold in the end.
        model: Which model wrote them.
        failure: Why it could not be written about; None where it was.
    """

    topic_id: str
    claims: tuple[Claim, ...] = ()
    dropped: int = 0
    model: str = ""
    failure: TrendsError | None = None


class _State(TypedDict):
    """What the nodes pass on.

    `pending` are claims not judged yet, `failing` those that fail, `withdrawn` how many failed and were then left out,
    `messages` all that was said.
    """

    brief: TopicBrief
    round: int
    messages: list[Message]
    pending: list[Claim]
    kept: list[Claim]
    failing: list[Judged]
    withdrawn: int
    model: str
    failure: TrendsError | None


class Analyst:
    """Writes about topics, a call for each and round; what it asks twice the gateway answers from its log.

    Args:
        gateway: The way to a model.
        tokenizer: Cuts Korean.
        in_thread: Runs blocking work.
        purpose: For whom; `node`, `round` and `part` are filled in.
        rounds: Most revisions of a draft.
    """

    def __init__(
        self,
        gateway: Gateway,
        tokenizer: Tokenizer,
        in_thread: InThread,
        *,
        purpose: Purpose,
        rounds: int,
    ) -> None:
        self._gateway = gateway
        self._tokenizer = tokenizer
        self._in_thread = in_thread
        self._purpose = purpose
        self._rounds = rounds
        self._stopped: TrendsError | None = None

    async def write(self, briefs: Sequence[TopicBrief]) -> list[WrittenTopic]:
        """Write about each topic, in their order; what begins first is first in the list.

        After a failure that the next call would share, nothing more is asked and the rest comes back with it.

        Raises:
            TrendsError: A failure that a later attempt may not meet; what was answered by then is in the call log.
        """
        slots = asyncio.Semaphore(CONCURRENCY)

        async def one(brief: TopicBrief) -> WrittenTopic:
            async with slots:
                return await self._topic(brief)

        # All are waited for: a call under way is paid for, and its answer is to reach the log.
        answers = await asyncio.gather(*map(one, briefs), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if isinstance(answer, WrittenTopic)]

    async def _topic(self, brief: TopicBrief) -> WrittenTopic:
        if self._stopped is not None:
            return WrittenTopic(brief.topic_id, failure=self._stopped)
        try:
            state = await self._graph.ainvoke(_begin(brief), {"recursion_limit": _STEPS})
        except _FAILURES as error:
            self._met(error)
            return WrittenTopic(brief.topic_id, failure=error)
        return WrittenTopic(
            topic_id=brief.topic_id,
            claims=tuple(state["kept"][:MAX_CLAIMS]),
            dropped=len(state["failing"]) + state["withdrawn"],
            model=state["model"],
            failure=None if state["kept"] else state["failure"],
        )

    @cached_property
    def _graph(self) -> Graph:
        return compiled(
            _State,
            {"draft": self._draft, "verify": self._verify, "revise": self._revise},
            "draft",
            {"draft": "verify", "verify": self._next, "revise": "verify"},
        )

    async def _draft(self, state: _State) -> dict[str, object]:
        return await self._ask(state, "draft")

    async def _verify(self, state: _State) -> dict[str, object]:
        brief = state["brief"]
        draft = TopicDraft(topic_id=brief.topic_id, claims=tuple(state["pending"]))
        judged = await self._in_thread(lambda: verify(draft, brief, self._tokenizer))
        said = {claim.sentence for claim in state["kept"]}
        new = [one.claim for one in judged if one.holds and one.claim.sentence not in said]
        return {
            "pending": [],
            "kept": [*state["kept"], *new],
            "failing": [one for one in judged if not one.holds],
        }

    async def _next(self, state: _State) -> str:
        """Send back what fails, while rounds are left and there is room for more."""
        room = len(state["kept"]) < MAX_CLAIMS
        return "revise" if state["failing"] and room and state["round"] < self._rounds else "end"

    async def _revise(self, state: _State) -> dict[str, object]:
        ids = _ids(state["brief"])
        listed = [
            {
                "sentence": one.claim.sentence,
                "evidence": [ids.get(each, each) for each in one.claim.evidence],
                "findings": [f"{finding.check.value}: {finding.what}" for finding in one.findings],
            }
            for one in state["failing"]
        ]
        text = prompts.REVISE.format(findings=_json(listed))
        said = [*state["messages"], Message(author="user", text=text)]
        try:
            return await self._ask(
                {**state, "messages": said, "round": state["round"] + 1}, "revise"
            )
        except _FAILURES as error:
            self._met(error)
            # What held before needs no revision, and is kept.
            left_out = state["withdrawn"] + len(state["failing"])
            return {"pending": [], "failing": [], "withdrawn": left_out, "failure": error}

    def _met(self, error: TrendsError) -> None:
        """Stop what the failure would meet again; what may mend is for a later attempt.

        Raises:
            TrendsError: It may mend.
        """
        if error.retryable or not isinstance(error, _OF_ONE_TOPIC):
            self._stopped = error
        if error.retryable:
            raise error

    async def _ask(self, state: _State, node: str) -> dict[str, object]:
        brief = state["brief"]
        purpose = self._purpose.model_copy(
            update={"node": node, "round": state["round"], "part": brief.topic_id}
        )
        answered = await self._gateway.call(purpose, state["messages"], DraftAnswer)
        answer = DraftAnswer.model_validate(answered.answer)
        said = Message(author="assistant", text=_json(answered.answer))
        return {
            "round": state["round"],
            "messages": [*state["messages"], said],
            "pending": (pending := _claims(answer, brief)),
            "failing": [],
            "withdrawn": state["withdrawn"] + max(len(state["failing"]) - len(pending), 0),
            "model": answered.model,
        }


def opening(brief: TopicBrief) -> list[Message]:
    """What the analyst is told of a topic: rules, task, and the evidence in a message of its own."""
    zone = ZoneInfo(brief.time_zone)
    ids = _ids(brief)
    evidence = [
        {
            "id": ids[source.source_id],
            "outlet": source.outlet,
            "published": source.published_at.astimezone(zone).date().isoformat(),
            "headline": source.title,
            "lead": source.text,
        }
        for source in brief.sources
    ]
    rules = prompts.ANALYST.format(
        most=MAX_CLAIMS, language=prompts.LANGUAGES[brief.language.value]
    )
    task = prompts.ANALYST_TASK.format(
        label=_json(brief.label),
        day=brief.window.end.astimezone(zone).date().isoformat(),
        counted=_json(statement(brief)),
    )
    return [
        Message(author="system", text=rules),
        Message(author="user", text=task),
        Message(author="user", text=prompts.EVIDENCE.format(evidence=_json(evidence))),
    ]


def _begin(brief: TopicBrief) -> dict[str, object]:
    return {
        "brief": brief,
        "round": 0,
        "messages": opening(brief),
        "pending": [],
        "kept": [],
        "failing": [],
        "withdrawn": 0,
        "model": "",
        "failure": None,
    }


def _ids(brief: TopicBrief) -> dict[str, str]:
    """Short names of the sources: a model copies `e3`, but not an address."""
    return {source.source_id: f"e{at}" for at, source in enumerate(brief.sources, 1)}


def _claims(answer: DraftAnswer, brief: TopicBrief) -> list[Claim]:
    known = {short: long for long, short in _ids(brief).items()}
    return [
        Claim(
            sentence=one.sentence.strip(),
            evidence=tuple(known.get(each.strip("[] "), each) for each in one.evidence),
            quotes=tuple(one.quotes),
        )
        for one in answer.sentences[:MAX_CLAIMS]
    ]


def _json(value: object) -> str:
    # Angle brackets of strangers close no tag of ours.
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
