"""From a story to the headlines that carry it: outlets, links, copies."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from trends.domain.models import Language, RawItem
from trends.sources.newsroom.calendar import Calendar
from trends.sources.newsroom.chance import Chance, Weighted, zipf_weights
from trends.sources.newsroom.outlets import (
    BEAT_PREFERENCE,
    ZIPF_EXPONENT,
    Outlet,
    outlets,
)

SOURCE_NAME = "sample"
SAME_OUTLET_COPY_SHARE = 0.02
WIRE_SHARE = 0.05
_COPY_DELAY_SECONDS = 6 * 3600
_WIRE_DELAY_SECONDS = 20 * 3600

# What a second desk does to a wire story: a label before or behind it, or another mark between its halves.
_EDITS: dict[Language, tuple[tuple[str, str, str, str], ...]] = {
    Language.EN: (
        ("", "", "", ""),
        ("Update: ", "", "", ""),
        ("", " – report", "", ""),
        ("", " (video)", "", ""),
        ("", "", ", ", " – "),
        ("In brief: ", "", ", ", ": "),
    ),
    Language.KO: (
        ("", "", "", ""),
        ("[종합] ", "", "", ""),
        ("[속보] ", "", "…", ", "),
        ("", " (종합)", "", ""),
        ("", " [영상]", "", ""),
        ("", "", "…", " "),
    ),
}


@dataclass(frozen=True)
class Story:
    """One thing that happened, as the first outlet wrote it."""

    moment: int
    outlet: Outlet
    title: str
    summary: str
    key: str


class Press:
    """The outlets of one language."""

    def __init__(self, language: Language, calendar: Calendar, world: str) -> None:
        self.language = language
        self.outlets = outlets(language)
        self._calendar = calendar
        self._world = world
        beats = sorted({beat for outlet in self.outlets for beat in outlet.beats})
        self._by_beat = {beat: self._weighted(beat) for beat in beats}

    def outlet(self, category: str, chance: Chance) -> Outlet:
        """Draw who writes a story of a category first."""
        return self.outlets[self._by_beat[category].draw(chance)]

    def _weighted(self, beat: str) -> Weighted:
        sizes = zipf_weights(len(self.outlets), ZIPF_EXPONENT)
        return Weighted(
            [
                size * (BEAT_PREFERENCE if beat in outlet.beats else 1.0)
                for size, outlet in zip(sizes, self.outlets, strict=True)
            ]
        )

    def published(self, story: Story, chance: Chance) -> list[tuple[int, RawItem]]:
        """Return a story's headlines: the first, and the copies that chance brings."""
        rows = [(story.moment, self._item(story, story.outlet, story.title, story.moment, 0))]
        luck = chance.random()
        if luck < SAME_OUTLET_COPY_SHARE:
            moment = self._later(story.moment, _COPY_DELAY_SECONDS, chance)
            again = rows[0][1].model_copy(
                update={
                    "item_id": self._item_id(story.key, 1),
                    "url": f"{rows[0][1].url}?utm_source=feed",
                    "published": self._calendar.written(moment),
                }
            )
            rows.append((moment, again))
        elif luck < SAME_OUTLET_COPY_SHARE + WIRE_SHARE:
            rows += self.wired(story, 1 + chance.below(3), chance)
        return rows

    def wired(self, story: Story, count: int, chance: Chance) -> list[tuple[int, RawItem]]:
        """Return copies of a story in `count` other outlets, lightly edited."""
        others = [outlet for outlet in self.outlets if outlet is not story.outlet]
        rows: list[tuple[int, RawItem]] = []
        for serial, outlet in enumerate(chance.shuffled(others)[:count], start=2):
            before, behind, old, new = chance.pick(_EDITS[self.language])
            title = before + (story.title.replace(old, new) if old else story.title) + behind
            moment = self._later(story.moment, _WIRE_DELAY_SECONDS, chance)
            rows.append((moment, self._item(story, outlet, title, moment, serial)))
        return rows

    def _later(self, moment: int, delay: int, chance: Chance) -> int:
        return moment + int(chance.random() * min(delay, self._calendar.end - moment))

    def _item_id(self, key: str, serial: int) -> str:
        return blake2b(f"{self._world}|{key}|{serial}".encode(), digest_size=8).hexdigest()

    def _item(self, story: Story, outlet: Outlet, title: str, moment: int, serial: int) -> RawItem:
        item_id = self._item_id(story.key, serial)
        published = self._calendar.written(moment)
        path = f"{outlet.slug}/{published[:10].replace('-', '/')}/{item_id}"
        return RawItem(
            source=SOURCE_NAME,
            item_id=item_id,
            title=html.escape(title) if outlet.escapes else title,
            summary=html.escape(story.summary) if outlet.escapes else story.summary,
            url=f"https://news.example/{path}",
            outlet=outlet.name,
            published=published,
            language=self.language.value,
        )


def sorted_items(rows: Sequence[tuple[int, RawItem]]) -> tuple[RawItem, ...]:
    """Return the items by (time, item_id)."""
    keyed = sorted((moment, item.item_id, item) for moment, item in rows)
    return tuple(item for _, _, item in keyed)
