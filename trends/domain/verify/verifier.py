"""Judge claims one by one, each by the evidence it cites and by nothing else."""

import re
from collections.abc import Iterator, Sequence

from trends.domain.drafting import Check, Claim, Finding, Judged, Source, TopicBrief, TopicDraft
from trends.domain.korean import Tokenizer
from trends.domain.sentences import sentences
from trends.domain.verify import figures, outlook, polarity, roles, sides
from trends.domain.verify.commands import commands
from trends.domain.verify.counted import counts
from trends.domain.verify.form import cited, ended, form, quotes
from trends.domain.verify.frames import Frame, figures_named, frames, notices, parts
from trends.domain.verify.quantities import quantities
from trends.domain.verify.reading import read
from trends.domain.verify.statement import statement
from trends.domain.verify.support import Pair, Passage, coverage, names
from trends.domain.verify.text_parts import Kind, Reading
from trends.domain.verify.verbatim import stands_quoted, verbatim
from trends.domain.verify.words_en import AUXILIARIES

_MOST_SPLITS = 6
_EN_SPLIT = re.compile(
    r"(?:,|;)\s+(?:and|but|while|whereas|as)\s+|;\s+|\s+(?:while|whereas|but)\s+"
)
# Syllables that end on ㅆ, the mark of the past: what they end is a statement.
_PAST = "".join(chr(code) for code in range(0xAC00 + 20, 0xD7A4, 28))
_KO_SPLIT = re.compile(rf"(?P<head>[{_PAST}](?:고|지만|으며|으나|는데))[,\s]\s*")

_NOTHING = Finding(check=Check.EVIDENCE, what="What it cites may bear nothing.")
_MISFRAMED = Finding(
    check=Check.ATTRIBUTION,
    what="No source that is cited is of that outlet and that day, and says so.",
)


def verify(draft: TopicDraft, brief: TopicBrief, tokenizer: Tokenizer) -> tuple[Judged, ...]:
    """Judge every claim of a draft, in its order.

    A claim holds when one passage that it cites (a headline, or a sentence of a lead), or what was counted of the
    topic, bears it whole; a sentence of two statements may rest on two. The same claims and brief give the same answer.

    Args:
        draft: What was written.
        brief: What it may rest on.
        tokenizer: Cuts Korean.
    """
    if draft.topic_id != brief.topic_id:
        wrong = Finding(check=Check.EVIDENCE, what="It was written about another topic.")
        return tuple(Judged(claim=claim, findings=(wrong,)) for claim in draft.claims)
    judge = _Judge(brief, tokenizer)
    return tuple(Judged(claim=claim, findings=judge.findings(claim)) for claim in draft.claims)


