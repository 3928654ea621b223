"""Read Korean: morphemes, with particles for what each noun does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from trends.domain.korean import Morpheme
from trends.domain.text import fold
from trends.domain.verify import words_ko
from trends.domain.verify.text_parts import BREAKS, Kind, Reading, Word

_KO_CONTENT = frozenset({"NNG", "NNP", "SL", "SH", "XR", "XPN", "XSN", "W_HASHTAG", "NR", "MM"})
_KO_NOUNS = frozenset({"NNG", "NNP", "SL", "SH", "XR", "W_HASHTAG"})
_PLURALS = frozenset({"들", "님", "씨"})
_KO_PREDICATES = frozenset({"VV", "VA", "VCN", "VX", "MAG", "VV-I", "VA-I", "VV-R", "VA-R", "VX-I"})
_KO_ROLES = {
    "이": "subject", "가": "subject", "께서": "subject", "은": "subject", "는": "subject", "을": "object", "를": "object",
    "보다": "than", "에서": "from", "부터": "from", "로": "to", "으로": "to", "까지": "to", "에": "dative", "에게": "dative",
    "한테": "dative", "와": "with", "과": "with", "의": "of", "도": "subject",
}  # fmt: skip

# A headline asks without a question mark: 값 오르나…전망 엇갈려.
_WONDERS = re.compile(r"[가-힣](?:나|까|는가|은가|을지|할지)\s?(?:…|\.\.\.)")
_HEAD = re.compile(r"[^,…\"“‘'·]{2,20}(?=, )")


def korean(text: str, morphemes: Sequence[Morpheme]) -> Reading:
    """Read a Korean text as the analyser cut it."""
    reader = _Korean(text, morphemes)
    reader.read()
    return Reading(
        text=text,
        korean=True,
        words=_headed(text, _phrased(text, reader.words)),
        negated=tuple(reader.negated()),
        conditional=frozenset(reader.conditional),
        question=reader.question
        or _WONDERS.search(text) is not None
        or text.rstrip("\"'”’ ").endswith("?"),
        clauses=reader.clause + 1,
        ends=_ends(morphemes),
    )


def _ends(morphemes: Sequence[Morpheme]) -> frozenset[int]:
    """Where pieces end that no suffix makes another word of."""
    suffixed = {piece.start for piece in morphemes if piece.tag == "XSN"}
    return frozenset(piece.end for piece in morphemes if piece.end not in suffixed)


def _phrased(text: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Give every noun of a phrase the part that its particle gives to the last."""
    phrased: list[Word] = []
    for word in reversed(words):
        following = phrased[-1] if phrased else None
        joined = (
            following is not None
            and word.kind is not Kind.VERB
            and not word.role
            and following.role not in {"", "predicate"}
            and text[word.end : following.start] == " "
        )
        phrased.append(replace(word, role=following.role) if following and joined else word)
    return tuple(reversed(phrased))


