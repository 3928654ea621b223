"""Who plays which part: subjects are dealt to trends and decoys by the seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trends.domain.models import Language
from trends.errors import InvalidRequestError
from trends.sources.newsroom.calendar import Calendar
from trends.sources.newsroom.chance import Chance
from trends.sources.newsroom.shapes import base_rate, course, raised_days
from trends.sources.newsroom.truth import DecoyKind, PlannedTrend
from trends.sources.newsroom.voice import Subject

DECOYS_OF_A_KIND = 2
_DECOY_BASE = 0.3
_IDLE_BASE = 0.15
# Stories a day on top of the base.
_ONE_OUTLET_RATE = 2.5
_WEEKLY_PEAK_RATE = 3.5
_WIRE_COPIES = (9, 13)
_PAST_BLOCKS = 2
_LAST_BLOCK_WITHIN_DAYS = 3
_WEEK = 7
# A subject's own days swing around its rate: gamma of this shape.
_SWING_SHAPE = 20
_LANGUAGES = tuple(Language)


@dataclass(frozen=True)
class Part:
    """A subject, and what it does in the corpus.

    Attributes:
        language: Its language.
        subject: The subject.
        base: Stories a day, on average, throughout.
        trend: The rise it plays, if any.
        decoy: The decoy it plays, if any.
        raised: For how many days, up to the end, a trend's rate differs from its base.
    """

    language: Language
    subject: Subject
    base: float
    trend: PlannedTrend | None = None
    decoy: DecoyKind | None = None
    raised: int = 0


def cast(
    seed: int, plan: Sequence[PlannedTrend], subjects: Mapping[Language, Sequence[Subject]]
) -> tuple[Part, ...]:
    """Deal the subjects to the trends of the plan, to decoys, and the rest to a quiet life.

    Raises:
        InvalidRequestError: More trends than there are subjects for them.
    """
    chance = Chance("cast", seed)
    decks = {language: chance.shuffled(subjects[language]) for language in Language}
    parts: list[Part] = []
    for serial, kind in enumerate((*DecoyKind,) * DECOYS_OF_A_KIND):
        language = _LANGUAGES[(serial // len(DecoyKind)) % len(_LANGUAGES)]
        parts.append(Part(language, decks[language].pop(), _DECOY_BASE, decoy=kind))
    # A day has room for so much: a trend goes where there are fewer, and of those fewer stories on the last day.
    trends_in = dict.fromkeys(chance.shuffled(_LANGUAGES), 0)
    stories_in = dict.fromkeys(_LANGUAGES, 0.0)
    for trend in plan:
        language = trend.language or min(
            trends_in, key=lambda each: (trends_in[each], stories_in[each])
        )
        if not decks[language]:
            raise InvalidRequestError(
                f"The plan has more trends in '{language}' than there are subjects.",
                next_step="Plan fewer trends, or leave their language open.",
            )
        base = trend.base or base_rate(trend.shape, trend.size, chance)
        raised = raised_days(trend.shape, chance)
        trends_in[language] += 1
        stories_in[language] += base * course(trend.shape, trend.size, raised)[-1]
        parts.append(Part(language, decks[language].pop(), base, trend=trend, raised=raised))
    for language in Language:
        parts += [Part(language, subject, _IDLE_BASE) for subject in decks[language]]
    return tuple(parts)


def base_counts(part: Part, calendar: Calendar, chance: Chance) -> list[int]:
    """Draw how many stories a day a subject has whatever part it plays."""
    return [
        chance.poisson(part.base * day.rhythm * chance.erlang(_SWING_SHAPE))
        for day in calendar.days
    ]


def extra_counts(part: Part, calendar: Calendar, chance: Chance) -> list[int]:
    """Draw how many further stories a day its part brings."""
    days = calendar.days
    counts = [0] * len(days)
    if part.trend:
        length = min(part.raised, len(days))
        rise = course(part.trend.shape, part.trend.size, part.raised)[-length:]
        for day, factor in zip(range(len(days) - length, len(days)), rise, strict=True):
            rate = part.base * (factor - 1.0) * days[day].rhythm
            counts[day] = chance.poisson(rate * chance.erlang(_SWING_SHAPE))
    elif part.decoy is DecoyKind.ONE_OUTLET:
        for day in range(max(0, len(days) - 3 - chance.below(3)), len(days)):
            counts[day] = 1 + chance.poisson(_ONE_OUTLET_RATE - 1)
    elif part.decoy is DecoyKind.WEEKLY_PEAK:
        for day in range((len(days) - 1) % _WEEK, len(days), _WEEK):
            counts[day] = chance.poisson(_WEEKLY_PEAK_RATE)
    elif part.decoy is DecoyKind.WIRE_BLOCK:
        counts[len(days) - 1 - chance.below(min(_LAST_BLOCK_WITHIN_DAYS, len(days)))] = 1
        for _ in range(_PAST_BLOCKS):
            counts[chance.below(len(days))] = 1
    return counts


def wire_copies(part: Part, chance: Chance) -> int:
    """Draw how many outlets copy an extra story of this part."""
    if part.decoy is not DecoyKind.WIRE_BLOCK:
        return 0
    low, high = _WIRE_COPIES
    return low + chance.below(high - low + 1)
