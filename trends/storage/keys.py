"""API keys: who may use the API. Of a key's secret only the digest is kept."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.access import Scope, is_key_id
from trends.domain.models import Model, Tenant
from trends.errors import NotFoundError
from trends.storage.access_tables import api_keys
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database

MAX_PAGE = 200
# A key that is used all the time would else be written all the time.
USE_IS_NOTED = timedelta(minutes=1)


class KeyRow(Model):
    """A key as it is stored.

    Attributes:
        key_id: By which it is found and shown.
        digest: SHA-256 of its secret, in hex.
        name: What people call it.
        scopes: What it may do.
        created_by: Whoever made it.
        expires_at: From when on it does not hold; None for never.
        last_used_at: When it was last used, to the minute.
        revoked_at: When it was revoked; None while it holds.
        revoked_by: Whoever did.
    """

    tenant: Tenant
    key_id: str
    digest: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    revoked_by: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class KeyPage(Model):
    """One page of keys; `next_cursor` is None on the last."""

    items: tuple[KeyRow, ...]
    next_cursor: str | None


class KeyStore:
    """Writes and reads keys.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: KeyRow) -> None:
        """Store a new key.

        Raises:
            StorageError: The database failed.
        """
        values = {**key.model_dump(), "scopes": [scope.value for scope in key.scopes]}
        await self._database.write(
            lambda connection: connection.execute(sa.insert(api_keys), values)
        )

    async def find(self, key_id: str) -> KeyRow | None:
        """Read the key of an id, of whichever tenant; None where there is none.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(api_keys).where(api_keys.c.key_id == key_id).limit(1)
        return next(iter(await self._rows(query)), None)

    async def page(self, tenant: str, *, cursor: str | None = None, limit: int = 50) -> KeyPage:
        """Read a page of keys, newest first; at most `MAX_PAGE`.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        query = sa.select(api_keys).where(api_keys.c.tenant == tenant)
        if cursor is not None:
            at, key_id = read_cursor(cursor)
            same = sa.and_(api_keys.c.created_at == at, api_keys.c.key_id < key_id)
            query = query.where(sa.or_(api_keys.c.created_at < at, same))
        limit = max(1, min(limit, MAX_PAGE))
        query = query.order_by(api_keys.c.created_at.desc(), api_keys.c.key_id.desc())
        rows = await self._rows(query.limit(limit + 1))
        items, more = rows[:limit], len(rows) > limit
        last = write_cursor(items[-1].created_at, items[-1].key_id) if more else None
        return KeyPage(items=items, next_cursor=last)

    async def revoke(self, tenant: str, key_id: str, *, by: str, now: datetime) -> KeyRow:
        """Let a key hold no more. The first time stands.

        Raises:
            NotFoundError: No such key in this tenant.
            StorageError: The database failed.
        """
        return await self._database.write(
            lambda connection: _revoke(connection, tenant, key_id, by, now)
        )

    async def used(self, key: KeyRow, now: datetime) -> None:
        """Note that a key was used, at most once a minute.

        Raises:
            StorageError: The database failed.
        """
        if key.last_used_at is not None and now - key.last_used_at < USE_IS_NOTED:
            return
        last = api_keys.c.last_used_at
        # Of several processes that come at once, one writes.
        change = (
            sa.update(api_keys)
            .where(
                api_keys.c.tenant == key.tenant,
                api_keys.c.key_id == key.key_id,
                sa.or_(last.is_(None), last <= now - USE_IS_NOTED),
            )
            .values(last_used_at=now)
        )
        await self._database.write(lambda connection: connection.execute(change))

    async def any_holds(self, now: datetime) -> bool:
        """Whether any tenant has a key that holds.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(sa.func.count()).where(
            api_keys.c.revoked_at.is_(None),
            sa.or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now),
        )
        return bool(await self._database.read(lambda connection: connection.scalar(query)))

    async def _rows(self, query: sa.Select[Any]) -> tuple[KeyRow, ...]:
        return await self._database.read(
            lambda connection: tuple(
                KeyRow.model_validate(dict[str, Any](row))
                for row in connection.execute(query).mappings()
            )
        )


def _revoke(connection: sa.Connection, tenant: str, key_id: str, by: str, now: datetime) -> KeyRow:
    this = (api_keys.c.tenant == tenant, api_keys.c.key_id == key_id)
    query = sa.select(api_keys).where(*this).with_for_update()
    row = connection.execute(query).mappings().one_or_none() if is_key_id(key_id) else None
    if row is None:
        raise NotFoundError("There is no such key.", next_step="See them: trends keys list")
    key = KeyRow.model_validate(dict[str, Any](row))
    if key.revoked_at is not None:
        return key
    change = {"revoked_at": now, "revoked_by": by}
    connection.execute(sa.update(api_keys).where(*this).values(change))
    return key.model_copy(update=change)
