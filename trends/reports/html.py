"""Draw a report as one HTML file that asks for nothing else: no script, no font, no image from anywhere."""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trends.domain.report import Report
from trends.reports import phrases, watch, written
from trends.reports.chart import CHART_DAYS, SPARK_DAYS, bars, growth_scale
from trends.reports.lines import change_word, tag_text
from trends.reports.links import safe_link
from trends.reports.voice import Voice, shorten, visible

EVIDENCE_SHOWN = 4

_TEMPLATES = Path(__file__).parent / "templates"
_HANGUL = re.compile(r"[가-힣]")


def to_html(report: Report) -> str:
    """Draw the whole report. Every value is escaped; only http and https addresses become links."""
    voice = Voice(report.report_language, report.time_zone)
    style = _style(voice, report)
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            voice=voice,
            texts=voice.texts,
            say=phrases,
            watch=watch,
            written=written,
            tag=tag_text(voice.texts, report),
            style=Markup(style),  # noqa: S704 - our own style sheet, and no value of the report is in it
            style_hash=_csp_hash(style),
            scale=growth_scale(report.topics),
            chart=partial(bars, most_days=CHART_DAYS),
            spark=partial(bars, most_days=SPARK_DAYS),
            chart_days=CHART_DAYS,
            change_word=change_word,
            evidence_shown=EVIDENCE_SHOWN,
            watched_shown=phrases.WATCHED_SHOWN,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Jinja types its filters as the built-in ones alone.
    filters = cast("dict[str, Callable[..., str | None]]", environment.filters)
    filters.update(visible=visible, short=shorten, link=safe_link, spoken=_spoken)
    return environment


@cache
def _sheet(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _style(voice: Voice, report: Report) -> str:
    """The style sheet; on generated data with a mark in the margin of every printed page."""
    sheet = _sheet("report.css")
    if not report.made_up:
        return sheet
    # The words come from our own texts, which hold no quotation mark or backslash.
    mark = tag_text(voice.texts, report)
    return (
        sheet
        + f'@media print {{ @page {{ @top-center {{ content: "{mark}"; font-weight: 700 }} }} }}\n'
    )


def _csp_hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _spoken(text: str) -> str:
    """Language of a foreign text for screen readers and line breaking."""
    return "ko" if _HANGUL.search(text) else "en"
