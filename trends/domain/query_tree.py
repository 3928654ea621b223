"""What a parsed query is made of, and when a text satisfies it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

# Particles are written onto Korean words, and Chinese and Japanese have no spaces: such words are
# found anywhere. A Latin word beside one of these characters is whole: "AI" is in "AI가".
_WRITTEN_TOGETHER = "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_WHOLE = re.compile(rf"[^\W{_WRITTEN_TOGETHER}]")


@dataclass(frozen=True)
class Needle:
    """A word or phrase to find, folded.

    An end that is a Latin letter or digit must end a word of the text; `ai` is not in `air`.
    """

    text: str

    @cached_property
    def _whole(self) -> re.Pattern[str] | None:
        before = rf"(?<!{_WHOLE.pattern})" if _WHOLE.match(self.text[0]) else ""
        after = rf"(?!{_WHOLE.pattern})" if _WHOLE.match(self.text[-1]) else ""
        if not before and not after:
            return None
        return re.compile(before + re.escape(self.text) + after)

    def is_in(self, folded: str) -> bool:
        """Whether a folded text holds it."""
        if self.text not in folded:
            return False
        return self._whole is None or self._whole.search(folded) is not None


@dataclass(frozen=True)
class Exclude:
    """Satisfied where `part` is not."""

    part: "Node"


@dataclass(frozen=True)
class AllOf:
    """Satisfied where every part is; no parts: by everything."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """Satisfied where at least one part is."""

    parts: tuple["Node", ...]


Node = Needle | Exclude | AllOf | AnyOf


def satisfies(node: Node, folded: str) -> bool:
    """Whether a folded text satisfies the tree."""
    match node:
        case Needle():
            return node.is_in(folded)
        case Exclude(part):
            return not satisfies(part, folded)
        case AllOf(parts):
            return all(satisfies(part, folded) for part in parts)
        case AnyOf(parts):
            return any(satisfies(part, folded) for part in parts)


def all_of(parts: Iterable[Node]) -> Node:
    """Join with AND; a single part stays itself."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else AllOf(kept)


def any_of(parts: Iterable[Node]) -> Node:
    """Join with OR; a single part stays itself."""
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else AnyOf(kept)
