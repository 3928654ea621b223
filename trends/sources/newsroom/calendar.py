"""The days of a corpus: 24 hours back from its end, with the press's weekday and hour rhythm."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from trends.sources.newsroom.chance import Chance, Weighted

# Monday to Sunday, mean 1.
WEEKDAY_RHYTHM = (1.06, 1.14, 1.15, 1.13, 1.08, 0.74, 0.70)
_HOUR_RHYTHM = Weighted(
    (1, 1, 1, 1, 2, 4, 8, 10, 11, 11, 10, 9, 8, 9, 10, 10, 9, 9, 7, 5, 4, 3, 2, 2)
)
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Day:
    """One day of the corpus.

    Attributes:
        start: Where it begins, in seconds since the epoch.
        end: Where it ends; that moment belongs to the next day.
        start_of_clock: Local time of day at its start, in seconds.
        weekday: 0 for Monday, of the date that holds most of it.
        rhythm: Share of headlines, 1.0 on average.
    """

    start: int
    end: int
    start_of_clock: int
    weekday: int
    rhythm: float

    def moment(self, chance: Chance) -> int:
        """Draw a time of publishing."""
        clock = _HOUR_RHYTHM.draw(chance) * 3600 + chance.below(3600)
        return min(self.start + (clock - self.start_of_clock) % _DAY_SECONDS, self.end - 1)


class Calendar:
    """The last `count` days before `until`, oldest first, by the clock of `zone`."""

    def __init__(self, until: datetime, count: int, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        local_end = until.astimezone(self.zone)
        edges = [local_end - timedelta(days=back) for back in range(count, -1, -1)]
        self.days = tuple(_day(start, end) for start, end in pairwise(edges))
        self.start = int(edges[0].timestamp())
        self.end = self.days[-1].end

    def written(self, moment: int) -> str:
        """Write a time as a feed does, with the zone's offset."""
        return datetime.fromtimestamp(moment, self.zone).isoformat()

    def instant(self, day: int) -> datetime:
        """Return the start of a day in UTC; the number of days itself stands for the end."""
        seconds = self.end if day == len(self.days) else self.days[day].start
        return datetime.fromtimestamp(seconds, UTC)


def _day(start: datetime, end: datetime) -> Day:
    weekday = (end - timedelta(hours=12)).weekday()
    return Day(
        start=int(start.timestamp()),
        end=int(end.timestamp()),
        start_of_clock=start.hour * 3600 + start.minute * 60 + start.second,
        weekday=weekday,
        rhythm=WEEKDAY_RHYTHM[weekday],
    )
