"""What lies are made from: passages of true evidence, edited or framed."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from benchmarks.honest import clauses, copied, lead_of, plain, usable
from benchmarks.lying_frames import Frames
from benchmarks.lying_words import Edits
from trends.domain.drafting import Claim, Source, TopicBrief

Family = Callable[[TopicBrief, Sequence[TopicBrief], random.Random], Claim | None]
"""Takes a brief, the report's other topics, and chance; gives a false claim, or None without ground for one."""

NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)(?![\d월]|\.\d|일 |th|st|nd|rd)")
WORD = re.compile(r"[A-Za-z]{3,}|[가-힣]{2,}|\d[\d,.]*")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


def shuffled(brief: TopicBrief, rng: random.Random) -> list[Source]:
    sources = [each for each in usable(brief) if each.language is brief.language]
    rng.shuffle(sources)
    return sources


def evidence_text(source: Source) -> str:
    return f"{source.title} {source.text}"


def passages(brief: TopicBrief, rng: random.Random) -> Iterator[tuple[Source, str]]:
    """Give every passage that could be stated: clauses of headlines, sentences of leads."""
    for source in shuffled(brief, rng):
        held = [*clauses(source), *_SENTENCE.split(source.text)]
        rng.shuffle(held)
        yield from ((source, each.rstrip(".")) for each in held if plain(each))


def claim_of(brief: TopicBrief, source: Source, text: str, rng: random.Random) -> Claim | None:
    sentence = copied(text, source, brief, rng)
    if len(sentence) > 400:
        return None
    return Claim(sentence=sentence, evidence=(source.source_id,))


def edited(table: Edits) -> Family:
    """Make a family of edits: the first that changes a passage into one that the source does not hold."""

    def family(
        brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
    ) -> Claim | None:
        edits = table[brief.language]
        fallback = [edit for edit in edits if edit[0].startswith("^(.+)$")]
        for chosen in (rng.sample(edits, len(edits)), fallback):
            for source, text in passages(brief, rng):
                for found, instead in chosen:
                    if chosen is not fallback and (found, instead) in fallback:
                        continue
                    changed = re.sub(found, instead, text, count=1)
                    if changed != text and changed not in evidence_text(source):
                        return claim_of(brief, source, changed, rng)
        return None

    return family


def framed(table: Frames) -> Family:
    """Make a family of inventions around a true clause."""

    def family(
        brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
    ) -> Claim | None:
        for source in shuffled(brief, rng):
            text = lead_of(source)
            if plain(text):
                frame = rng.choice(table[brief.language])
                return claim_of(brief, source, frame.format(lead=text, label=brief.label), rng)
        return None

    return family
