"""The outbox: each message about a subject to a channel, and how far it got.

`pending` → `sending` → `sent`. A row found in `sending` after a crash may or may not have been delivered; whether it
goes again or becomes `uncertain` is the channel's to say (`trends.notify`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy.exc import IntegrityError

from trends.domain.delivery import DeliveryState
from trends.domain.models import Model, Tenant
from trends.errors import NotFoundError
from trends.storage import statements as sql
from trends.storage.database import Database
from trends.storage.record import hold
from trends.storage.rows import JsonObject
from trends.storage.statements import RunKey

S = DeliveryState
# From which states each is reached. `sent` may follow `uncertain`: a slow sender was given up too early.
_BEFORE: dict[DeliveryState, tuple[DeliveryState, ...]] = {
    S.PENDING: (S.SENDING,),
    S.SENDING: (S.PENDING, S.SENDING, S.FAILED),
    S.SENT: (S.SENDING, S.UNCERTAIN),
    S.UNCERTAIN: (S.SENDING,),
    S.FAILED: (S.SENDING,),
}


class OutboxRow(Model):
    """One message to one channel.

    Attributes:
        subject: What it is about, such as `run/0199…/report`.
        run_id: The run it speaks of, if any.
        id: Id of the message; the receiver may use it to recognise a repetition.
        payload: What is sent.
        state: How far it got.
        attempts: How often it was handed to the channel.
        sent_at: When the channel took it.
        error: Why the last attempt failed; of one that was sent, what the channel had to say of it.
    """

    tenant: Tenant
    subject: str
    run_id: str | None
    id: str
    channel: str
    payload: JsonObject
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    sent_at: AwareDatetime | None
    error: str


class _Key(NamedTuple):
    """Which message."""

    tenant: str
    subject: str
    channel: str

    @property
    def bound(self) -> dict[str, Any]:
        return {
            "of_tenant": self.tenant,
            "of_subject": self.subject,
            "of_channel": self.channel,
        }


class Outbox:
    """Keeps the outbox. There is one row for each (tenant, subject, channel).

    Args:
        database: Where it is.
        clock: Tells the time of what happens.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def enqueue(
        self,
        tenant: str,
        subject: str,
        channel: str,
        payload: JsonObject,
        *,
        message_id: str,
        run_id: str | None = None,
    ) -> OutboxRow:
        """Write a message down as pending, or read the row that is there: its payload stands.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        now = self._clock()
        row = OutboxRow(
            tenant=tenant,
            subject=subject,
            run_id=run_id,
            id=message_id,
            channel=channel,
            payload=payload,
            state=DeliveryState.PENDING,
            attempts=0,
            created_at=now,
            updated_at=now,
            sent_at=None,
            error="",
        )
        return await self._database.write(lambda connection: _enqueue(connection, row))

    async def rows(self, tenant: str, run_id: str) -> tuple[OutboxRow, ...]:
        """Read the messages that speak of a run, by subject and channel.

        Raises:
            StorageError: The database failed.
        """
        bound = RunKey(tenant, run_id).bound
        return await self._database.read(
            lambda connection: tuple(
                OutboxRow.model_validate(dict[str, Any](row))
                for row in connection.execute(sql.READ_MESSAGES, bound).mappings()
            )
        )

    async def claim(self, tenant: str, subject: str, channel: str) -> OutboxRow:
        """Move to `sending`, before the channel is called; counts the attempt."""
        return await self._move(_Key(tenant, subject, channel), DeliveryState.SENDING, "")

    async def release(self, tenant: str, subject: str, channel: str, error: str) -> OutboxRow:
        """Move back to `pending`: the channel took nothing."""
        return await self._move(_Key(tenant, subject, channel), DeliveryState.PENDING, error)

    async def sent(self, tenant: str, subject: str, channel: str, remark: str = "") -> OutboxRow:
        """Move to `sent`: the channel took it; `remark` is what it had to say of it."""
        return await self._move(_Key(tenant, subject, channel), DeliveryState.SENT, remark)

    async def uncertain(self, tenant: str, subject: str, channel: str, error: str) -> OutboxRow:
        """Move to `uncertain`: the channel may have taken it, and must not get it twice."""
        return await self._move(_Key(tenant, subject, channel), DeliveryState.UNCERTAIN, error)

    async def failed(self, tenant: str, subject: str, channel: str, error: str) -> OutboxRow:
        """Move to `failed`: the channel refused it for good."""
        return await self._move(_Key(tenant, subject, channel), DeliveryState.FAILED, error)

    async def _move(self, key: _Key, state: DeliveryState, error: str) -> OutboxRow:
        """Change the state where that is a step the outbox knows; otherwise the row stays as it is.

        Returns:
            The row as it stands now.

        Raises:
            NotFoundError: Nothing was enqueued for this channel.
            StorageError: The database failed.
        """
        now = self._clock()

        def move(connection: sa.Connection) -> OutboxRow | None:
            row = _read(connection, key)
            if row is None or row.state not in _BEFORE[state]:
                return row
            values: dict[str, Any] = {"state": state, "error": error, "updated_at": now}
            values["attempts"] = row.attempts + (state is DeliveryState.SENDING)
            values["sent_at"] = now if state is DeliveryState.SENT else None
            connection.execute(sql.MOVE_MESSAGE, {**key.bound, **values})
            return row.model_copy(update=values)

        row = await self._database.write(move)
        if row is None:
            raise NotFoundError(
                f"Nothing was written down about '{key.subject[:80]}' for the channel '{key.channel[:80]}'."
            )
        return row


def _enqueue(connection: sa.Connection, row: OutboxRow) -> OutboxRow:
    if row.run_id is not None:
        hold(connection, RunKey(row.tenant, row.run_id))
    key = _Key(row.tenant, row.subject, row.channel)
    known = _read(connection, key)
    if known is not None:
        return known
    try:
        with connection.begin_nested():
            connection.execute(sql.INSERT_MESSAGE, row.model_dump())
    except IntegrityError:
        # Another process was faster, with nothing held that both would have waited for.
        known = _read(connection, key)
        if known is None:
            raise
        return known
    return row


def _read(connection: sa.Connection, key: _Key) -> OutboxRow | None:
    row = connection.execute(sql.READ_MESSAGE, key.bound).mappings().one_or_none()
    return None if row is None else OutboxRow.model_validate(dict[str, Any](row))
