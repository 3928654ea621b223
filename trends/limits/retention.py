"""Which reservations nobody needs any more. What was spent is in the windows, which stay."""

from datetime import timedelta

import sqlalchemy as sa

from trends.limits.moments import ReadTime, hold_tenant, store_time
from trends.limits.reservations import State
from trends.limits.windows import KNOWN_DAYS
from trends.storage.call_tables import model_attempts
from trends.storage.calls import AttemptState
from trends.storage.limit_tables import limit_reservations
from trends.storage.retention import CHUNK

# The zone that is last to begin a day.
_LAST_ZONE = timedelta(hours=12)
# A monitor's last calls count where money is scarce; one day more for the zones.
_NEEDED = timedelta(days=KNOWN_DAYS + 1)
_columns = limit_reservations.c


def prune_reservations(
    connection: sa.Connection, tenant: str, age: timedelta, read_time: ReadTime = store_time
) -> int:
    """Delete a few reservations that ended longer ago than `age`, behind the tenant's lock.

    What this month's spending is summed from stays in every zone, and so does one whose answer is not yet booked.

    Returns:
        How many were deleted, at most `CHUNK`.
    """
    now = hold_tenant(connection, tenant, read_time)
    attempts = model_attempts.c
    to_be_booked = sa.exists().where(
        attempts.tenant == tenant,
        attempts.run_id == _columns.run_id,
        attempts.ask_id == _columns.id,
        attempts.state == AttemptState.ANSWERED,
    )
    old = (
        sa.select(_columns.id)
        .where(
            _columns.tenant == tenant,
            _columns.state.in_((State.SETTLED, State.RELEASED, State.EXPIRED)),
            _columns.ended_at < now - max(age, _NEEDED),
            _columns.month < (now - _LAST_ZONE).strftime("%Y-%m"),
            ~to_be_booked,
        )
        .order_by(_columns.expires_at, _columns.id)
        .limit(CHUNK)
    )
    ids = list(connection.scalars(old))
    if ids:
        mine = (_columns.tenant == tenant, _columns.id.in_(ids))
        connection.execute(sa.delete(limit_reservations).where(*mine))
    return len(ids)
