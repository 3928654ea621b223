"""The course of a planted trend: its rate over its base rate, day by day."""

from trends.sources.newsroom.chance import Chance
from trends.sources.newsroom.truth import PlannedTrend, Shape

SIZES = (1.5, 2.0, 3.0, 4.0, 6.0)

# Stories a day before a trend, by shape and by the smallest size it is for. A one-day doubling of a subject
# with half a story a day is a single further story, which no statistics can tell from chance: short and small
# trends are planted on busier subjects. All lie within 0.5 to 5 stories a day.
_BASES: dict[Shape, tuple[tuple[float, float, float], ...]] = {
    Shape.SPIKE: ((6.0, 2.8, 3.8), (4.0, 4.4, 5.0), (3.0, 4.5, 5.0), (0.0, 1.5, 3.0)),
    Shape.RAMP: ((6.0, 1.2, 2.0), (4.0, 2.6, 3.4), (3.0, 4.2, 5.0), (0.0, 1.5, 3.0)),
    Shape.SLOW_BURN: ((4.0, 0.5, 0.8), (3.0, 0.8, 1.3), (0.0, 0.8, 1.5)),
    Shape.FADING: ((4.0, 0.8, 1.2), (3.0, 1.4, 2.0), (0.0, 0.8, 1.5)),
}

SPIKE_DAYS = (1, 2, 2)
RAMP_DAYS = 7
# Word spreads fast at first: below 1 the ramp is steeper at its foot.
RAMP_BEND = 0.75
SLOW_BURN_DAYS = 28
SLOW_BURN_RISE_DAYS = 3
# A fading trend rises over 3 days, holds for 12, and falls over the last 12.
FADING_DAYS = 27
FADING_RISE_DAYS = 3
FADING_FALL_DAYS = 12


def base_rate(shape: Shape, size: float, chance: Chance) -> float:
    """Draw the stories a day before a trend."""
    for smallest, low, high in _BASES[shape]:
        if size >= smallest:
            return round(chance.between(low, high), 2)
    raise AssertionError(shape)


def raised_days(shape: Shape, chance: Chance) -> int:
    """Draw for how many days, up to the end, the rate differs from the base."""
    if shape is Shape.SPIKE:
        return chance.pick(SPIKE_DAYS)
    if shape is Shape.RAMP:
        return RAMP_DAYS
    return SLOW_BURN_DAYS if shape is Shape.SLOW_BURN else FADING_DAYS


def course(shape: Shape, size: float, length: int) -> list[float]:
    """Return rate over base rate for each of the last `length` days, oldest first."""
    return [1.0 + (size - 1.0) * _height(shape, day, length) for day in range(length)]


def _height(shape: Shape, day: int, length: int) -> float:
    """Return how far up between base (0) and full size (1) the given day is."""
    if shape is Shape.SPIKE:
        return 1.0
    if shape is Shape.RAMP:
        return ((day + 1) / length) ** RAMP_BEND
    if shape is Shape.SLOW_BURN:
        return min(1.0, (day + 1) / SLOW_BURN_RISE_DAYS)
    rise = min(1.0, (day + 1) / FADING_RISE_DAYS)
    return rise * min(1.0, (length - day) / FADING_FALL_DAYS)


# How often a short trend of the default plan has which size: rather a high one, since of a low one nobody could
# say that it was no chance.
_SPIKE_SIZES = (1.5, 2.0, 3.0, 4.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0)
_RAMP_SIZES = (1.5, 2.0, 3.0, 3.0, 4.0, 4.0, 6.0, 6.0, 6.0)
_LASTING_SIZES = (3.0, 3.0, 3.0, 4.0, 4.0, 6.0, 1.5, 2.0)


def default_plan(seed: int) -> tuple[PlannedTrend, ...]:
    """Choose the ten trends that a corpus gets where no plan is given.

    One spike and one ramp, since they fill a page, and eight that last: half of them slow burns, half fading. Most
    are of size 3 and more.
    """
    chance = Chance("plan", seed)
    shapes = (Shape.SLOW_BURN, Shape.FADING) * (len(_LASTING_SIZES) // 2)
    return (
        PlannedTrend(shape=Shape.SPIKE, size=chance.pick(_SPIKE_SIZES)),
        PlannedTrend(shape=Shape.RAMP, size=chance.pick(_RAMP_SIZES)),
        *(
            PlannedTrend(shape=shape, size=size)
            for shape, size in zip(
                chance.shuffled(shapes), chance.shuffled(_LASTING_SIZES), strict=True
            )
        ),
    )
