"""Read the text of a query into a tree, saying where it cannot be read."""

from collections.abc import Iterator
from typing import NamedTuple

from trends.domain.query_tree import Exclude, Needle, Node, all_of, any_of
from trends.domain.text import fold
from trends.errors import InvalidQueryError

MAX_CHARACTERS = 2_000
MAX_TERMS = 200
MAX_DEPTH = 20

_QUOTES = '"“”„‟＂'
_OPEN, _CLOSE = "(（", ")）"
_MINUS = "-‐‑‒–—−－﹣"
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not"}
_EDGES = ",;'‘’、，"


class _Token(NamedTuple):
    """`kind` is word, phrase, open, close, and, or, not; `at` counts characters from 1."""

    kind: str
    text: str
    at: int


def read_query(text: str) -> Node | None:
    """Parse a query; None where it is empty.

    Grammar, loosest first: `OR`, then `AND` or nothing between terms, then `-` or `NOT`, then a
    word, a "phrase", or a group in parentheses.

    Raises:
        InvalidQueryError: It cannot be read; the message says at which character and what to do.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidQueryError(
            f"The query has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed.",
            next_step="Shorten it, or split it into several questions.",
        )
    tokens = list(_scan(text))
    if sum(token.kind in {"word", "phrase"} for token in tokens) > MAX_TERMS:
        raise InvalidQueryError(
            f"The query has more than {MAX_TERMS} words.",
            next_step="Shorten it, or split it into several questions.",
        )
    return _Parser(tokens).parse() if tokens else None


def word_or_phrase(folded: str) -> str:
    """Write a folded needle so that it reads back as itself: bare where that works, else quoted."""
    try:
        tokens = list(_scan(folded))
    except InvalidQueryError:
        tokens = []
    bare = [(token.kind, token.text) for token in tokens] == [("word", folded)]
    return folded if bare else f'"{folded}"'


def _scan(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        mark = text[place]
        if mark.isspace():
            place += 1
        elif mark in _QUOTES:
            end = _closing_quote(text, place)
            yield _phrase(text[place + 1 : end], place + 1)
            place = end + 1
        elif mark in _OPEN or mark in _CLOSE:
            yield _Token("open" if mark in _OPEN else "close", mark, place + 1)
            place += 1
        elif mark in _MINUS:
            yield _minus(text, place)
            place += 1
        else:
            end = _word_end(text, place)
            yield _word(text[place:end], place + 1)
            place = end


def _closing_quote(text: str, opening: int) -> int:
    for place in range(opening + 1, len(text)):
        if text[place] in _QUOTES:
            return place
    raise InvalidQueryError(
        f"The quotation mark at character {opening + 1} of the query is not closed.",
        next_step="Close it, or take it out.",
    )


def _word_end(text: str, start: int) -> int:
    for place in range(start, len(text)):
        if text[place].isspace() or text[place] in _QUOTES + _OPEN + _CLOSE:
            return place
    return len(text)


def _minus(text: str, place: int) -> _Token:
    # "A - B" is a pasted headline more often than an exclusion: ask rather than guess.
    if text[place + 1 : place + 2].strip() == "":
        raise InvalidQueryError(
            f"The '{text[place]}' at character {place + 1} of the query stands alone.",
            next_step="Write it directly before the word to exclude, or take it out.",
        )
    return _Token("not", text[place], place + 1)


def _phrase(inner: str, at: int) -> _Token:
    folded = fold(inner)
    if not folded:
        raise InvalidQueryError(
            f"There is nothing between the quotation marks at character {at} of the query.",
            next_step="Write the words to find between them, or take them out.",
        )
    return _Token("phrase", folded, at)


def _word(written: str, at: int) -> _Token:
    if written in _OPERATORS:
        return _Token(_OPERATORS[written], written, at)
    folded = fold(written).strip(_EDGES)
    # Symbols beyond ASCII are looked for as they are: people ask for emoji.
    if not any(mark.isalnum() or mark > "\x7f" for mark in folded):
        raise InvalidQueryError(
            f"'{written[:20]}' at character {at} of the query is not a word.",
            next_step='Write AND, OR or - between words; put signs to be found in "quotes".',
        )
    return _Token("word", folded, at)


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def parse(self) -> Node:
        node = self._either(depth=0)
        if self._next < len(self._tokens):
            raise InvalidQueryError(
                f"The parenthesis at character {self._tokens[self._next].at} of the query closes "
                "nothing.",
                next_step="Take it out, or open one before it.",
            )
        return node

    def _kind(self) -> str:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else "end"

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self._kind() == "or":
            self._take()
            parts.append(self._both(depth))
        return any_of(parts)

    def _both(self, depth: int) -> Node:
        parts = [self._term(depth)]
        while self._kind() not in {"or", "close", "end"}:
            if self._kind() == "and":
                self._take()
            parts.append(self._term(depth))
        return all_of(parts)

    def _term(self, depth: int) -> Node:
        excluded = False
        while self._kind() == "not":
            self._take()
            excluded = not excluded
        if self._kind() not in {"word", "phrase", "open"}:
            raise self._nothing_to_find()
        token = self._take()
        node = self._group(token, depth + 1) if token.kind == "open" else Needle(token.text)
        return Exclude(node) if excluded else node

    def _group(self, opening: _Token, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise InvalidQueryError(
                f"The query nests parentheses more than {MAX_DEPTH} deep, "
                f"from character {opening.at} on.",
                next_step="Take out the parentheses that are not needed.",
            )
        node = self._either(depth)
        if self._kind() != "close":
            raise InvalidQueryError(
                f"The parenthesis at character {opening.at} of the query is not closed.",
                next_step="Close it, or take it out.",
            )
        self._take()
        return node

    def _nothing_to_find(self) -> InvalidQueryError:
        before = self._tokens[self._next - 1] if self._next else None
        if before is None or before.kind == "close":
            here = self._tokens[self._next]
            return InvalidQueryError(
                f"Nothing stands before '{here.text}' at character {here.at} of the query.",
                next_step="Write a word before it, or take it out.",
            )
        return InvalidQueryError(
            f"Nothing follows '{before.text}' at character {before.at} of the query.",
            next_step="Write a word after it, or take it out.",
        )
