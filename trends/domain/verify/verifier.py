"""Judge claims one by one, each by the evidence it cites and by nothing else."""

import re
from collections.abc import Iterator, Sequence

from trends.domain.drafting import Check, Claim, Finding, Judged, Source, TopicBrief, TopicDraft
from trends.domain.korean import Tokenizer
from trends.domain.sentences import sentences
from trends.domain.verify import figures, polarity, roles
from trends.domain.verify.commands import commands
from trends.domain.verify.form import cited, form, quotes
from trends.domain.verify.reading import read
from trends.domain.verify.statement import statement
from trends.domain.verify.support import Pair, Passage, coverage, names
from trends.domain.verify.text_parts import Kind, Reading
from trends.domain.verify.words_en import AUXILIARIES

_MOST_SPLITS = 6
_EN_SPLIT = re.compile(
    r"(?:,|;)\s+(?:and|but|while|whereas|as)\s+|;\s+|\s+(?:while|whereas|but)\s+"
)
# Syllables that end on ㅆ, the mark of the past: what they end is a statement.
_PAST = "".join(chr(code) for code in range(0xAC00 + 20, 0xD7A4, 28))
_KO_SPLIT = re.compile(rf"(?P<head>[{_PAST}](?:고|지만|으며|으나|는데))[,\s]\s*")


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
        findings += form(claim, self._brief)
        if findings:
            return tuple(findings)
        findings = quotes(claim, sources)
        passages = [self._counted]
        passages += [passage for source in sources for passage in self._of(source)]
        sentence = without_outlet(claim.sentence, sources)
        (whole,) = read([sentence], self._tokenizer)
        best = self._best(whole, passages)
        if best and self._in_two(sentence, passages):
            best = ()
        return (*findings, *best)

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
        return best[1] if best else ()

    def _against(self, pair: Pair) -> Iterator[Finding]:
        yield from coverage(pair)
        yield from figures.numbers(pair)
        yield from figures.dates(pair, self._brief)
        yield from polarity.negation(pair)
        yield from polarity.doubt(pair)
        yield from polarity.limits(pair)
        yield from roles.attribution(pair)
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


def without_outlet(sentence: str, sources: Sequence[Source]) -> str:
    """Take out that a cited outlet reports it: of whom a source is, the evidence need not say itself."""
    for outlet in {source.outlet for source in sources if source.outlet}:
        name = re.escape(outlet)
        for pattern in (
            rf"^{name}(?:에 따르면|은|는|이|가)\s*,?\s*(?=.*(?:보도했다|전했다)\.?$|(?<=따르면).*)",
            rf"^(?:According to|As reported by) (?:the )?{name},?\s+",
            rf",?\s+(?:according to|reports|reported) (?:the )?{name}(?=\.?$)",
            rf"^(?:The )?{name} (?:reports|reported) that\s+",
        ):
            sentence = re.sub(pattern, "", sentence)
    return sentence


def _stands(half: Reading) -> bool:
    """Whether a half has a subject of its own; without one it would borrow that of the other half."""
    if half.korean:
        return any(word.role == "subject" for word in half.words)
    if not half.words or half.words[0].kind is Kind.VERB:
        return False
    rest = half.text[half.words[0].end :].casefold().split()
    auxiliary = any(token in AUXILIARIES for token in rest)
    return auxiliary or any(word.kind is Kind.VERB for word in half.words[1:])
