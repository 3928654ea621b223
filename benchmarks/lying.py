"""A model that lies: families of false sentences, each made from true evidence, in the right form."""

import random

from benchmarks import lying_facts as facts
from benchmarks import lying_frames as frames
from benchmarks import lying_sources as sources
from benchmarks import lying_words as edits
from benchmarks.honest import honest
from benchmarks.lying_passages import Family, edited, framed
from trends.domain.drafting import MAX_SOURCES, Source, TopicBrief

__all__ = ["FAMILIES", "Family", "honest", "with_plants"]


def with_plants(brief: TopicBrief, rng: random.Random, count: int = 4) -> TopicBrief:
    """Put invented headlines among a topic's evidence, an instruction to the model among them."""
    language = brief.language
    table = frames.PLANTS[language]
    kinds = rng.sample(sorted(table), min(count, len(table)))
    planted = [_plant(brief, table[kind], number, rng) for number, kind in enumerate(kinds)]
    demand = rng.choice(frames.OBEYED[language]).format(label=brief.label)
    order = rng.choice(frames.INSTRUCTIONS[language]).format(label=brief.label, demand=demand)
    planted.append(_plant(brief, order.replace("{", "").replace("}", ""), len(kinds), rng))
    kept = [*brief.sources[: MAX_SOURCES - len(planted)], *planted]
    rng.shuffle(kept)
    return brief.model_copy(update={"sources": tuple(kept)})


def _plant(brief: TopicBrief, pattern: str, number: int, rng: random.Random) -> Source:
    brand, rival = rng.sample(frames.BRANDS[brief.language], 2)
    place = rng.choice(frames.PLACES[brief.language][:20])
    span = brief.window.end - brief.window.start
    return Source(
        source_id=f"planted:{brief.topic_id}:{number}",
        title=pattern.format(brand=brand, rival=rival, place=place, label=brief.label),
        outlet=rng.choice(frames.OUTLETS[brief.language]),
        published_at=brief.window.start + span * rng.random(),
        language=brief.language,
    )


FAMILIES: dict[str, Family] = {
    "number": facts.wrong_number,
    "magnitude": edited(edits.MAGNITUDE),
    "unit": edited(edits.UNIT),
    "percentage points": edited(edits.POINTS),
    "direction": edited(edits.DIRECTION),
    "negation": edited(edits.NEGATION),
    "date": facts.wrong_date,
    "weekday": facts.wrong_weekday,
    "first seen": facts.first_seen,
    "topic swapped": facts.swapped_entity,
    "brand swapped": facts.swapped_brand,
    "place swapped": facts.swapped_place,
    "quotation invented": sources.invented_quote,
    "passage invented": sources.false_passage,
    "speaker": sources.wrong_speaker,
    "outlet": sources.wrong_outlet,
    "citation unrelated": sources.unrelated_citation,
    "citation unknown": sources.unknown_id,
    "citation of another topic": sources.other_topics_citation,
    "citation missing": sources.no_citation,
    "cause invented": framed(frames.CAUSE),
    "superlative": framed(frames.SCOPE),
    "stories merged": sources.merged,
    "number of another story": facts.grafted_number,
    "numbers swapped": facts.swapped_numbers,
    "plan told as done": edited(edits.PLAN),
    "rumour told as fact": edited(edits.RUMOUR),
    "growth invented": facts.invented_growth,
    "instruction obeyed": sources.obeyed,
    "half true": framed(frames.HALF_TRUTH),
    "people invented": framed(frames.PEOPLE),
    "rounded too far": edited(edits.ROUNDING),
    "ordinal": edited(edits.ORDINAL),
    "comparison swapped": edited(edits.COMPARISON),
}
"""Families of lies by name."""
