"""The smallest gateway: answers from a script, and what it answered once it never asks again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from trends.domain.calls import Purpose
from trends.llm.base import Answered, Message

Script = Callable[[Purpose, Sequence[Message]], Mapping[str, object]]


@dataclass
class ScriptedGateway:
    """Asks a function instead of a model, and keeps a log as the gateway does.

    Attributes:
        script: Gives an answer, or raises what a gateway raises.
        model: Who answers.
        asked: Purposes and messages that reached the model, in order.
    """

    script: Script
    model: str = "scripted:one"
    asked: list[tuple[Purpose, tuple[Message, ...]]] = field(
        default_factory=list[tuple[Purpose, tuple[Message, ...]]]
    )
    _log: dict[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])

    async def call(
        self, purpose: Purpose, messages: Sequence[Message], answer: type[BaseModel]
    ) -> Answered:
        """Answer from the log, else from the script."""
        key = repr((purpose, tuple(messages), answer.__name__))
        known = self._log.get(key)
        if known is None:
            self.asked.append((purpose, tuple(messages)))
            known = answer.model_validate(self.script(purpose, messages)).model_dump()
            self._log[key] = known
            return Answered(answer=dict(known), model=self.model, cost_micro=1, origin="asked")
        return Answered(answer=dict(known), model=self.model, cost_micro=0, origin="log")

    def steps(self, part: str) -> list[tuple[str, int]]:
        """Node and round of every call about one topic."""
        return [(one.node, one.round) for one, _ in self.asked if one.part == part]


def says(*sentences: tuple[str, str], quotes: Sequence[str] = ()) -> dict[str, object]:
    """An analyst's answer: sentences, each with the short id of its evidence."""
    return {
        "sentences": [
            {"sentence": text, "evidence": [cited], "quotes": list(quotes)}
            for text, cited in sentences
        ]
    }
