"""How the invented press writes: one voice a language, with a day's own choice of words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from trends.domain.models import Language
from trends.sources.newsroom import clauses_en, clauses_ko, words_en, words_ko
from trends.sources.newsroom.chance import Chance, Weighted, zipf_weights
from trends.sources.newsroom.clauses import compile_lines, fill, moods, words

_KINDS = {
    **dict.fromkeys(("food", "fashion", "beauty", "tech", "home"), "goods"),
    **dict.fromkeys(("travel", "entertainment", "sport"), "outing"),
    "money": "money",
}
# A day's people and places: a few dominate, and not the same every day.
_SLOT_ZIPF = 0.5
_SLOT_SHAPE = 4
_DAILY_SLOTS = ("G", "P", "R", "E")
_AGREEMENT = {
    True: {"s": "s", "es": "es", "is": "is", "has": "has", "feel": "feels"},
    False: {"s": "", "es": "", "is": "are", "has": "have", "feel": "feel"},
}
_REDRAWS = 4
_QUOTED_SHARE = 0.2


@dataclass(frozen=True)
class Subject:
    """Something to write about.

    Attributes:
        text: As headlines write it within a sentence.
        category: Its beat, such as `food`.
        singular: Whether English verbs take an s with it.
        invented: Whether it belongs to the subjects kept apart for planting.
    """

    text: str
    category: str
    singular: bool
    invented: bool = False


@dataclass
class Deck:
    """The order in which one subject uses the leads: none comes again before all have come."""

    start: int
    stride: int
    used: int = 0

    @classmethod
    def cut(cls, chance: Chance, size: int) -> "Deck":
        """Choose an order over `size` leads."""
        stride = 1 + chance.below(size - 1)
        while math.gcd(stride, size) != 1:
            stride = 1 + chance.below(size - 1)
        return cls(start=chance.below(size), stride=stride)

    def next(self, size: int) -> int:
        """Return the next index."""
        self.used += 1
        return (self.start + self.stride * self.used) % size


@dataclass(frozen=True)
class DayWords:
    """How likely each person and place is on one day."""

    weights: Mapping[str, Weighted]


@dataclass
class _Filling:
    """Gives the slots of one headline their words, each word once."""

    voice: "Voice"
    day: DayWords
    chance: Chance
    fixed: Mapping[str, str]
    taken: set[str] = field(default_factory=set[str])

    def __call__(self, slot: str) -> str:
        if slot in self.fixed:
            return self.fixed[slot]
        name = slot[0]
        options = self.voice.slots[name]
        weighted = self.day.weights.get(name)
        word = ""
        for _ in range(_REDRAWS):
            spot = weighted.draw(self.chance) if weighted else self.chance.below(len(options))
            word = options[spot]
            if word not in self.taken:
                break
        self.taken.add(word)
        return word


class Voice:
    """One language: its subjects, its patterns, its words."""

    def __init__(self, language: Language) -> None:
        vocabulary, patterns = (
            (words_ko, clauses_ko) if language is Language.KO else (words_en, clauses_en)
        )
        self.language = language
        self.slots = {name: words(text) for name, text in vocabulary.SLOTS.items()}
        self.everyday = _subjects(vocabulary.EVERYDAY, invented=False)
        self.invented = _subjects(vocabulary.INVENTED, invented=True)
        self._leads = {
            kind: moods(patterns.LEADS, "any") + (moods(patterns.LEADS, kind) if kind else ())
            for kind in ("goods", "outing", "money", "")
        }
        self._tails = {mood: compile_lines(text) for mood, text in patterns.TAILS.items()}
        self._frames = tuple(patterns.FRAMES.strip().splitlines())
        self._tags = {category: words(text) for category, text in patterns.TAGS.items()}
        self._society = compile_lines(patterns.SOCIETY)
        self._first = {mood: compile_lines(text) for mood, text in patterns.SUMMARY_FIRST.items()}
        self._second = compile_lines(patterns.SUMMARY_SECOND)

    def deck(self, subject: Subject, chance: Chance) -> Deck:
        """Shuffle the leads for a subject."""
        return Deck.cut(chance, len(self._leads[_KINDS.get(subject.category, "")]))

    def day_words(self, chance: Chance) -> DayWords:
        """Draw how likely each person and place is today."""
        return DayWords(
            {
                name: Weighted(
                    [
                        weight * chance.erlang(_SLOT_SHAPE)
                        for weight in zipf_weights(len(self.slots[name]), _SLOT_ZIPF)
                    ]
                )
                for name in _DAILY_SLOTS
            }
        )

    def headline(
        self, subject: Subject, deck: Deck, day: DayWords, chance: Chance
    ) -> tuple[str, str]:
        """Write a headline about a subject; returns it and its mood."""
        leads = self._leads[_KINDS.get(subject.category, "")]
        lead = leads[deck.next(len(leads))]
        filling = self._filling(subject, day, chance, quotes=True)
        text = _capitalised(fill(lead, filling))
        frame = chance.pick(self._frames)
        title = frame.replace("{lead}", text)
        if "{tail}" in frame and text.endswith("?"):
            title = text
        elif "{tail}" in frame:
            title = title.replace("{tail}", fill(chance.pick(self._tails[lead.mood]), filling))
        if "{tag}" in frame:
            title = title.replace("{tag}", chance.pick(self._tags[subject.category]))
        return _unnested(title), lead.mood

    def society(self, day: DayWords, chance: Chance) -> str:
        """Write a headline of the day's other news."""
        filling = _Filling(self, day, chance, {})
        return _capitalised(fill(chance.pick(self._society), filling))

    def summary(self, subject: Subject, mood: str, day: DayWords, chance: Chance) -> str:
        """Write the lead text that goes with a headline: two sentences or so."""
        filling = self._filling(subject, day, chance, quotes=False)
        sentences = (chance.pick(self._first[mood]), chance.pick(self._second))
        return " ".join(_capitalised(fill(sentence, filling)) for sentence in sentences)

    def _filling(
        self, subject: Subject, day: DayWords, chance: Chance, *, quotes: bool
    ) -> _Filling:
        if self.language is Language.EN:
            fixed = {"S": subject.text, **_AGREEMENT[subject.singular]}
        elif quotes and subject.invented and chance.random() < _QUOTED_SHARE:
            fixed = {"S": f"‘{subject.text}’"}
        else:
            fixed = {"S": subject.text}
        return _Filling(self, day, chance, fixed)


def _subjects(table: Mapping[str, str], *, invented: bool) -> tuple[Subject, ...]:
    """Read the subjects; first of each category come first, so that rank goes across categories."""
    columns = [[(category, text) for text in words(row)] for category, row in table.items()]
    ranked = sorted(
        (
            (rank, column, entry)
            for column, row in enumerate(columns)
            for rank, entry in enumerate(row)
        ),
        key=lambda row: row[:2],
    )
    return tuple(
        Subject(
            text=text.rstrip("*"), category=category, singular=text.endswith("*"), invented=invented
        )
        for _, _, (category, text) in ranked
    )


def _capitalised(text: str) -> str:
    question, mark, answer = text.partition("? ")
    return question[:1].upper() + question[1:] + mark + answer[:1].upper() + answer[1:]


def _unnested(title: str) -> str:
    """Take one of two layers of quotation marks away from a Korean subject."""
    return title.replace("‘‘", "‘").replace("’’", "’")
