"""The market files against a library that computes holidays, the lunar ones too."""

from datetime import date

import holidays
import pytest

from trends.domain.models import Language
from trends.markets import load_market, market_names

YEARS = range(2024, 2031)


@pytest.mark.parametrize("name", ["JP", "KR", "US"])
def test_holidays_are_those_of_the_calendar(name: str) -> None:
    known = holidays.country_holidays(name, years=YEARS, language="en_US")
    ours = load_market(name).holidays
    assert {day: of[Language.EN] for day, of in ours.items()} == dict(known)


def test_korean_names_are_those_of_the_calendar() -> None:
    known = holidays.country_holidays("KR", years=YEARS, language="ko")
    ours = load_market("KR").holidays
    assert {day: of[Language.KO] for day, of in ours.items()} == dict(known)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 2, 10), "설날"),
        (date(2025, 1, 29), "설날"),
        (date(2026, 2, 17), "설날"),
        (date(2027, 2, 7), "설날"),
        (date(2024, 9, 17), "추석"),
        (date(2025, 10, 6), "추석"),
        (date(2026, 9, 25), "추석"),
        (date(2027, 9, 15), "추석"),
    ],
)
def test_lunar_holidays_stand_on_their_days(day: date, name: str) -> None:
    assert load_market("KR").holidays[day][Language.KO] == name


def test_every_holiday_has_a_name_in_both_languages() -> None:
    for name in market_names():
        market = load_market(name)
        assert market.weekend == ("saturday", "sunday")
        assert all(set(of) == set(Language) for of in market.holidays.values())