class _Judge:
    def __init__(self, brief: TopicBrief, tokenizer: Tokenizer) -> None:
        self._brief = brief
        self._tokenizer = tokenizer
        self._passages: dict[str, list[Passage]] = {}
        (self._label,) = read([brief.label], tokenizer)
        self._counted = Passage(reading=read([statement(brief)], tokenizer)[0], source=None)

    def findings(self, claim: Claim) -> tuple[Finding, ...]:
        """Everything that is wrong with a claim; once its citations fail, nothing else is looked at."""
        sources, findings = cited(claim, self._brief)
        findings += form(claim, self._brief, sources)
        if findings:
            return tuple(findings)
        findings = quotes(claim, sources)
        return (*findings, *self._sentence(claim.sentence, sources))

    def _sentence(self, sentence: str, sources: Sequence[Source]) -> tuple[Finding, ...]:
        if counts(sentence, self._brief):
            return ()
        best = self._told(sentence, sources)
        pieces = parts(sentence) if best else []
        if len(pieces) > 1 and all(self._tells(piece, sources) for piece in pieces):
            return ()
        return best

    def _tells(self, piece: str, sources: Sequence[Source]) -> bool:
        """Whether a part of a sentence is true, and complete in itself: it is framed, or is a statement of a source."""
        framed = frames(piece, sources, self._brief.time_zone)
        own = Frame(tuple(sources), piece)
        return not self._told(piece, sources) if framed else self._copied(own)

    def _told(self, text: str, sources: Sequence[Source]) -> tuple[Finding, ...]:
        """What is wrong with a statement, or with that an outlet reports it; a frame is judged with what is in it."""
        label, zone = self._brief.label, self._brief.time_zone
        if (notice := notices(text, sources, label, zone)) is not None:
            named = all(self._sound(one) and self._on_topic(one) for one in notice.sources)
            return () if notice.sources and named else (_MISFRAMED,)
        if (given := figures_named(text, sources, label, zone)) is not None:
            return (
                () if any(self._gives(given.inner, one) for one in given.sources) else (_MISFRAMED,)
            )
        framed = frames(text, sources, zone)
        if not framed:
            return self._borne(Frame(tuple(sources), text), [self._counted])
        return min((self._borne(frame, []) for frame in framed), key=len)

    def _borne(self, frame: Frame, more: Sequence[Passage]) -> tuple[Finding, ...]:
        """What is wrong with a statement beside the sources of its frame."""
        if not frame.sources:
            return (_MISFRAMED,)
        if self._copied(frame):
            return ()
        (whole,) = read([frame.inner], self._tokenizer)
        if whole.korean and not ended(frame.inner):
            # Without its particles a headline in other words no longer says who does what.
            return (Finding(check=Check.FORM, what="It does not end as a sentence does."),)
        passages = [*more, *(passage for source in frame.sources for passage in self._of(source))]
        best = self._best(whole, passages)
        return () if best and self._in_two(frame.inner, passages) else best

    def _copied(self, frame: Frame) -> bool:
        """Whether a statement is one that a source makes in the same words."""
        sound = [one for one in frame.sources if self._sound(one)]
        if frame.quoted:
            return any(stands_quoted(frame.inner, one) for one in sound)
        return any(
            verbatim(frame.inner, one) and (frame.dated or self._still(frame.inner, one))
            for one in sound
        )

    def _still(self, text: str, source: Source) -> bool:
        """Whether the days that a text names are the same for who reads the report: yesterday may be long ago."""
        (reading,) = read([text], self._tokenizer)
        return not figures.dates(Pair(reading, Passage(reading, source)), self._brief)

    def _gives(self, figure: str, source: Source) -> bool:
        named = quantities(figure)
        held = [one for passage in self._of(source) for one in passage.reading.numbers]
        return self._sound(source) and len(named) == 1 and any(map(named[0].same, held))

    def _on_topic(self, source: Source) -> bool:
        return names(f"{source.title} {source.text}", self._brief.label)

    def _sound(self, source: Source) -> bool:
        """Whether nothing in a source speaks to whoever summarizes it."""
        return len(self._of(source)) == 1 + len(sentences(source.text))

    def _of(self, source: Source) -> list[Passage]:
        if source.source_id not in self._passages:
            texts = [source.title, *sentences(source.text)]
            readings = read(texts, self._tokenizer)
            self._passages[source.source_id] = [
                Passage(reading=reading, source=source, named=self._named(texts[: at + 1]))
                for at, reading in enumerate(readings)
                if not commands(reading)
            ]
        return self._passages[source.source_id]

    def _named(self, before: Sequence[str]) -> Reading | None:
        """A sentence after one that names the topic speaks of it."""
        return self._label if any(names(text, self._brief.label) for text in before) else None

    def _best(self, part: Reading, passages: Sequence[Passage]) -> tuple[Finding, ...]:
        """What is wrong with a part beside the passage that bears it best; nothing where one bears it."""
        best: tuple[tuple[int, int], tuple[Finding, ...]] | None = None
        for passage in passages:
            pair = Pair(part, passage)
            found = tuple(self._against(pair))
            if not found:
                return ()
            # Of two that bear it equally badly, the one with more of its words is meant.
            rank = (len(found), -len(pair.shared))
            if best is None or rank < best[0]:
                best = (rank, found)
        return best[1] if best else (_NOTHING,)

    def _against(self, pair: Pair) -> Iterator[Finding]:
        yield from coverage(pair)
        yield from figures.numbers(pair)
        yield from figures.dates(pair, self._brief)
        yield from polarity.negation(pair)
        yield from polarity.doubt(pair)
        yield from outlook.outlook(pair)
        yield from polarity.limits(pair)
        yield from roles.attribution(pair)
        yield from sides.speakers(pair)
        yield from sides.comparisons(pair)
        yield from roles.roles(pair)
        yield from roles.deeds(pair)
        yield from roles.directions(pair)

    def _in_two(self, sentence: str, passages: Sequence[Passage]) -> bool:
        """Whether the sentence is two statements, each with a subject of its own and borne by itself."""
        for left, right in splits(sentence):
            halves = read([left, right], self._tokenizer)
            if all(_stands(half) and not self._best(half, passages) for half in halves):
                return True
        return False


def splits(sentence: str) -> Iterator[tuple[str, str]]:
    """The ways of cutting a sentence in two statements."""
    for pattern in (_EN_SPLIT, _KO_SPLIT):
        for match in list(pattern.finditer(sentence))[:_MOST_SPLITS]:
            cut = match.end("head") if "head" in match.groupdict() else match.start()
            left, right = sentence[:cut].strip(), sentence[match.end() :].strip()
            if left and right:
                yield left, right


def _stands(half: Reading) -> bool:
    """Whether a half has a subject of its own; without one it would borrow that of the other half."""
    if half.korean:
        return any(word.role == "subject" for word in half.words)
    if not half.words or half.words[0].kind is Kind.VERB:
        return False
    rest = half.text[half.words[0].end :].casefold().split()
    auxiliary = any(token in AUXILIARIES for token in rest)
    return auxiliary or any(word.kind is Kind.VERB for word in half.words[1:])
