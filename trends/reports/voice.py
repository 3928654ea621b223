"""Write numbers, dates and labels the way one language does."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from trends.domain.models import Language, Window
from trends.domain.rounding import floor_tenth
from trends.reports.texts import Texts
from trends.reports.texts_en import EN
from trends.reports.texts_ko import KO

TEXTS: dict[Language, Texts] = {Language.EN: EN, Language.KO: KO}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_SECONDS = 86_400
_HIGHEST_GROWTH = 99
_TENTHS_BELOW = 10

# Signs that a chat client or a Markdown reader would act on, and look-alikes that it leaves alone.
_CHAT_SIGNS = str.maketrans(
    {"*": "∗", "_": " ", "~": "∼", "`": "'", "<": "‹", ">": "›", "|": "¦", "@": "＠"}
)


@dataclass(frozen=True)
class Voice:
    """One language's way of writing, in one time zone.

    Attributes:
        language: Which language.
        time_zone: IANA name; every date is local to it.
    """

    language: Language
    time_zone: str

    @cached_property
    def texts(self) -> Texts:
        """The words."""
        return TEXTS[self.language]

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def _korean(self) -> bool:
        return self.language is Language.KO

    def count(self, template: str, n: int, **more: str) -> str:
        """Fill a `one|many` text with a number."""
        one, _, many = template.partition("|")
        form = many if many and n != 1 else one
        return form.format(n=self.number(n), **more)

    def number(self, n: int) -> str:
        """Whole number with a separator at the thousands."""
        return f"{n:,}"

    def decimal(self, value: float) -> str:
        """One decimal below 100, none above; never an exponent."""
        return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004 - said above

    def times(self, value: float) -> str:
        """A growth factor, such as 3.2×."""
        if value > _HIGHEST_GROWTH:
            return "99배 초과" if self._korean else ">99×"
        return self._factor(f"{value:.1f}" if value < _TENTHS_BELOW - 0.05 else f"{value:.0f}")

    def at_least(self, value: float) -> str:
        """A lower bound: rounded down, so that it still holds."""
        held = min(value, float(_HIGHEST_GROWTH))
        tenths = floor_tenth(held)
        return self._factor(f"{tenths:.1f}" if tenths < _TENTHS_BELOW else f"{int(tenths)}")

    def _factor(self, text: str) -> str:
        return f"{text}배" if self._korean else f"{text}×"

    def percent(self, share: float) -> str:
        """A share as per cent."""
        return f"{share * 100:.3g}%"

    def in_hundred(self, share: float) -> str:
        """A share as so many in a hundred."""
        return f"{share * 100:.3g}"

    def chance(self, q_value: float) -> str:
        """A p- or q-value."""
        least = 0.0001
        return f"<{least}" if q_value < least else f"{q_value:.4f}"

    def day(self, day: date) -> str:
        """A date with its year."""
        if self._korean:
            return f"{day.year}년 {day.month}월 {day.day}일"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """A date without its year."""
        if self._korean:
            return f"{day.month}월 {day.day}일"
        return f"{day.day} {_MONTHS[day.month - 1]}"

    def local_day(self, moment: datetime) -> date:
        """The market's date at a moment."""
        return moment.astimezone(self._zone).date()

    def moment(self, moment: datetime) -> str:
        """Date and time of day, local to the market."""
        local = moment.astimezone(self._zone)
        joint = " " if self._korean else ", "
        return f"{self.day(local.date())}{joint}{local:%H:%M}"

    def end_day(self, window: Window) -> date:
        """The local date of a window's last instant."""
        return self.local_day(window.end - timedelta(microseconds=1))

    def ending(self, window: Window) -> str:
        """When a window ends: a date alone where it ends with the day."""
        midnight = self.local_day(window.end) != self.end_day(window)
        return self.day(self.end_day(window)) if midnight else self.moment(window.end)

    def span(self, window: Window) -> str:
        """A window by its length and its end."""
        seconds = (window.end - window.start).total_seconds()
        days = round(seconds / _DAY_SECONDS)
        end = self.ending(window)
        # A day is 23 or 25 hours long where clocks change.
        if days and abs(seconds - days * _DAY_SECONDS) <= _DAY_SECONDS / 24:
            return self.count(self.texts.span_days, days, end=end)
        return self.count(self.texts.span_hours, max(round(seconds / 3600), 1), end=end)

    def last_days(self, n: int) -> str:
        """A window length that ends where the report's window ends."""
        return self.count(self.texts.last_days, n)

    def listed(self, names: Sequence[str], total: int) -> str:
        """Names with commas, and how many of the total are left out."""
        left = total - len(names)
        text = ", ".join(names)
        if left <= 0:
            return text
        return f"{text}{' ' if self._korean else ', '}{self.count(self.texts.more, left)}"


def visible(text: str) -> str:
    """One line of the text without control, format and bidirectional override characters."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace()
        or char == "\u200d"
        or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join(kept.split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, an ellipsis included, never ending on half of a character."""
    line = visible(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    while cut and (unicodedata.combining(line[len(cut)]) or cut[-1] == "\u200d"):
        cut = cut[:-1]
    return cut.rstrip() + "…"


def chat_safe(text: str, limit: int) -> str:
    """A label for a chat line: one line, short, with nothing that a chat client would act on."""
    return shorten(text, limit).translate(_CHAT_SIGNS)
