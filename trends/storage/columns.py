"""The kinds of columns: each means the same on SQLite and on PostgreSQL. Tables and migrations are made of these.

What a column of another kind would do differently:

- Text sorts by its bytes. PostgreSQL would sort by the language of the database, where `a < B` and `-` counts for
  nothing; a cursor over ids would then skip rows. `lower` and `LIKE` follow: they fold ASCII and nothing else.
- JSON is kept as the text it was. PostgreSQL's JSONB would sort the keys and drop doubled ones.
- Times are moments. SQLite stores them in UTC without a zone, PostgreSQL gives them back in the session's zone.
- Numbers have 64 bits where they count bytes or things of the world; PostgreSQL's INTEGER ends at 2,147,483,647.
- A NUL character can be stored by SQLite and by no text of PostgreSQL: sources drop control characters on the way in.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """A moment. Aware going in, UTC coming out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be read as something else later."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a stored time needs a zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, TEXT, nullable=nullable)


def time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A moment, to the microsecond."""
    return sa.Column(name, UtcDateTime, nullable=nullable)


def json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """JSON. None is stored as NULL where that may be, else as JSON's null."""
    return sa.Column(name, sa.JSON(none_as_null=nullable), nullable=nullable)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A small count: attempts, places in a list."""
    return sa.Column(name, sa.Integer, nullable=nullable)


def large_number(name: str) -> sa.Column[int]:
    """A count without a known end: bytes, rows."""
    return sa.Column(name, sa.BigInteger, nullable=False)


def real(name: str, *, nullable: bool = False) -> sa.Column[float]:
    """A number in double precision."""
    return sa.Column(name, sa.Float, nullable=nullable)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean, nullable=False)


def data(name: str) -> sa.Column[bytes]:
    """Bytes, as they are."""
    return sa.Column(name, sa.LargeBinary, nullable=False)
