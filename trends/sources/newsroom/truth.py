"""What the generator knows of its own corpus: which trends it planted, and which decoys."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.models import Language, Model, RawItem


class Shape(StrEnum):
    """How a planted trend runs through time; all of them reach to the end of the corpus."""

    SPIKE = "spike"
    RAMP = "ramp"
    SLOW_BURN = "slow_burn"
    FADING = "fading"


class DecoyKind(StrEnum):
    """What looks like a trend and is none."""

    ONE_OUTLET = "one_outlet"
    WEEKLY_PEAK = "weekly_peak"
    WIRE_BLOCK = "wire_block"


class PlannedTrend(Model):
    """A trend to plant.

    Attributes:
        shape: Its course.
        size: Rate at its height over the base rate, such as 3.0.
        base: Stories a day before it; drawn from the shape's range where None.
        language: Language of its subject; drawn where None.
    """

    shape: Shape
    size: float
    base: float | None = None
    language: Language | None = None


class PlantedTrend(Model):
    """A trend as it was planted.

    Attributes:
        shape: Its course.
        size: Rate at its height over the base rate.
        base: Stories a day before it.
        language: Language of its subject.
        subject: Its subject as headlines write it.
        words: The words of the subject; no other subject has them.
        start: When the rate began to differ from the base.
        end: The end of the corpus.
        item_ids: `RawItem.item_id` of every item on the subject, copies included, oldest first.
        raised_ids: Those published from `start` on.
    """

    shape: Shape
    size: float
    base: float
    language: Language
    subject: str
    words: tuple[str, ...]
    start: AwareDatetime
    end: AwareDatetime
    item_ids: tuple[str, ...]
    raised_ids: tuple[str, ...]


class Decoy(Model):
    """Something that must not be announced.

    Attributes:
        kind: What it does.
        language: Language of its subject.
        subject: Its subject as headlines write it.
        words: The words of the subject.
        item_ids: `RawItem.item_id` of every item on the subject, oldest first.
    """

    kind: DecoyKind
    language: Language
    subject: str
    words: tuple[str, ...]
    item_ids: tuple[str, ...]


class SampleTruth(Model):
    """Everything a detector is measured against."""

    seed: int
    trends: tuple[PlantedTrend, ...]
    decoys: tuple[Decoy, ...]


@dataclass(frozen=True)
class SampleCorpus:
    """A generated corpus.

    Attributes:
        items: All headlines by (time, item_id).
        truth: What was planted in it.
    """

    items: tuple[RawItem, ...]
    truth: SampleTruth
