"""The outbox: each message about a subject to a channel, and how far it got.

`pending` → `sending` → `sent`. A row found in `sending` after a crash may or may not have been delivered; whether it
goes again or becomes `uncertain` is the channel's to say (`trends.notify`).

A row with `not_before` belongs to the channel's sender: whoever wrote it down does not send it. One that is meant for a
digest is never sent itself: at its time it is `digested`, in the transaction that writes the digest down.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy.exc import IntegrityError

from trends.domain.delivery import DeliveryState
from trends.domain.delivery_policy import Release
from trends.domain.models import Model, Tenant
from trends.errors import NotFoundError
from trends.storage import statements as sql
from trends.storage.database import Database
from trends.storage.record import hold
from trends.storage.rows import JsonObject
from trends.storage.statements import RunKey
from trends.storage.tables import outbox

MOST_IN_DIGEST = 20
"""More messages go out in further digests: channels cut long ones."""

S = DeliveryState
# From which states each is reached. `sent` may follow `uncertain`: a slow sender was given up too early.
_BEFORE: dict[DeliveryState, tuple[DeliveryState, ...]] = {
    S.PENDING: (S.SENDING,),
    S.SENDING: (S.PENDING, S.SENDING, S.FAILED),
    S.SENT: (S.SENDING, S.UNCERTAIN),
    S.UNCERTAIN: (S.SENDING,),
    S.FAILED: (S.SENDING,),
    # By `gather` alone.
    S.DIGESTED: (),
}
_OPEN = (S.PENDING, S.SENDING)


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
        not_before: When it may go out; None: at once, by whoever wrote it down.
        alert: It is an alert, of which a channel may want a limited number a day.
        digest: It goes out within a digest.
        carried_by: Subject of the digest that it went out in.
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
    not_before: AwareDatetime | None = None
    alert: bool = False
    digest: bool = False
    carried_by: str = ""


class Digest(Protocol):
    """A message that carries others."""

    @property
    def subject(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def payload(self) -> JsonObject: ...


Decide = Callable[[int], Release]
"""Says when a message may go out, by how many alerts went to its channel that day."""


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
        alert: bool = False,
        decide: Decide | None = None,
        day_start: datetime | None = None,
    ) -> OutboxRow:
        """Write a message down as pending, or read the row that is there: its payload, and its time, stand.

        Args:
            tenant: Whose message.
            subject: What it is about.
            channel: Where it goes.
            payload: What is sent.
            message_id: Its id.
            run_id: The run it speaks of, if any.
            alert: It is an alert.
            decide: Says when it may go out, by how many alerts went to this channel since `day_start`; None: at once.
            day_start: Where the channel's day began.

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
            alert=alert,
        )
        return await self._database.write(
            lambda connection: _enqueue(connection, row, decide, day_start or now)
        )

    async def waiting(self) -> tuple[tuple[str, str], ...]:
        """Name the channels, each with its tenant, to which something is to go out later.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(outbox.c.tenant, outbox.c.channel)
            .where(outbox.c.state.in_(_OPEN), outbox.c.not_before.is_not(None))
            .distinct()
            .order_by(outbox.c.tenant, outbox.c.channel)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple((row.tenant, row.channel) for row in rows)

    async def due(self, tenant: str, channel: str, now: datetime) -> tuple[OutboxRow, ...]:
        """Read what a channel's sender may send now, the oldest first.

        Raises:
            StorageError: The database failed.
        """
        query = (
            _waiting(tenant, channel)
            .where(outbox.c.digest.is_(False), outbox.c.not_before <= now)
            .order_by(outbox.c.not_before, outbox.c.created_at, outbox.c.id)
        )
        return await self._database.read(lambda connection: _rows(connection, query))

    async def next_due(self, tenant: str, channel: str) -> datetime | None:
        """Say when something is to go out to a channel next; None where nothing is.

        Raises:
            StorageError: The database failed.
        """
        query = _waiting(tenant, channel).order_by(outbox.c.not_before, outbox.c.id).limit(1)
        rows = await self._database.read(lambda connection: _rows(connection, query))
        return rows[0].not_before if rows else None

    async def postpone(self, tenant: str, subject: str, channel: str, not_before: datetime) -> None:
        """Let a message that waits wait longer.

        Raises:
            StorageError: The database failed.
        """
        key = _Key(tenant, subject, channel)
        statement = (
            sa.update(outbox)
            .where(*_of(key), outbox.c.state == DeliveryState.PENDING)
            .values(not_before=not_before, updated_at=self._clock())
        )
        await self._database.write(lambda connection: _do(connection, statement))

    async def gather(
        self,
        tenant: str,
        channel: str,
        now: datetime,
        make: Callable[[Sequence[OutboxRow]], Digest],
    ) -> OutboxRow | None:
        """Put everything that is due for a digest into one message, to be sent at once. It goes out in it, or not at all.

        Args:
            tenant: Whose messages.
            channel: Where they go.
            now: What is due by then.
            make: Writes the digest; may be called again where another writer came first.

        Returns:
            The digest, or None where nothing is due.

        Raises:
            StorageError: The database failed; nothing was changed.
        """
        query = (
            _waiting(tenant, channel)
            .where(outbox.c.digest.is_(True), outbox.c.not_before <= now)
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(MOST_IN_DIGEST)
            .with_for_update()
        )
        at = self._clock()

        def work(connection: sa.Connection) -> OutboxRow | None:
            members = _rows(connection, query)
            if not members:
                return None
            digest = make(members)
            row = OutboxRow(
                tenant=tenant,
                subject=digest.subject,
                run_id=None,
                id=digest.message_id,
                channel=channel,
                payload=digest.payload,
                state=DeliveryState.PENDING,
                attempts=0,
                created_at=at,
                updated_at=at,
                sent_at=None,
                error="",
                not_before=now,
            )
            connection.execute(sql.INSERT_MESSAGE, row.model_dump())
            connection.execute(
                sa.update(outbox)
                .where(outbox.c.tenant == tenant, outbox.c.id.in_([each.id for each in members]))
                .values(state=DeliveryState.DIGESTED, carried_by=digest.subject, updated_at=at)
            )
            return row

        return await self._database.write(work)

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


def _enqueue(
    connection: sa.Connection, row: OutboxRow, decide: Decide | None, day_start: datetime
) -> OutboxRow:
    if row.run_id is not None:
        hold(connection, RunKey(row.tenant, row.run_id))
    key = _Key(row.tenant, row.subject, row.channel)
    known = _read(connection, key)
    if known is not None:
        return known
    if decide is not None:
        release = decide(_alerts(connection, row, day_start) if row.alert else 0)
        row = row.model_copy(update={"not_before": release.at, "digest": release.digest})
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


def _alerts(connection: sa.Connection, row: OutboxRow, day_start: datetime) -> int:
    """Count the alerts of a channel's day that went, or go, out by themselves. Two at once may both find the last place."""
    query = sa.select(sa.func.count()).where(
        outbox.c.tenant == row.tenant,
        outbox.c.channel == row.channel,
        outbox.c.alert.is_(True),
        outbox.c.digest.is_(False),
        outbox.c.created_at >= day_start,
    )
    return connection.scalar(query) or 0


def _waiting(tenant: str, channel: str) -> sa.Select[Any]:
    return sa.select(outbox).where(
        outbox.c.tenant == tenant,
        outbox.c.channel == channel,
        outbox.c.state.in_(_OPEN),
        outbox.c.not_before.is_not(None),
    )


def _of(key: _Key) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        outbox.c.tenant == key.tenant,
        outbox.c.subject == key.subject,
        outbox.c.channel == key.channel,
    )


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> tuple[OutboxRow, ...]:
    rows = connection.execute(query).mappings().all()
    return tuple(OutboxRow.model_validate(dict[str, Any](row)) for row in rows)


def _do(connection: sa.Connection, statement: sa.Executable) -> None:
    connection.execute(statement)
