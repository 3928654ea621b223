"""Numbers, dates and labels in two languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import Language, Window
from trends.reports.voice import Voice, chat_safe, shorten, visible

EN = Voice(Language.EN, "Asia/Seoul")
KO = Voice(Language.KO, "Asia/Seoul")
NEW_YORK = Voice(Language.EN, "America/New_York")
END = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "english", "korean"),
    [
        (3.24, "3.2×", "3.2배"),
        (9.96, "10×", "10배"),
        (12.4, "12×", "12배"),
        (150, ">99×", "99배 초과"),
    ],
)
def test_growth_is_written_as_a_factor(value: float, english: str, korean: str) -> None:
    assert (EN.times(value), KO.times(value)) == (english, korean)


@pytest.mark.parametrize(
    ("value", "text"), [(2.19, "2.1×"), (2.1, "2.1×"), (0.99, "0.9×"), (12.9, "12×"), (500, "99×")]
)
def test_a_lower_bound_is_never_rounded_up(value: float, text: str) -> None:
    assert EN.at_least(value) == text


@given(st.floats(min_value=0, max_value=98))
def test_a_lower_bound_holds_as_it_is_written(value: float) -> None:
    assert float(EN.at_least(value).removesuffix("×")) <= value + 1e-9


@pytest.mark.parametrize(("n", "text"), [(1, "1 story"), (0, "0 stories"), (1234, "1,234 stories")])
def test_english_counts_take_the_right_form(n: int, text: str) -> None:
    assert EN.count(EN.texts.stories, n) == text


def test_korean_counts_need_one_form() -> None:
    assert KO.count(KO.texts.stories, 1234) == "기사 1,234건"


def test_dates_read_as_natives_write_them() -> None:
    day = date(2026, 1, 9)
    assert (EN.day(day), KO.day(day)) == ("9 Jan 2026", "2026년 1월 9일")
    assert (EN.short_day(day), KO.short_day(day)) == ("9 Jan", "1월 9일")


@pytest.mark.parametrize(
    ("end", "start", "text"),
    [
        (END, END - timedelta(days=7), "7 days to 22 Nov 2026"),
        (END, END - timedelta(days=1), "1 day to 22 Nov 2026"),
        (END - timedelta(hours=6), END - timedelta(hours=12), "6 hours to 22 Nov 2026, 18:00"),
    ],
)
def test_a_window_is_told_by_its_length_and_end(end: datetime, start: datetime, text: str) -> None:
    assert EN.span(Window(start=start, end=end)) == text


def test_a_day_of_25_hours_is_still_a_day() -> None:
    # Clocks went back in New York on 1 November 2026.
    window = Window(
        start=datetime(2026, 11, 1, 4, tzinfo=UTC), end=datetime(2026, 11, 2, 5, tzinfo=UTC)
    )
    assert NEW_YORK.span(window) == "1 day to 1 Nov 2026"


def test_small_chances_are_not_written_as_zero() -> None:
    assert (EN.chance(1e-9), EN.chance(0.0123)) == ("<0.0001", "0.0123")


@given(st.text(max_size=200), st.integers(min_value=1, max_value=50))
def test_a_short_text_is_one_line_of_at_most_so_many_characters(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == visible(short) or short.endswith("…")


def test_a_cut_does_not_part_a_letter_from_its_accent() -> None:
    assert shorten("cafe\u0301 au lait", 5) == "caf…"


def test_overrides_of_direction_are_taken_out() -> None:
    assert visible("a\u202egnp.exe\u2066") == "agnp.exe"


def test_a_chat_label_cannot_mention_or_format() -> None:
    assert chat_safe("<!channel> *b* @here", 40) == "‹!channel› ∗b∗ ＠here"
