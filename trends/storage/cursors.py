"""Cursors of lists: where a page ended, opaque to the caller."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, cast

from trends.errors import InvalidRequestError


def write_cursor(at: datetime, run_id: str) -> str:
    """Make the cursor of the page that follows this row."""
    return write_place(at.isoformat(), run_id)


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Read a cursor that `write_cursor` made.

    Raises:
        InvalidRequestError: It did not come from here.
    """
    place, run_id = read_place(cursor)
    try:
        at = datetime.fromisoformat(place)
    except ValueError as error:
        raise _forged() from error
    if at.tzinfo is None:
        raise _forged()
    return at, run_id


def write_place(place: str, row_id: str) -> str:
    """Make the cursor of a list that is sorted by something else than a time."""
    text = json.dumps({"at": place, "id": row_id}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(cursor: str) -> tuple[str, str]:
    """Read a cursor that `write_place` made.

    Raises:
        InvalidRequestError: It did not come from here.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found: Any = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(found, dict):
            raise _forged()
        fields = cast("dict[str, Any]", found)
        place, row_id = fields["at"], fields["id"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise _forged() from error
    if not isinstance(place, str) or not isinstance(row_id, str):
        raise _forged()
    return place, row_id


def _forged() -> InvalidRequestError:
    return InvalidRequestError(
        "The cursor is not one of ours.", next_step="Leave it out to begin with the newest."
    )
