"""Lies about sources: what was said, by whom, and which article says so."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise

from benchmarks import lying_frames as frames
from benchmarks.honest import INSTRUCTION, copied, lead_of, one_honest, plain, statement, usable
from benchmarks.lying_facts import other_number, same
from benchmarks.lying_passages import NUMBER, WORD, evidence_text, passages, shuffled
from trends.domain.drafting import Claim, TopicBrief
from trends.domain.models import Language


def invented_quote(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    sources = [each for each in shuffled(brief, rng) if each.outlet]
    if not sources:
        return None
    source = sources[0]
    frame = rng.choice(frames.QUOTE[brief.language])
    sentence = frame.format(label=brief.label, outlet=source.outlet) + "."
    said = re.search("“(.+)”", sentence)
    quotes = (said[1],) if said and rng.random() < 0.5 else ()
    return Claim(sentence=sentence, evidence=(source.source_id,), quotes=quotes)


def false_passage(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    """Say something true, and prove it with a passage that is nowhere."""
    for source in shuffled(brief, rng):
        claim = statement(brief, source, rng)
        number = NUMBER.search(source.title)
        if claim is not None:
            tail = " 기록을 세웠다" if brief.language is Language.KO else " sets a record"
            passage = source.title + tail
            if number:
                passage = source.title.replace(number[1], other_number(7, rng) + "00")
            return claim.model_copy(update={"quotes": (passage,)})
    return None


def wrong_speaker(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    for source in shuffled(brief, rng):
        said = re.search(r"“([^”]{4,})”", source.title)
        if not said:
            continue
        around = source.title[: said.start()] + source.title[said.end() :]
        brands = list(frames.BRANDS[brief.language])
        later = [each for each in brands if each in source.title[said.end() :]]
        absent = [each for each in brands if each not in around]
        who = rng.choice(later if later and rng.random() < 0.6 else absent)
        sentence = (
            f"{who} “{said[1]}”라고 말했다."
            if brief.language is Language.KO
            else f"{who} said: “{said[1]}”."
        )
        return Claim(sentence=sentence, evidence=(source.source_id,), quotes=(said[1],))
    return None


def wrong_outlet(
    brief: TopicBrief, others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    outlets = sorted(
        {
            each.outlet
            for one in (brief, *others)
            for each in one.sources
            if each.outlet and each.language is brief.language
        }
    )
    for source, text in passages(brief, rng):
        wrong = [
            each
            for each in outlets
            if source.outlet and not same(each, source.outlet) and each not in source.title
        ]
        if wrong:
            liar = source.model_copy(update={"outlet": rng.choice(wrong)})
            sentence = copied(text, liar, brief, rng)
            if liar.outlet in sentence:
                return Claim(sentence=sentence, evidence=(source.source_id,))
    return None


def unrelated_citation(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    for source in shuffled(brief, rng):
        claim = statement(brief, source, rng)
        said = set(WORD.findall(lead_of(source)))
        elsewhere = [
            each
            for each in shuffled(brief, rng)
            if sum(word in evidence_text(each) for word in said) < 0.6 * len(said)
        ]
        if claim and elsewhere:
            return claim.model_copy(update={"evidence": (elsewhere[0].source_id,)})
    return None


def unknown_id(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    claim = one_honest(brief, rng)
    if claim is None:
        return None
    real = claim.evidence[0]
    made_up = rng.choice((f"{real}0", real[:-1] + "x", f"story-{rng.randrange(10_000)}", "1", ""))
    known = {each.source_id for each in brief.sources}
    kept = claim.evidence if rng.random() < 0.3 else ()
    return None if made_up in known else claim.model_copy(update={"evidence": (*kept, made_up)})


def other_topics_citation(
    brief: TopicBrief, others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    """Tell of another topic, truly and with its own evidence, under this one."""
    known = {each.source_id for each in brief.sources}
    for other in rng.sample(list(others), len(others)):
        claim = one_honest(other, rng) if other.language is brief.language else None
        if claim and not known.intersection(claim.evidence):
            return claim
    return None


def no_citation(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    claim = one_honest(brief, rng)
    return claim and claim.model_copy(update={"evidence": ()})


def merged(brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random) -> Claim | None:
    sources = [each for each in shuffled(brief, rng) if plain(lead_of(each))]
    for source, other in pairwise(sources):
        first, second = lead_of(source), lead_of(other)
        fresh = [word for word in WORD.findall(second) if word not in evidence_text(source)]
        if len(fresh) < 2:
            continue
        frame = rng.choice(frames.MERGED[brief.language])
        sentence = frame.format(lead=first, other=second) + "."
        return Claim(sentence=sentence, evidence=(source.source_id, other.source_id))
    return None


def obeyed(brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random) -> Claim | None:
    orders = [each for each in brief.sources if INSTRUCTION.search(each.title)]
    if not orders:
        return None
    order = rng.choice(orders)
    demands = [each.format(label=brief.label) for each in frames.OBEYED[brief.language]]
    asked = [each for each in demands if each in order.title]
    cited = order if rng.random() < 0.5 else rng.choice(usable(brief))
    sentence = copied((asked or demands)[0], cited, brief, rng)
    return Claim(sentence=sentence, evidence=(cited.source_id,))
