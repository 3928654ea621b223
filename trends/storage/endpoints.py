"""Webhook endpoints of tenants, and what went to them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy.exc import IntegrityError

from trends.domain.delivery import DeliveryState
from trends.domain.endpoints import Endpoint, EndpointState
from trends.domain.models import Model
from trends.errors import EndpointExistsError, EndpointNotFoundError
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.endpoint_tables import webhook_endpoints
from trends.storage.rows import JsonObject
from trends.storage.tables import outbox

# Each is asked at every message that names it; a tenant with more has another problem.
MOST_ENDPOINTS = 100
MAX_PAGE = 200


class Delivery(Model):
    """A message to an endpoint, and how far it got.

    Attributes:
        id: Id of the message, the `webhook-id` of every attempt.
        event: What it says.
        subject: What it is about.
        run_id: The run it speaks of, if any.
        state: How far it got.
        attempts: How often it was handed over.
        created_at: When it was written down.
        updated_at: Last change of its state.
        sent_at: When it was taken.
        error: Why the last attempt failed.
    """

    id: str
    event: str
    subject: str
    run_id: str | None
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    sent_at: AwareDatetime | None
    error: str


class DeliveryPage(Model):
    """One page of deliveries; `next_cursor` is None on the last."""

    items: tuple[Delivery, ...]
    next_cursor: str | None


class EndpointStore:
    """Writes and reads endpoints.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, endpoint: Endpoint) -> None:
        """Register an endpoint.

        Raises:
            EndpointExistsError: Its name is taken, or there are too many.
            StorageError: The database failed.
        """
        await self._database.write(lambda connection: _add(connection, endpoint))

    async def all(self, tenant: str) -> tuple[Endpoint, ...]:
        """Read the endpoints of a tenant, by name.

        Raises:
            StorageError: The database failed.
        """
        table = webhook_endpoints
        query = sa.select(table).where(table.c.tenant == tenant).order_by(table.c.name)
        return await self._database.read(
            lambda connection: tuple(_endpoint(row) for row in connection.execute(query).mappings())
        )

    async def find(self, tenant: str, name: str) -> Endpoint | None:
        """Read an endpoint; None where there is none of this name.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(webhook_endpoints).where(*_this(tenant, name))
        row = await self._database.read(
            lambda connection: connection.execute(query).mappings().one_or_none()
        )
        return None if row is None else _endpoint(row)

    async def get(self, tenant: str, name: str) -> Endpoint:
        """Read an endpoint.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """
        found = await self.find(tenant, name)
        if found is None:
            raise _missing(name)
        return found

    async def change(self, tenant: str, name: str, **values: Any) -> Endpoint:
        """Change some of an endpoint's fields, and give it as it stands then.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> Endpoint:
            held = _hold(connection, tenant, name)
            connection.execute(
                sa.update(webhook_endpoints).where(*_this(tenant, name)).values(**values)
            )
            return held.model_copy(update=values)

        return await self._database.write(work)

    async def rotate(
        self, tenant: str, name: str, secret: str, *, now: datetime, until: datetime
    ) -> Endpoint:
        """Give an endpoint a new secret; the one it has stays beside it for a while.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> Endpoint:
            held = _hold(connection, tenant, name)
            if held.secret == secret:
                return held  # the transaction ran before, and nobody heard that it had
            values = {
                "secret": secret,
                "previous_secret": held.secret,
                "previous_until": until,
                "updated_at": now,
            }
            connection.execute(
                sa.update(webhook_endpoints).where(*_this(tenant, name)).values(**values)
            )
            return held.model_copy(update=values)

        return await self._database.write(work)

    async def disable(self, tenant: str, name: str, reason: str, now: datetime) -> bool:
        """Switch an endpoint off, if it is there and on; tells whether this did it.

        Raises:
            StorageError: The database failed.
        """
        statement = (
            sa.update(webhook_endpoints)
            .where(*_this(tenant, name), webhook_endpoints.c.state == EndpointState.ENABLED)
            .values(state=EndpointState.DISABLED, reason=reason, updated_at=now)
        )
        return await self._database.write(
            lambda connection: connection.execute(statement).rowcount > 0
        )

    async def remove(self, tenant: str, name: str) -> None:
        """Take an endpoint out; what went to it stays in the outbox.

        Raises:
            EndpointNotFoundError: There is none of this name.
            StorageError: The database failed.
        """
        statement = sa.delete(webhook_endpoints).where(*_this(tenant, name))
        found = await self._database.write(
            lambda connection: connection.execute(statement).rowcount
        )
        if not found:
            raise _missing(name)

    async def deliveries(
        self,
        endpoint: Endpoint,
        *,
        state: DeliveryState | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> DeliveryPage:
        """Read what went to an endpoint since it was registered, newest first.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        query = sa.select(outbox).where(
            outbox.c.tenant == endpoint.tenant,
            outbox.c.channel == endpoint.channel,
            # One of the same name that was removed before is none of its business.
            outbox.c.created_at >= endpoint.created_at,
        )
        if state is not None:
            query = query.where(outbox.c.state == state)
        if cursor is not None:
            at, message_id = read_cursor(cursor)
            same = sa.and_(outbox.c.created_at == at, outbox.c.id < message_id)
            query = query.where(sa.or_(outbox.c.created_at < at, same))
        query = query.order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit + 1)
        rows = await self._database.read(
            lambda connection: [_delivery(row) for row in connection.execute(query).mappings()]
        )
        shown = rows[:limit]
        more = len(rows) > limit
        return DeliveryPage(
            items=tuple(shown),
            next_cursor=write_cursor(shown[-1].created_at, shown[-1].id) if more else None,
        )

    async def written(
        self, endpoint: Endpoint, message_id: str
    ) -> tuple[DeliveryState, JsonObject] | None:
        """Read how far a message to an endpoint got, and what it says; None where none went there.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(outbox.c.state, outbox.c.payload).where(
            outbox.c.tenant == endpoint.tenant,
            outbox.c.id == message_id,
            outbox.c.channel == endpoint.channel,
        )
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else (DeliveryState(row.state), row.payload)


def _add(connection: sa.Connection, endpoint: Endpoint) -> None:
    table = webhook_endpoints
    mine = sa.select(sa.func.count()).select_from(table).where(table.c.tenant == endpoint.tenant)
    if connection.execute(mine).scalar_one() >= MOST_ENDPOINTS:
        raise EndpointExistsError(
            f"There are {MOST_ENDPOINTS} webhook endpoints, which is the most.",
            next_step="Remove one that nobody uses: trends webhooks list",
        )
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(table), endpoint.model_dump())
    except IntegrityError as error:
        raise EndpointExistsError(
            f"There is a webhook endpoint '{endpoint.name}' already.",
            next_step="Choose another name, change that one, or remove it first.",
        ) from error


def _hold(connection: sa.Connection, tenant: str, name: str) -> Endpoint:
    query = sa.select(webhook_endpoints).where(*_this(tenant, name)).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _missing(name)
    return _endpoint(row)


def _this(tenant: str, name: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return webhook_endpoints.c.tenant == tenant, webhook_endpoints.c.name == name


def _endpoint(row: sa.RowMapping) -> Endpoint:
    return Endpoint.model_validate(dict[str, Any](row))


def _delivery(row: sa.RowMapping) -> Delivery:
    values = {name: row[name] for name in Delivery.model_fields if name != "event"}
    return Delivery.model_validate({**values, "event": row["payload"].get("kind", "")})


def _missing(name: str) -> EndpointNotFoundError:
    return EndpointNotFoundError(
        f"There is no webhook endpoint '{name[:80]}'.",
        next_step="See them: trends webhooks list",
    )
