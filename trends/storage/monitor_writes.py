"""The transactions of monitors: plain functions over a connection, for `Database.write`."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.domain.models import Question
from trends.domain.monitors import Monitor, MonitorSpec, MonitorState, MonitorVerb
from trends.errors import (
    InvalidRequestError,
    MonitorChangedError,
    MonitorExistsError,
    MonitorNotFoundError,
)
from trends.storage.monitor_tables import monitor_questions, monitor_revisions, monitors


class Asked(NamedTuple):
    """What a monitor is to be: its spec, and the question that it makes."""

    spec: MonitorSpec
    monitor_id: str
    question: Question


def add(
    connection: sa.Connection, tenant: str, asked: Asked, author: str, now: datetime
) -> Monitor:
    """Add a monitor, or bring back a removed one.

    Raises:
        MonitorExistsError: Its name, or its question, is taken.
    """
    name = asked.spec.name
    blank = Monitor(
        tenant=tenant,
        monitor_id=asked.monitor_id,
        question=asked.question,
        spec=asked.spec,
        state=MonitorState.REMOVED,
        revision=0,
        created_at=now,
        updated_at=now,
        author=author,
    )
    connection.execute(insert(monitors).values(_columns(blank)).on_conflict_do_nothing())
    known = held(connection, tenant, name)
    if known is None or known.state is not MonitorState.REMOVED:
        raise MonitorExistsError(
            f"There is a monitor '{name}' already.",
            next_step=f"Change it (trends monitors edit {name}), or choose another name.",
        )
    return write(connection, known, asked, MonitorVerb.ADDED, MonitorState.ACTIVE, author, now)


def edited(
    connection: sa.Connection, known: Monitor, asked: Asked, author: str, now: datetime
) -> Monitor:
    """Make a monitor what is given; one that is so already stays as it is.

    Raises:
        MonitorExistsError: Another one asks its question.
    """
    gone = known.state is MonitorState.REMOVED
    if not gone and known.spec == asked.spec:
        _claim(connection, known.tenant, asked)
        return known
    verb = MonitorVerb.ADDED if gone else MonitorVerb.EDITED
    state = MonitorState.ACTIVE if gone else known.state
    return write(connection, known, asked, verb, state, author, now)


def write(
    connection: sa.Connection,
    known: Monitor,
    asked: Asked,
    verb: MonitorVerb,
    state: MonitorState,
    author: str,
    now: datetime,
) -> Monitor:
    """Write a change and its revision. The monitor must be held.

    Raises:
        MonitorExistsError: Another one asks its question.
    """
    if state is not MonitorState.REMOVED:
        _claim(connection, known.tenant, asked)
    past = known.previous_ids
    if known.monitor_id != asked.monitor_id:
        past = (known.monitor_id, *past)
    changed = known.model_copy(
        update={
            "monitor_id": asked.monitor_id,
            "question": asked.question,
            "previous_ids": tuple(dict.fromkeys(one for one in past if one != asked.monitor_id)),
            "spec": asked.spec,
            "state": state,
            "revision": known.revision + 1,
            "updated_at": now,
            "author": author,
        }
    )
    connection.execute(
        sa.update(monitors)
        .where(monitors.c.tenant == known.tenant, monitors.c.name == known.name)
        .values(_columns(changed))
    )
    connection.execute(
        sa.insert(monitor_revisions).values(
            tenant=known.tenant,
            name=known.name,
            revision=changed.revision,
            verb=verb,
            monitor_id=asked.monitor_id,
            spec=asked.spec.model_dump(mode="json"),
            author=author,
            at=now,
        )
    )
    return changed


def _claim(connection: sa.Connection, tenant: str, asked: Asked) -> None:
    """Make a question a monitor's own, unless another one asks it now.

    Raises:
        MonitorExistsError: Another one does.
    """
    table, name = monitor_questions, asked.spec.name
    mine = {"tenant": tenant, "monitor_id": asked.monitor_id, "name": name}
    connection.execute(insert(table).values(mine).on_conflict_do_nothing())
    this = (table.c.tenant == tenant, table.c.monitor_id == asked.monitor_id)
    owner = connection.scalar(sa.select(table.c.name).where(*this).with_for_update())
    if owner == name:
        return
    other = connection.scalar(
        sa.select(monitors.c.name).where(
            monitors.c.tenant == tenant,
            monitors.c.name == owner,
            monitors.c.monitor_id == asked.monitor_id,
            monitors.c.state != MonitorState.REMOVED,
        )
    )
    if other is not None:
        raise MonitorExistsError(
            f"The monitor '{other}' asks the same question as '{name}'.",
            why="Same query, window, market, languages and sources: their reports would be the same.",
            next_step=f"Change that one (trends monitors edit {other}), or ask something else.",
        )
    connection.execute(sa.update(table).where(*this).values(name=name))


def let_go(connection: sa.Connection, known: Monitor) -> None:
    """Let a monitor ask nothing for the moment, so that another one may take its question over."""
    connection.execute(
        sa.update(monitors)
        .where(monitors.c.tenant == known.tenant, monitors.c.name == known.name)
        .values(monitor_id="")
    )


def held(connection: sa.Connection, tenant: str, name: str) -> Monitor | None:
    """Read a monitor and keep others from changing it until the transaction ends."""
    query = sa.select(monitors).where(monitors.c.tenant == tenant, monitors.c.name == name)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    return None if row is None else monitor_of(row)


def present(connection: sa.Connection, tenant: str, name: str) -> Monitor:
    """Read a monitor.

    Raises:
        MonitorNotFoundError: There never was one of this name.
    """
    query = sa.select(monitors).where(monitors.c.tenant == tenant, monitors.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found(tenant, name)
    return monitor_of(row)


def check_revision(known: Monitor, wanted: int | None) -> None:
    """Refuse a change that is based on another revision.

    Raises:
        MonitorChangedError: Somebody changed it in between.
        InvalidRequestError: There is no such revision.
    """
    if wanted is None or wanted == known.revision:
        return
    if wanted > known.revision:
        raise InvalidRequestError(
            f"The monitor '{known.name}' has no revision {wanted} yet.",
            next_step=f"Read it again: its revision is {known.revision}.",
        )
    raise MonitorChangedError(
        f"The monitor '{known.name}' was changed in between.",
        why=f"{known.author or 'Somebody'} made revision {known.revision}; yours is based on {wanted}.",
        next_step="Read it again, and make your change to that.",
    )


def monitor_of(row: sa.RowMapping) -> Monitor:
    """Make a monitor of its row."""
    return Monitor.model_validate({field: row[field] for field in Monitor.model_fields})


def _columns(monitor: Monitor) -> dict[str, Any]:
    asis = monitor.model_dump(include={"created_at", "updated_at"})
    return {**monitor.model_dump(mode="json"), **asis, "name": monitor.name}


def not_found(tenant: str, name: str) -> MonitorNotFoundError:
    """Make the error of a name that nobody knows."""
    return MonitorNotFoundError(
        f"There is no monitor '{name[:80]}' in the tenant '{tenant}'.",
        next_step="List them: trends monitors list --all",
    )