def _headed(text: str, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Make the subject of a headline of whoever stands before its first comma: 한결마트, 두루상사 인수."""
    match = _HEAD.match(text)
    head = [word for word in words if match is not None and word.end <= match.end()]
    if match is None or not head or any(word.role for word in head) or head[-1].kind is Kind.VERB:
        return words
    last = head[-1]
    return tuple(replace(word, role="subject") if word is last else word for word in words)


class _Korean:
    def __init__(self, text: str, morphemes: Sequence[Morpheme]) -> None:
        self.text = text
        self.words: list[Word] = []
        self.conditional: set[int] = set()
        self.question = False
        self.clause = 0
        self._pieces = morphemes
        self._negators: list[tuple[int, str, int]] = []

    def read(self) -> None:
        place = 0
        while place < len(self._pieces):
            piece = self._pieces[place]
            if piece.tag in _KO_CONTENT:
                place = self._noun(place)
                continue
            self._other(place, piece)
            place += 1

    def negated(self) -> Iterator[tuple[str, int]]:
        """What stands before 않다, 못하다, 아니다, 없다, and after 안 and 못."""
        for at, form, clause in self._negators:
            before = [word for word in self.words if word.end <= at]
            after = [word for word in self.words if word.start >= at]
            near = after[:1] if form in {"안", "못"} else before[-1:]
            yield (near[0].parts[-1] if near else "", clause)

    def _noun(self, place: int) -> int:
        """Take a run of nouns without a space between them."""
        end = place + 1
        while (
            end < len(self._pieces)
            and self._pieces[end].tag in _KO_CONTENT
            and self._pieces[end].start == self._pieces[end - 1].end
        ):
            end += 1
        run = self._pieces[place:end]
        if not any(piece.tag in _KO_NOUNS or piece.tag == "MM" for piece in run):
            return end
        whole = self._slice(run[0].start, run[-1].end)
        parts = tuple(self._parts(run))
        following = self._pieces[end] if end < len(self._pieces) else None
        name = any(piece.tag in {"NNP", "SL", "SH"} for piece in run)
        self.words.append(
            Word(
                keys=(whole, *parts) if parts != (whole,) else (whole,),
                parts=parts or (whole,),
                kind=Kind.NAME if name else Kind.NOUN,
                start=run[0].start,
                end=run[-1].end,
                clause=self.clause,
                role=self._role(end),
                tense=self._tense(end + 1) if self._role(end) == "predicate" else "",
                passive=following is not None
                and following.tag == "XSV"
                and following.form in {"되", "당하", "받"},
            )
        )
        return end

    def _parts(self, run: Sequence[Morpheme]) -> list[str]:
        parts: list[str] = []
        prefix = ""
        for piece in run:
            text = self._slice(piece.start, piece.end)
            if piece.tag in {"XPN", "MM"} and piece is not run[-1]:
                # 비-, 무-, 불- make another word of what follows.
                prefix += text
            elif piece.tag != "XSN":
                parts.append(prefix + text)
                prefix = ""
            elif text not in _PLURALS and parts:
                # 판매자 is not 판매.
                parts[-1] += text
        return parts

    def _role(self, place: int) -> str:
        if place >= len(self._pieces):
            return ""
        piece = self._pieces[place]
        if piece.tag in {"JKS", "JKO", "JKB", "JX", "JKG", "JC", "JKC"}:
            following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
            # 온빛그룹에 따르면 tells who says it, not to whom.
            calls_on = following is not None and following.form == "따르"
            return "" if calls_on else _KO_ROLES.get(piece.form, "")
        return "predicate" if piece.tag in {"XSV", "XSA"} else ""

    def _other(self, place: int, piece: Morpheme) -> None:
        form = piece.form
        if piece.tag == "NNB" and form == "수" and self._possible(place):
            self.conditional.add(self.clause)
        if piece.tag in _KO_PREDICATES:
            if form in words_ko.NEGATORS and self._negates(place, piece):
                self._negators.append((piece.start, form, self.clause))
            elif form == "지" and piece.tag == "VX":
                self._hearsay()
            elif form not in words_ko.FUNCTION and piece.tag[:2] != "VX":
                self.words.append(
                    Word(
                        keys=(form,),
                        parts=(form,),
                        kind=Kind.VERB,
                        start=piece.start,
                        end=max(piece.end, piece.start + 1),
                        clause=self.clause,
                        tense=self._tense(place + 1),
                    )
                )
        elif piece.tag in {"EC", "EF"}:
            self._ending(place, piece)
        elif piece.tag in {"SP", "SE", "SSO", "SSC", "SS", "SF"} and form in BREAKS:
            self.clause += 1

    def _hearsay(self) -> None:
        """알려져 and 전해져 are cut as 알리- and 전하-, but tell what is heard, not who tells it."""
        last = self.words[-1] if self.words else None
        if last is not None and last.key in words_ko.HEARD:
            heard = words_ko.HEARD[last.key]
            self.words[-1] = replace(last, keys=(heard,), parts=(heard,))

    def _tense(self, place: int) -> str:
        """What the ending at a place says of when: 열었다 is past, 연다 and 열겠다 are ahead."""
        following = [piece.tag[:2] for piece in self._pieces[place : place + 2]]
        if following == ["EC", "VX"]:
            return self._tense(place + 2)
        if place >= len(self._pieces):
            return ""
        piece = self._pieces[place]
        if piece.tag == "EP":
            return "past" if piece.form in words_ko.PAST else "ahead" if piece.form == "겠" else ""
        return "ahead" if (piece.tag, piece.form) in words_ko.AHEAD else ""

    def _possible(self, place: int) -> bool:
        """Whether it says that something can be: 연장할 수 있다."""
        following = self._pieces[place + 1 : place + 3]
        return any(piece.form == "있" for piece in following)

    def _negates(self, place: int, piece: Morpheme) -> bool:
        if piece.form == "말":
            return piece.tag.startswith("VX")
        # 없이 is one word with its own weight; 뿐 아니라 adds and does not negate.
        before = self._pieces[place - 1] if place else None
        return not (piece.form == "아니" and before is not None and before.form == "뿐")

    def _ending(self, place: int, piece: Morpheme) -> None:
        if piece.form in words_ko.CONDITIONAL_ENDINGS:
            self.conditional.add(self.clause)
        if piece.tag == "EF" and piece.form in words_ko.QUESTION_ENDINGS:
            self.question = True
        following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
        if piece.form in words_ko.CLAUSE_ENDINGS and not (following and following.tag[:2] == "VX"):
            self.clause += 1

    def _slice(self, start: int, end: int) -> str:
        return fold(self.text[start:end]).replace(" ", "").lstrip("#")
