"""The `sample` source: a made-up press with trends planted in it, and the truth about them.

It lets everything run without a network, and it lets detectors be measured, since it knows what it planted.
Every report over it says that the data is made up.
"""

from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime, Field, ValidationError

from trends.domain.models import Model, RawItem
from trends.sources.base import ReadLog, Source, SourceRequest, options_error
from trends.sources.newsroom.corpus import Newsroom, build
from trends.sources.newsroom.shapes import default_plan
from trends.sources.newsroom.truth import (
    Decoy,
    DecoyKind,
    PlannedTrend,
    PlantedTrend,
    SampleCorpus,
    SampleTruth,
    Shape,
)

__all__ = [
    "Decoy",
    "DecoyKind",
    "PlannedTrend",
    "PlantedTrend",
    "SampleCorpus",
    "SampleSource",
    "SampleTruth",
    "Shape",
    "generate",
]

DEFAULT_SEED = 20_260_125
DEFAULT_DAYS = 90
DEFAULT_PER_DAY = 60


def generate(
    seed: int,
    until: datetime,
    days: int = DEFAULT_DAYS,
    per_day: int = DEFAULT_PER_DAY,
    *,
    plant: bool = True,
    decoys: bool = True,
    zone: str = "Asia/Seoul",
    plan: Sequence[PlannedTrend] | None = None,
) -> SampleCorpus:
    """Write a made-up corpus of headlines, Korean and English about half each.

    The same arguments give the same corpus, to the byte. Everything that is not planted stays as it is when
    planting is switched off, but for everyday news that takes the room of the planted stories.

    Args:
        seed: Chooses the world.
        until: End of the corpus, aware; trends and decoys reach up to it.
        days: Length in days of 24 hours.
        per_day: Headlines a day, copies included, on average. Where parts of the plan fill a day, the rest of
            its news makes room, but for a third: such a day is longer.
        plant: Whether trends rise. Their subjects keep their base rate where not.
        decoys: Whether decoys act. Their subjects keep their base rate where not.
        zone: Time zone of the clock that the press keeps.
        plan: The trends to plant; ten of mixed shapes and sizes where None.

    Raises:
        InvalidRequestError: More trends in the plan than there are subjects.
    """
    newsroom = Newsroom(seed, until, days, per_day, zone)
    chosen = default_plan(seed) if plan is None else plan
    return build(newsroom, chosen, plant=plant, decoys=decoys)


class SampleOptions(Model):
    """The settings section `sources.sample`."""

    seed: int = DEFAULT_SEED
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=400)
    per_day: int = Field(default=DEFAULT_PER_DAY, ge=1, le=10_000)
    until: AwareDatetime | None = None


class SampleSource(Source):
    """Reads a corpus that ends where the run's window ends."""

    name: ClassVar[str] = "sample"
    made_up: ClassVar[bool] = True

    def __init__(self, options: SampleOptions | None = None) -> None:
        self._options = options or SampleOptions()

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Build from `sources.sample` of the settings."""
        try:
            return cls(SampleOptions.model_validate(options))
        except ValidationError as error:
            raise options_error(cls.name, error) from error

    def read(self, request: SourceRequest, log: ReadLog) -> Generator[RawItem]:
        """Yield the corpus's items that lie in the requested span, oldest first."""
        options = self._options
        until = options.until or request.window.end
        corpus = generate(options.seed, until, options.days, options.per_day, zone=request.zone)
        log.note(f"All headlines of this source are made up (seed {options.seed}).")
        for item in corpus.items:
            if item.published is None or item.language not in request.languages:
                continue
            published = datetime.fromisoformat(item.published).astimezone(UTC)
            if request.history_start <= published < request.window.end:
                yield item
