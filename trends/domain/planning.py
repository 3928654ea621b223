"""Take proposals for a question, one by one, as far as they may widen or narrow it; what was asked stays as it is.

A plan adds alternatives with OR and exclusions with −. It is applied to one run and is no part of the question, whose
name and monitor stay the same.
"""

from collections.abc import Iterable, Iterator, Sequence

from trends.domain import queries
from trends.domain.plan import Plan
from trends.domain.query_parser import read_query, word_or_phrase
from trends.domain.query_tree import AllOf, AnyOf, Exclude, Needle, Node
from trends.domain.stopwords import EN_STOP, EN_WEAK, KO_STOP, KO_WEAK
from trends.domain.text import clean, fold
from trends.errors import InvalidQueryError

MOST_SYNONYMS = 8
MOST_EXCLUDED = 4

_SHORTEST, _LONGEST = 2, 40
_LONGEST_RATIONALE = 400
_MOST_WORDS = 4
_OPERATORS = frozenset({"and", "or", "not"})
_TOO_COMMON = EN_STOP | EN_WEAK | KO_STOP | KO_WEAK


def can_be_planned(query: str) -> bool:
    """Whether a question names something: one for everything, or of exclusions alone, has no other words.

    Raises:
        InvalidQueryError: The query cannot be read.
    """
    node = read_query(query)
    return node is not None and bool(list(_wanted(node))) and not _excludes_within(node)


def plan_of(
    query: str,
    *,
    synonyms: Sequence[str],
    excluded: Sequence[str],
    rationale: str,
    model: str,
) -> Plan | None:
    """Make a plan of what may be taken of the proposals; None where nothing may.

    Args:
        query: The question's query.
        synonyms: Words proposed for the same thing.
        excluded: Words proposed to be left out.
        rationale: Why, as the model says it.
        model: Which model.

    Raises:
        InvalidQueryError: The query itself cannot be read.
    """
    node = read_query(query)
    if node is None or not can_be_planned(query):
        return None
    own = list(_wanted(node))
    others = list(dict.fromkeys(_taken(synonyms, own, MOST_SYNONYMS)))
    # What is left out must not be what was asked for, nor what stands for it.
    out = [
        word
        for word in dict.fromkeys(_taken(excluded, [*own, *others], MOST_EXCLUDED))
        if not any(Needle(word).is_in(each) for each in (*own, *others))
    ]
    if not others and not out:
        return None
    asked = queries.parse(query)
    try:
        widened = queries.parse(_widened(node, others, out))
    except InvalidQueryError:
        return None
    if widened == asked:
        return None
    return Plan(
        query=asked.text,
        widened=widened.text,
        synonyms=tuple(others),
        excluded=tuple(out),
        rationale=_plain(rationale),
        model=model,
        refused=len(synonyms) + len(excluded) - len(others) - len(out),
    )


def _taken(proposed: Iterable[str], own: Sequence[str], most: int) -> Iterator[str]:
    """Proposals that read as one word or phrase, say something, and are not there already."""
    count = 0
    for text in proposed:
        word = fold(clean(text))
        if count < most and _fits(word) and word not in own:
            count += 1
            yield word


def _fits(word: str) -> bool:
    pieces = word.split()
    if not _SHORTEST <= len(word) <= _LONGEST or len(pieces) > _MOST_WORDS:
        return False
    if any(piece in _OPERATORS for piece in pieces) or all(
        piece in _TOO_COMMON for piece in pieces
    ):
        return False
    if not any(letter.isalpha() for letter in word) or "-" in (word[0], word[-1]):
        return False
    try:
        return read_query(word_or_phrase(word)) == Needle(word)
    except InvalidQueryError:
        return False


def _widened(node: Node, synonyms: Sequence[str], excluded: Sequence[str]) -> str:
    """The question or another word for it, and never what the question excludes."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    kept = [_text(part) for part in parts if isinstance(part, Exclude)]
    asked = " ".join(_text(part) for part in parts if not isinstance(part, Exclude))
    either = " OR ".join([f"({asked})", *map(word_or_phrase, synonyms)])
    return " ".join([f"({either})", *kept, *(f"-{word_or_phrase(word)}" for word in excluded)])


def _text(node: Node) -> str:
    match node:
        case Needle(text):
            return word_or_phrase(text)
        case Exclude(part):
            return f"-({_text(part)})"
        case AllOf(parts):
            return "(" + " ".join(map(_text, parts)) + ")"
        case AnyOf(parts):
            return "(" + " OR ".join(map(_text, parts)) + ")"


def _wanted(node: Node) -> Iterator[str]:
    match node:
        case Needle(text):
            yield text
        case Exclude():
            return
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _wanted(part)


def _excludes_within(node: Node) -> bool:
    """Whether an exclusion holds for an alternative only: another alternative would slip past it."""
    parts = node.parts if isinstance(node, AllOf) else (node,)
    return any(_excludes(part) for part in parts if not isinstance(part, Exclude))


def _excludes(node: Node) -> bool:
    match node:
        case Needle():
            return False
        case Exclude():
            return True
        case AllOf(parts) | AnyOf(parts):
            return any(map(_excludes, parts))


def _plain(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= _LONGEST_RATIONALE else shown[: _LONGEST_RATIONALE - 1] + "…"
