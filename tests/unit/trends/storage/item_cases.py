"""Polls and what they find, for tests of the item store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from trends.domain.items import SeenItem
from trends.domain.models import TimeRule, Window
from trends.storage.polls import Found, Plan, SourceKey

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
KEY = SourceKey("local", "rss:hani")


def seen(item_id: str = "https://hani.example/1", **changes: Any) -> SeenItem:
    """An item as a poll cleans it."""
    values: dict[str, Any] = {
        "item_id": item_id,
        "title": "두쫀쿠 품절",
        "summary": "편의점마다 줄을 선다.",
        "url": item_id,
        "outlet": "한겨레",
        "published": "2026-01-09T20:00:00+09:00",
        "published_at": NOON - timedelta(hours=1),
        "time_rule": TimeRule.EXACT,
        "declared": "ko",
        "language": "ko",
        "place": None,
    }
    return SeenItem.model_validate({**values, **changes})


def plan(at: datetime = NOON) -> Plan:
    """A poll every quarter of an hour."""
    return Plan(at=at, next_poll=at + QUARTER, cadence_seconds=900)


def found(*items: SeenItem, at: datetime = NOON, **changes: Any) -> Found:
    """A list that was answered and reaches back a day."""
    values: dict[str, Any] = {
        "items": items,
        "first_seen": at,
        "newest_at": max((item.published_at for item in items), default=None),
        "observed": Window(start=at - timedelta(days=1), end=at),
        "censored": False,
        "unchanged": False,
        "state": {"etag": "one"},
        "moved_to": None,
    }
    return Found(**{**values, **changes})
