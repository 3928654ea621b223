"""The transactions of backfills: plain functions over a connection, for `Database.write` and `Database.read`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.backfills import (
    Backfill,
    BackfillStatus,
    BackfillWindow,
    WindowState,
    standing_of,
)
from trends.domain.models import Model, Tenant, Window
from trends.errors import BackfillNotFoundError, ConflictError, IdempotencyConflictError
from trends.storage.backfill_tables import backfill_windows, backfills
from trends.storage.monitor_tables import monitors
from trends.storage.rows import JsonObject

UNFINISHED = tuple(sorted(status for status in BackfillStatus if not status.ended))


def workflow_id(tenant: str, backfill_id: str, number: int = 1) -> str:
    """Name the workflow of a round of a backfill."""
    return f"backfill-{tenant}-{backfill_id}" + (f"-{number}" if number > 1 else "")


class NewBackfill(Model):
    """A backfill that is asked for; fields as in `Backfill`.

    Attributes:
        plan: Everything its runs are made of.
        windows: Its windows, oldest first.
        idempotency_key: The caller's key, if any.
        fingerprint: Digest of the request; tells a replay from a conflict.
    """

    tenant: Tenant
    backfill_id: str
    monitor: str
    monitor_id: str
    plan: JsonObject
    span: Window
    windows: tuple[Window, ...]
    step: str
    window_text: str
    parallel: int
    strict: bool
    requested_at: AwareDatetime
    author: str
    idempotency_key: str | None
    fingerprint: str


def insert(connection: sa.Connection, new: NewBackfill) -> tuple[Backfill, bool]:
    """Write down a backfill with its windows, unless its key is known.

    Returns:
        The backfill, and whether it had been there.

    Raises:
        IdempotencyConflictError: The key was used for another request.
        ConflictError: A backfill of the same question is under way.
    """
    if new.idempotency_key is not None:
        known = known_by_key(connection, new.tenant, new.idempotency_key, new.fingerprint)
        if known is not None:
            return known, True
    refuse_another(connection, new.tenant, new.monitor, new.monitor_id)
    connection.execute(
        sa.insert(backfills),
        {
            **new.model_dump(exclude={"span", "windows"}),
            "workflow_id": workflow_id(new.tenant, new.backfill_id),
            "status": BackfillStatus.STARTING,
            "span_start": new.span.start,
            "span_end": new.span.end,
            "round": 1,
            "started_at": None,
            "ended_at": None,
            "updated_at": new.requested_at,
            "slug": "",
            "reason": "",
        },
    )
    connection.execute(
        sa.insert(backfill_windows),
        [
            {
                "tenant": new.tenant,
                "backfill_id": new.backfill_id,
                "window_end": each.end,
                "window_start": each.start,
                "state": WindowState.WAITING,
                "round": 1,
                "run_id": None,
                "released": False,
                "started_at": None,
                "ended_at": None,
                "slug": "",
                "reason": "",
            }
            for each in new.windows
        ],
    )
    return read_backfill(connection, new.tenant, new.backfill_id), False


def known_by_key(
    connection: sa.Connection, tenant: str, key: str, fingerprint: str
) -> Backfill | None:
    """Find the backfill that a key was used for.

    Raises:
        IdempotencyConflictError: It was used for another request.
    """
    query = sa.select(backfills).where(
        backfills.c.tenant == tenant, backfills.c.idempotency_key == key
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    if row["fingerprint"] != fingerprint:
        raise IdempotencyConflictError(
            f"The Idempotency-Key '{key[:80]}' was used for another request.",
            why=f"It started the backfill {row['backfill_id']}.",
            next_step="Send the same request again, or choose a new key.",
        )
    return shown(connection, [row])[0]


def refuse_another(connection: sa.Connection, tenant: str, monitor: str, monitor_id: str) -> None:
    """Refuse a second backfill of a question: two at once would each take the other's windows for its past.

    Raises:
        ConflictError: One is under way.
    """
    # Who asks at the same moment waits here: there is no row of a backfill yet that could be held.
    of_monitor = sa.select(monitors.c.name).where(
        monitors.c.tenant == tenant, monitors.c.name == monitor
    )
    connection.execute(of_monitor.with_for_update())
    query = sa.select(backfills.c.backfill_id).where(
        backfills.c.tenant == tenant,
        backfills.c.monitor_id == monitor_id,
        backfills.c.status.in_(UNFINISHED),
    )
    found = connection.scalar(query)
    if found is not None:
        raise ConflictError(
            "A backfill of this monitor is under way.",
            why=f"It is {found}; two at once would each take the other's windows for its past.",
            next_step=f"Wait for it (trends backfills watch {found}), or cancel it.",
        )


def not_done(known: Sequence[BackfillWindow], *, following: bool) -> list[datetime]:
    """Ends of the windows without a report, and with `following` of all from the first of them on."""
    left = [each.window_end for each in known if each.state is not WindowState.DONE]
    if not left or not following:
        return left
    return [each.window_end for each in known if each.window_end >= left[0]]


def row_of(
    connection: sa.Connection, tenant: str, backfill_id: str, *, hold: bool = False
) -> sa.RowMapping:
    """Read the row of a backfill, and with `hold` keep others from changing it.

    Raises:
        BackfillNotFoundError: No such backfill in this tenant.
    """
    query = sa.select(backfills).where(
        backfills.c.tenant == tenant, backfills.c.backfill_id == backfill_id
    )
    row = connection.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    if row is None:
        raise BackfillNotFoundError(
            f"There is no backfill '{backfill_id[:80]}' in the tenant '{tenant}'.",
            next_step="List them: trends backfills list",
        )
    return row


def read_backfill(connection: sa.Connection, tenant: str, backfill_id: str) -> Backfill:
    """Read how a backfill stands.

    Raises:
        BackfillNotFoundError: No such backfill in this tenant.
    """
    return shown(connection, [row_of(connection, tenant, backfill_id)])[0]


def shown(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> tuple[Backfill, ...]:
    """Show rows of one tenant, each with its standing."""
    if not rows:
        return ()
    ids = [row["backfill_id"] for row in rows]
    of = windows_of(connection, rows[0]["tenant"], ids)
    kept = set(Backfill.model_fields) - {"standing"}
    return tuple(
        Backfill.model_validate(
            {
                **{name: row[name] for name in kept},
                "standing": standing_of(of.get(row["backfill_id"], ()), row["parallel"]),
            }
        )
        for row in rows
    )


def windows_of(
    connection: sa.Connection, tenant: str, backfill_ids: Sequence[str]
) -> dict[str, tuple[BackfillWindow, ...]]:
    """Read the windows of backfills, oldest first, by backfill."""
    table = backfill_windows
    query = (
        sa.select(table)
        .where(table.c.tenant == tenant, table.c.backfill_id.in_(sorted(backfill_ids)))
        .order_by(table.c.backfill_id, table.c.window_end)
    )
    found: dict[str, list[BackfillWindow]] = {}
    for row in connection.execute(query).mappings():
        values = {name: row[name] for name in BackfillWindow.model_fields}
        found.setdefault(row["backfill_id"], []).append(BackfillWindow.model_validate(values))
    return {name: tuple(of) for name, of in found.items()}


def update(
    connection: sa.Connection, tenant: str, backfill_id: str, change: Mapping[str, Any]
) -> None:
    """Change the row of a backfill."""
    connection.execute(
        sa.update(backfills)
        .where(backfills.c.tenant == tenant, backfills.c.backfill_id == backfill_id)
        .values(**change)
    )
