"""Lies about what was counted, when it was, and who and where it was."""

import random
import re
from collections.abc import Sequence
from datetime import timedelta

from benchmarks import lying_frames as frames
from benchmarks.honest import day_of, growth_of, lead_of, plain, usable, weekday_of
from benchmarks.lying_passages import NUMBER, claim_of, evidence_text, passages, shuffled
from trends.domain.drafting import Claim, TopicBrief
from trends.domain.models import Language


def wrong_number(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    for source, text in passages(brief, rng):
        for found in NUMBER.finditer(text):
            value = float(found[1].replace(",", ""))
            other = other_number(value, rng)
            if other not in evidence_text(source):
                changed = text[: found.start()] + other + text[found.end() :]
                return claim_of(brief, source, changed, rng)
    return None


def other_number(value: float, rng: random.Random) -> str:
    if value != int(value):
        return f"{value + rng.choice((-0.3, 0.4, 1.2, 2.1)):.1f}"
    changed = int(value) + rng.choice((-3, -2, -1, 1, 2, 4, 10, 20)) * 10 ** max(
        len(str(int(value))) - 2, 0
    )
    return f"{abs(changed) or 5:,}"


def grafted_number(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    """Put one story's number into another story, and cite both."""
    counted = [
        (source, text, found)
        for source, text in passages(brief, rng)
        if (found := NUMBER.search(text))
    ]
    pairs = [
        (mine, theirs)
        for mine in counted
        for theirs in counted
        if mine[0] is not theirs[0] and theirs[2][1] not in evidence_text(mine[0])
    ]
    # What counts the same makes the better lie.
    pairs.sort(key=lambda pair: _unit(*pair[0][1:]) != _unit(*pair[1][1:]))
    for (source, text, mine), (other, _, theirs) in pairs:
        changed = text[: mine.start()] + theirs[1] + text[mine.end() :]
        claim = claim_of(brief, source, changed, rng)
        both = (source.source_id, other.source_id)
        return claim and claim.model_copy(update={"evidence": both})
    return None


def _unit(text: str, found: re.Match[str]) -> str:
    return text[found.end() : found.end() + 1]


def swapped_numbers(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    """Give each of a headline's figures to what the other counts."""
    for source in shuffled(brief, rng):
        figures = re.findall(r"(?<![\d.,])\d+(?=%(?!p|포인트))", source.title)
        if len(figures) != 2 or figures[0] == figures[1] or not plain(source.title):
            continue
        first, second = figures
        changed = re.sub(
            rf"(?<![\d.,])({first}|{second})(?=%)",
            lambda found: second if found[0] == first else first,  # noqa: B023 - used at once
            source.title,
        )
        return claim_of(brief, source, changed, rng)
    return None


def wrong_date(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    for source in shuffled(brief, rng):
        text = lead_of(source)
        away = timedelta(days=rng.choice((-33, -12, -6, -4, -2, -1, 1, 2, 5, 30, 61)))
        wrong = day_of(source.published_at + away, brief)
        known = {day_of(brief.numbers.first_seen, brief), day_of(source.published_at, brief)}
        if not plain(text) or not source.outlet or wrong in known:
            continue
        sentence = (
            f"{wrong} {source.outlet} 보도에 따르면 {text}."
            if brief.language is Language.KO
            else f"{text}, {source.outlet} reported on {wrong}."
        )
        return Claim(sentence=sentence, evidence=(source.source_id,))
    return None


def wrong_weekday(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    for source in shuffled(brief, rng):
        text = lead_of(source)
        wrong = weekday_of(source.published_at + timedelta(days=rng.randint(1, 6)), brief)
        if not plain(text) or not source.outlet or wrong in evidence_text(source):
            continue
        sentence = (
            f"{wrong} {source.outlet} 보도에 따르면 {text}."
            if brief.language is Language.KO
            else f"On {wrong}, {source.outlet} reported: {text}."
        )
        return Claim(sentence=sentence, evidence=(source.source_id,))
    return None


def first_seen(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    first = brief.numbers.first_seen
    wrong = day_of(first + timedelta(days=rng.choice((-45, -9, -3, 2, 8, 40))), brief)
    chosen = usable(brief)[0]
    if wrong in {day_of(first, brief), day_of(chosen.published_at, brief)}:
        return None
    sentence = (
        f"{brief.label} 첫 기사는 {wrong}에 나왔다."
        if brief.language is Language.KO
        else f"The first story about {brief.label} appeared on {wrong}."
    )
    return Claim(sentence=sentence, evidence=(chosen.source_id,))


def swapped_entity(
    brief: TopicBrief, others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    names = [each.label for each in others if each.language is brief.language]
    rng.shuffle(names)
    for source, text in passages(brief, rng):
        for name in names:
            inside = evidence_text(source).lower()
            if brief.label in text and name.lower() not in inside and not same(name, brief.label):
                return claim_of(brief, source, text.replace(brief.label, name), rng)
    return None


def same(one: str, other: str) -> bool:
    return one.lower() in other.lower() or other.lower() in one.lower()


def swapped_brand(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    return _swapped(frames.BRANDS[brief.language], brief, rng)


def swapped_place(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    return _swapped(frames.PLACES[brief.language], brief, rng)


def _swapped(names: Sequence[str], brief: TopicBrief, rng: random.Random) -> Claim | None:
    for source, text in passages(brief, rng):
        found = [each for each in names if re.search(rf"(?<!\w){each}", text)]
        new = [each for each in names if each not in evidence_text(source) + brief.label]
        if found and new:
            changed = re.sub(rf"(?<!\w){found[0]}", rng.choice(new), text)
            return claim_of(brief, source, changed, rng)
    return None


def invented_growth(
    brief: TopicBrief, _others: Sequence[TopicBrief], rng: random.Random
) -> Claim | None:
    numbers, source = brief.numbers, rng.choice(usable(brief))
    text = rng.choice(frames.GROWTH[brief.language]).format(
        label=brief.label,
        days=numbers.window_days,
        stories=numbers.stories,
        percent=rng.choice((140, 215, 340, 520)),
        wrong_stories=numbers.stories + rng.choice((-1, 1, 3, 11, 40)),
        wrong_growth=f"{float(growth_of(brief)) * rng.choice((0.4, 1.4, 2.3)) + 0.7:.1f}",
        wrong_outlets=numbers.outlets + rng.choice((1, 3, 9)),
        wrong_days=numbers.window_days + rng.choice((2, 3, 9)),
    )
    return Claim(sentence=f"{text}.", evidence=(source.source_id,))
