"""Lists of trends in the forms that other programs read: CSV for spreadsheets, RSS 2.0 for feed readers."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from trends.domain.models import utc_text
from trends.domain.rounding import floor_tenth
from trends.domain.trend import Trend

CSV_COLUMNS = (
    "trend_id",
    "label",
    "found_label",
    "terms",
    "status",
    "category",
    "languages",
    "announced",
    "stories",
    "growth",
    "growth_low",
    "growth_high",
    "since",
    "last_seen",
    "last_announced",
    "windows",
    "live",
    "followed",
    "hidden",
    "merged_into",
    "monitor",
)

# Excel takes a file without it for one in the machine's own code page.
BOM = "\ufeff"

_ATOM = "http://www.w3.org/2005/Atom"
# A cell that begins so is a formula to a spreadsheet, whoever wrote the headline (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_csv(trends: Iterable[Trend]) -> str:
    """One line a trend under a line of names, as RFC 4180 has it, with a byte order mark.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for trend in trends:
        writer.writerow([_cell(getattr(trend, name)) for name in CSV_COLUMNS[:-4]] + _hand(trend))
    return out.getvalue()


def to_rss(
    trends: Sequence[Trend], *, title: str, link: str, here: str, of: Callable[[Trend], str]
) -> str:
    """A feed of trends, RSS 2.0. A trend keeps its guid for life, so that no reader shows it twice.

    Args:
        trends: In the order of the feed.
        title: What the feed is called.
        link: The page it belongs to.
        here: Its own address.
        of: Gives the address of a trend.
    """
    ET.register_namespace("atom", _ATOM)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", title)
    _add(channel, "link", link)
    _add(channel, "description", "Trends in the news, as they were last seen.")
    ET.SubElement(channel, f"{{{_ATOM}}}link", href=here, rel="self", type="application/rss+xml")
    newest = max((trend.last_seen for trend in trends), default=None)
    if newest is not None:
        _add(channel, "lastBuildDate", _rfc_822(newest))
    for trend in trends:
        item = ET.SubElement(channel, "item")
        _add(item, "title", trend.label)
        _add(item, "link", of(trend))
        guid = _add(item, "guid", f"urn:uuid:{trend.trend_id}")
        guid.set("isPermaLink", "false")
        _add(item, "pubDate", _rfc_822(trend.since))
        _add(item, "description", _told(trend))
        if trend.category:
            _add(item, "category", trend.category)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _told(trend: Trend) -> str:
    interval = f"90% interval {floor_tenth(trend.growth_low):.1f} to {trend.growth_high:.1f}"
    parts = [
        f"{trend.status.value}, {trend.growth:.1f} times its usual level ({interval})",
        f"{trend.stories} stories",
        f"last seen {utc_text(trend.last_seen)}",
        f"in {trend.windows} reports",
    ]
    if trend.terms:
        parts.append(f"terms: {', '.join(trend.terms)}")
    return "; ".join(parts)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = _NOT_XML.sub("", text)
    return element


def _rfc_822(moment: datetime) -> str:
    return format_datetime(moment)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, tuple):
        return _cell(", ".join(str(one) for one in value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # names and terms
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _hand(trend: Trend) -> list[str]:
    return [
        _cell(trend.followed is not None),
        _cell(trend.hidden.verb.value if trend.hidden else ""),
        _cell(trend.merged_into),
        _cell(trend.monitor),
    ]
