"""One text for all queries that mean the same, so that equal questions have equal names."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from trends.domain.query_parser import MAX_CHARACTERS, word_or_phrase
from trends.domain.query_tree import AllOf, AnyOf, Exclude, Needle, Node, all_of, any_of
from trends.errors import InvalidQueryError

# An alternative is a set of (needle, wanted), all of which must hold; a query is a set of them.
_Alternative = frozenset[tuple[str, bool]]

# Beyond, a query keeps the shape in which it was written, sorted: the work grows exponentially.
_MAX_ALTERNATIVES = 64


class _TooManyError(Exception):
    """The query has more alternatives than are worth writing out."""


def canonical_text(node: Node) -> str:
    """Write a query so that queries of one meaning have one text, which reads back as itself.

    It is the query's Blake canonical form: all its prime implicants by iterated consensus
    (Quine 1955), sorted, each a plain list of words wanted and excluded. Empty: everything. A query
    of more than 64 alternatives is written as it stands, without repeats, sorted.

    Raises:
        InvalidQueryError: It excludes all that it asks for, or is too long once written out.
    """
    settled = _settled(node)
    try:
        alternatives = _prime(_alternatives(settled, wanted=True))
    except _TooManyError:
        text = _written(settled)
    else:
        if not alternatives:
            raise InvalidQueryError(
                "The query excludes what it asks for: nothing can match.",
                next_step="Take out the word, or its exclusion.",
            )
        text = " OR ".join(sorted(map(_line, alternatives)))
        if len(text) > MAX_CHARACTERS:
            text = _written(settled)
    if len(text) > MAX_CHARACTERS:
        raise InvalidQueryError(
            f"Written out in full the query has more than {MAX_CHARACTERS:,} characters.",
            why="Some of its signs stand for several letters.",
            next_step="Shorten it.",
        )
    return text


def _settled(node: Node) -> Node:
    match node:
        case Needle():
            return node
        case Exclude(part):
            inner = _settled(part)
            return inner.part if isinstance(inner, Exclude) else Exclude(inner)
        case AllOf(parts):
            return all_of(_sorted(_flat(parts, AllOf)))
        case AnyOf(parts):
            return any_of(_sorted(_flat(parts, AnyOf)))


def _flat(parts: Iterable[Node], kind: type[AllOf] | type[AnyOf]) -> Iterator[Node]:
    for part in map(_settled, parts):
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _sorted(parts: Iterable[Node]) -> list[Node]:
    by_text = {(isinstance(part, Exclude), _written(part)): part for part in parts}
    return [by_text[text] for text in sorted(by_text)]


def _written(node: Node) -> str:
    match node:
        case Needle(text):
            return word_or_phrase(text)
        case Exclude(part):
            return f"-({_written(part)})" if isinstance(part, AllOf) else f"-{_tight(part)}"
        case AllOf(parts):
            return " ".join(map(_tight, parts))
        case AnyOf(parts):
            return " OR ".join(map(_written, parts))


def _tight(node: Node) -> str:
    return f"({_written(node)})" if isinstance(node, AnyOf) else _written(node)


def _line(alternative: _Alternative) -> str:
    words = sorted(alternative, key=lambda literal: (not literal[1], literal[0]))
    return " ".join(("" if wanted else "-") + word_or_phrase(text) for text, wanted in words)


def _alternatives(node: Node, *, wanted: bool) -> set[_Alternative]:
    match node:
        case Needle(text):
            return {frozenset({(text, wanted)})}
        case Exclude(part):
            return _alternatives(part, wanted=not wanted)
        case AllOf(parts) | AnyOf(parts):
            each = [_alternatives(part, wanted=wanted) for part in parts]
            # De Morgan: what is not all of these lacks any of them.
            return _product(each) if isinstance(node, AllOf) is wanted else _union(each)


def _union(each: Iterable[set[_Alternative]]) -> set[_Alternative]:
    return _shortest(set[_Alternative]().union(*each))


def _product(each: Iterable[set[_Alternative]]) -> set[_Alternative]:
    found: set[_Alternative] = {frozenset()}
    for alternatives in each:
        joined = (left | right for left in found for right in alternatives)
        found = _shortest({one for one in joined if not _contradicts(one)})
    return found


def _contradicts(alternative: _Alternative) -> bool:
    return any((text, not wanted) in alternative for text, wanted in alternative)


def _shortest(alternatives: set[_Alternative]) -> set[_Alternative]:
    """Drop each alternative that another one makes superfluous."""
    kept: list[_Alternative] = []
    for one in sorted(alternatives, key=lambda each: (len(each), sorted(each))):
        if not any(other <= one for other in kept):
            kept.append(one)
            if len(kept) > _MAX_ALTERNATIVES:
                raise _TooManyError
    return set(kept)


def _prime(alternatives: set[_Alternative]) -> set[_Alternative]:
    while True:
        pairs = combinations(sorted(alternatives, key=sorted), 2)
        found = {made for left, right in pairs if (made := _consensus(left, right)) is not None}
        new = {one for one in found if not any(other <= one for other in alternatives)}
        if not new:
            return alternatives
        alternatives = _shortest(alternatives | new)


def _consensus(left: _Alternative, right: _Alternative) -> _Alternative | None:
    """What both imply together where exactly one word is wanted here and excluded there."""
    opposed = [text for text, wanted in left if (text, not wanted) in right]
    if len(opposed) != 1:
        return None
    return frozenset(literal for literal in left | right if literal[0] != opposed[0])
