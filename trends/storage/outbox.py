"""The outbox: each message of a run to a channel, and how far it got.

`pending` → `sending` → `sent`. A row found in `sending` after a crash may or may not have been delivered; whether it
goes again or becomes `uncertain` is the channel's to say (`trends.notify`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

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
        id: Id of the message; the receiver may use it to recognise a repetition.
        payload: What is sent.
        state: How far it got.
        attempts: How often it was handed to the channel.
        sent_at: When the channel took it.
        error: Why the last attempt failed.
    """

    tenant: Tenant
    run_id: str
    id: str
    channel: str
    payload: JsonObject
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    sent_at: AwareDatetime | None
    error: str


class Outbox:
    """Keeps the outbox. There is one row for each (tenant, run, channel).

    Args:
        database: Where it is.
        clock: Tells the time of what happens.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def enqueue(
        self, tenant: str, run_id: str, channel: str, payload: JsonObject, *, message_id: str
    ) -> OutboxRow:
        """Write a message down as pending, or read the row that is there: its payload stands.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        now = self._clock()
        row = OutboxRow(
            tenant=tenant,
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
        """Read the messages of a run, by channel.

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

    async def claim(self, tenant: str, run_id: str, channel: str) -> OutboxRow:
        """Move to `sending`, before the channel is called; counts the attempt."""
        return await self._move(tenant, run_id, channel, DeliveryState.SENDING, "")

    async def release(self, tenant: str, run_id: str, channel: str, error: str) -> OutboxRow:
        """Move back to `pending`: the channel took nothing."""
        return await self._move(tenant, run_id, channel, DeliveryState.PENDING, error)

    async def sent(self, tenant: str, run_id: str, channel: str) -> OutboxRow:
        """Move to `sent`: the channel took it."""
        return await self._move(tenant, run_id, channel, DeliveryState.SENT, "")

    async def uncertain(self, tenant: str, run_id: str, channel: str, error: str) -> OutboxRow:
        """Move to `uncertain`: the channel may have taken it, and must not get it twice."""
        return await self._move(tenant, run_id, channel, DeliveryState.UNCERTAIN, error)

    async def failed(self, tenant: str, run_id: str, channel: str, error: str) -> OutboxRow:
        """Move to `failed`: the channel refused it for good."""
        return await self._move(tenant, run_id, channel, DeliveryState.FAILED, error)

    async def _move(
        self, tenant: str, run_id: str, channel: str, state: DeliveryState, error: str
    ) -> OutboxRow:
        """Change the state where that is a step the outbox knows; otherwise the row stays as it is.

        Returns:
            The row as it stands now.

        Raises:
            NotFoundError: No such run, or nothing was enqueued for this channel.
            StorageError: The database failed.
        """
        now = self._clock()
        key = RunKey(tenant, run_id)

        def move(connection: sa.Connection) -> OutboxRow | None:
            hold(connection, key)
            row = _read(connection, key, channel)
            if row is None or row.state not in _BEFORE[state]:
                return row
            values: dict[str, Any] = {"state": state, "error": error, "updated_at": now}
            values["attempts"] = row.attempts + (state is DeliveryState.SENDING)
            values["sent_at"] = now if state is DeliveryState.SENT else None
            connection.execute(sql.MOVE_MESSAGE, {**key.bound, "of_channel": channel, **values})
            return row.model_copy(update=values)

        row = await self._database.write(move)
        if row is None:
            raise NotFoundError(
                f"Nothing was written down for the run '{run_id[:80]}' and the channel '{channel[:80]}'."
            )
        return row


def _enqueue(connection: sa.Connection, row: OutboxRow) -> OutboxRow:
    key = RunKey(row.tenant, row.run_id)
    hold(connection, key)
    known = _read(connection, key, row.channel)
    if known is not None:
        return known
    connection.execute(sql.INSERT_MESSAGE, row.model_dump())
    return row


def _read(connection: sa.Connection, key: RunKey, channel: str) -> OutboxRow | None:
    bound = {**key.bound, "of_channel": channel}
    row = connection.execute(sql.READ_MESSAGE, bound).mappings().one_or_none()
    return None if row is None else OutboxRow.model_validate(dict[str, Any](row))
