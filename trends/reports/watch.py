"""Sentences and drawings of the watchlist that Markdown and HTML share."""

from collections.abc import Sequence
from dataclasses import dataclass

from trends.domain.models import Evidence, WatchedEntity, WatchVerdict
from trends.domain.report import ReportDay
from trends.reports.texts import Texts
from trends.reports.voice import Voice

EVIDENCE_SHOWN = 2
_BLOCK = "█"
_BLOCKS = 20


@dataclass(frozen=True)
class Drawn:
    """What a chart draws of an entity."""

    label: str
    series: tuple[ReportDay, ...]
    window_days: int


@dataclass(frozen=True)
class VoiceGroup:
    """Entities that compete, the most named first."""

    name: str
    entities: tuple[WatchedEntity, ...]


def drawn(entity: WatchedEntity) -> Drawn:
    """Lay out an entity's days for a chart."""
    return Drawn(
        label=entity.title,
        series=tuple(
            ReportDay(
                day=day.day,
                stories=day.stories,
                expected=None,
                exposure=day.exposure,
                observed=day.observed,
            )
            for day in entity.series
        ),
        window_days=entity.window_days,
    )


def verdict_text(texts: Texts, entity: WatchedEntity) -> str:
    """What may be said of an entity."""
    return {
        WatchVerdict.RISING: texts.verdict_rising,
        WatchVerdict.SINGLE_OUTLET: texts.verdict_single_outlet,
        WatchVerdict.USUAL: texts.verdict_usual,
        WatchVerdict.PAST_TOO_SHORT: texts.why_past_too_short,
    }[entity.verdict]


def growth_text(voice: Voice, entity: WatchedEntity) -> str:
    """Growth with its interval; a dash where nobody names it, now or before."""
    if not any(day.stories for day in entity.series):
        return "–"
    interval = voice.texts.interval.format(
        low=voice.at_least(entity.growth_low), high=voice.times(entity.growth_high)
    )
    return f"{voice.times(entity.growth)} ({interval})"


def expected_text(voice: Voice, entity: WatchedEntity) -> str:
    """Stories that were to be expected; a dash where nothing could be."""
    return "–" if entity.expected is None else voice.decimal(entity.expected)


def voice_groups(entities: Sequence[WatchedEntity]) -> tuple[VoiceGroup, ...]:
    """Groups in which somebody was named, in the watchlist's order."""
    names = dict.fromkeys(each.group for each in entities if each.voice is not None)
    return tuple(
        VoiceGroup(
            name,
            tuple(
                sorted(
                    (each for each in entities if each.group == name),
                    key=lambda each: (-_share(each), each.name),
                )
            ),
        )
        for name in names
    )


def share_text(voice: Voice, entity: WatchedEntity) -> str:
    """A share of voice with its interval, and what it was before."""
    of = entity.voice
    if of is None:
        return "–"
    texts = voice.texts
    interval = texts.interval.format(low=_percent(voice, of.low), high=_percent(voice, of.high))
    before = (
        f" · {texts.voice_before.format(share=_percent(voice, of.before))}"
        if of.before is not None
        else ""
    )
    return f"{_percent(voice, of.share)} ({interval}){before}"


def share_bar(entity: WatchedEntity) -> str:
    """A share as a bar of block characters."""
    return _BLOCK * max(round(_share(entity) * _BLOCKS), 1 if _share(entity) else 0)


def share_width(entity: WatchedEntity) -> str:
    """A share in per cent of a drawing's width."""
    return f"{_share(entity) * 100:.2f}"


def cited_of(entities: Sequence[WatchedEntity]) -> tuple[tuple[WatchedEntity, Evidence], ...]:
    """The best evidence of every entity that has any."""
    return tuple(
        (entity, piece) for entity in entities for piece in entity.evidence[:EVIDENCE_SHOWN]
    )


def _share(entity: WatchedEntity) -> float:
    return entity.voice.share if entity.voice else 0.0


def _percent(voice: Voice, share: float) -> str:
    return voice.percent(round(share, 2))
