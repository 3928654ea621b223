"""The real clock, and ids that are sorted by it: what tests put others in place of."""

from datetime import UTC, datetime

import uuid_utils


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def new_run_id() -> str:
    """Make a UUIDv7: unique, and sorted by time."""
    return str(uuid_utils.uuid7())
