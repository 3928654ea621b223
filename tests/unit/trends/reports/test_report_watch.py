"""The watchlist in a report: names, verdicts, shares of voice; and nothing at all without one."""

from datetime import date, timedelta

import pytest

from tests.unit.trends.reports.report_cases import (
    END,
    SEOUL,
    analysis,
    evidence,
    report,
    series,
)
from trends.domain.holidays import holidays_about, parted
from trends.domain.models import (
    Language,
    VoiceShare,
    WatchedEntity,
    WatchVerdict,
    Window,
)
from trends.domain.report import NoteCode, Report
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown

WINDOW = Window(start=END - timedelta(days=7), end=END)


def entity(name: str, daily: tuple[int, ...], **more: object) -> WatchedEntity:
    values: dict[str, object] = {
        "name": name,
        "title": name,
        "group": "",
        "verdict": WatchVerdict.USUAL,
        "window_days": 7,
        "stories": sum(daily),
        "expected": 2.5,
        "growth": 1.2,
        "growth_low": 0.6,
        "growth_high": 2.1,
        "tests": (),
        "voice": None,
        "outlets": 1,
        "series": series(daily),
        "evidence": (),
        **more,
    }
    return WatchedEntity.model_validate(values)


NIKE = entity(
    "나이키 <b>",
    (4, 5, 6),
    group="신발",
    verdict=WatchVerdict.RISING,
    growth=3.1,
    growth_low=2.4,
    voice=VoiceShare(share=0.75, low=0.5, high=0.9, before=0.5),
    evidence=(evidence("s:1", "나이키 한정판 매진"),),
)
PUMA = entity(
    "Puma", (5,), group="신발", voice=VoiceShare(share=0.25, low=0.1, high=0.5, before=0.5)
)
NOBODY = entity("Nobody", (), expected=0.0)


def watching(language: Language, *entities: WatchedEntity) -> Report:
    return report(analysis().model_copy(update={"watch": entities}), language=language)


def test_without_a_watchlist_nothing_speaks_of_one() -> None:
    bare = watching(Language.EN)
    assert b'"watch"' not in to_json(bare)
    assert "Watchlist" not in to_markdown(bare)
    assert 'id="watchlist"' not in to_html(bare)


def test_entities_come_back_out_of_the_json() -> None:
    made = watching(Language.EN, NIKE, PUMA)
    assert Report.model_validate_json(to_json(made)).watch == (NIKE, PUMA)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            Language.EN,
            ("## Watchlist", "| rising |", "as usual", "Share of voice: 신발", "before 50%"),
        ),
        (
            Language.KO,
            ("## 관심 목록", "뚜렷하게 늘어남", "평소 수준", "언급 점유율: 신발", "이전 50%"),
        ),
    ],
)
def test_markdown_tells_verdicts_and_shares(language: Language, told: tuple[str, ...]) -> None:
    text = to_markdown(watching(language, NIKE, PUMA, NOBODY))
    for words in told:
        assert words in text
    assert "나이키 한정판 매진" in text
    assert "███████████████ 75%" in text
    assert "| Nobody | 0 | 0.0 | – |" in text


def test_names_act_neither_as_markdown_nor_as_html() -> None:
    made = watching(Language.EN, NIKE)
    assert "나이키 \\<b\\>" in to_markdown(made)
    assert "나이키 &lt;b&gt;" in to_html(made)


def test_html_draws_shares_without_styles_of_its_own() -> None:
    page = to_html(watching(Language.KO, PUMA, NIKE))
    section = page[page.index('id="watchlist"') :]
    section = section[: section.index("</section>")]
    assert 'width="75.00%"' in section
    assert "style=" not in section
    assert section.index('width="75.00%"') < section.index('width="25.00%"')


KNOWN = {
    date(2026, 11, 3): {Language.EN: "Long ago", Language.KO: "옛날"},
    date(2026, 11, 10): {Language.EN: "Before", Language.KO: "직전"},
    date(2026, 11, 18): {Language.EN: "Within", Language.KO: "기간 안"},
    date(2026, 11, 23): {Language.EN: "After", Language.KO: "이후"},
}


def test_holidays_of_the_window_and_of_the_time_before_it_are_told_apart() -> None:
    about = holidays_about(KNOWN, WINDOW, SEOUL)
    inside, before = parted(about, WINDOW, SEOUL)
    assert [each.name[Language.EN] for each in inside] == ["Within"]
    assert [each.name[Language.EN] for each in before] == ["Before"]


def test_a_day_counts_by_the_market_s_clock() -> None:
    day = {date(2026, 11, 22): {Language.EN: "Edge"}}
    # Midnight in UTC is 09:00 in Seoul: that day has begun there.
    assert parted(holidays_about(day, WINDOW, SEOUL), WINDOW, SEOUL)[0]
    assert holidays_about(day, WINDOW, "America/New_York") == ()


@pytest.mark.parametrize(
    ("language", "told"),
    [(Language.EN, "Within (18 Nov)"), (Language.KO, "기간 안 (11월 18일)")],
)
def test_a_report_says_which_holidays_touch_it(language: Language, told: str) -> None:
    told_of = report(analysis(), language=language, holidays=holidays_about(KNOWN, WINDOW, SEOUL))
    notes = [note.text for note in told_of.notes if note.code is NoteCode.HOLIDAYS]
    assert len(notes) == 2
    assert told in notes[0]


def test_a_report_over_ordinary_days_says_nothing_of_holidays() -> None:
    notes = report(analysis(), holidays=()).notes
    assert NoteCode.HOLIDAYS not in {note.code for note in notes}
