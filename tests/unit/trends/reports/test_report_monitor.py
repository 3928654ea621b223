"""A report says which monitor it was made for, where one asked."""

import json

import pytest

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import report
from trends.domain.models import Language
from trends.domain.report import Report, ReportMonitor
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown

ANALYSIS = showcase.full()
COFFEE = ReportMonitor(name="coffee-kr", title="커피 감시")
WORDS = {Language.EN: "Monitor", Language.KO: "모니터"}


@pytest.mark.parametrize("language", Language)
def test_markdown_names_the_monitor_under_its_heading(language: Language) -> None:
    lines = to_markdown(report(ANALYSIS, language=language, monitor=COFFEE)).splitlines()
    heading = next(n for n, line in enumerate(lines) if line.startswith("# "))
    assert lines[heading + 2] == f"**{WORDS[language]}: 커피 감시 (coffee-kr)**"


@pytest.mark.parametrize("language", Language)
def test_the_page_names_the_monitor_under_its_heading(language: Language) -> None:
    page = to_html(report(ANALYSIS, language=language, monitor=COFFEE))
    below = page.partition("</h1>")[2].partition("</header>")[0]
    assert f'{WORDS[language]}: <span lang="ko">커피 감시 (coffee-kr)</span>' in below


def test_a_monitor_without_a_title_is_named_once() -> None:
    plain = report(ANALYSIS, monitor=ReportMonitor(name="coffee-kr", title="coffee-kr"))
    assert "**Monitor: coffee-kr**\n" in to_markdown(plain)
    assert '<span lang="en">coffee-kr</span>' in to_html(plain)


def test_a_title_cannot_act_as_markdown_or_html() -> None:
    odd = report(ANALYSIS, monitor=ReportMonitor(name="odd", title="<b>x</b> *y*\n# z"))
    text, page = to_markdown(odd), to_html(odd)
    assert "**Monitor: \\<b\\>x\\</b\\> \\*y\\* # z (odd)**\n" in text
    assert "&lt;b&gt;x&lt;/b&gt; *y* # z (odd)" in page
    assert "<b>x</b>" not in page


def test_json_gives_name_and_title_and_reads_back() -> None:
    made = report(ANALYSIS, monitor=COFFEE)
    data = to_json(made)
    assert json.loads(data)["monitor"] == {"name": "coffee-kr", "title": "커피 감시"}
    assert Report.model_validate_json(data) == made


def test_a_report_that_no_monitor_asked_for_is_as_it_was_before_reports_named_monitors() -> None:
    made = report(ANALYSIS)
    before = Report.model_fields.keys() - {"monitor"}
    assert json.loads(to_json(made)).keys() <= before
    assert "Monitor" not in to_markdown(made)
    assert 'class="monitor"' not in to_html(made)


def test_a_report_that_was_stored_without_a_monitor_can_be_read() -> None:
    stored = json.loads(to_json(report(ANALYSIS, monitor=COFFEE)))
    del stored["monitor"]
    assert Report.model_validate(stored).monitor is None


def test_a_title_changes_nothing_else_of_a_report() -> None:
    titled = report(ANALYSIS, monitor=COFFEE)
    assert titled.model_copy(update={"monitor": None}) == report(ANALYSIS)
