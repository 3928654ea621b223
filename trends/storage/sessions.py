"""Signed-in browsers. Of what a browser's cookie holds only the digest is kept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.access import Scope
from trends.domain.models import Model, Tenant
from trends.storage.access_tables import api_keys, web_sessions
from trends.storage.database import Database


class SessionRow(Model):
    """A signed-in browser.

    Attributes:
        digest: SHA-256 of what its cookie holds, in hex.
        subject: Who signed in.
        name: What people call them.
        scopes: What they may do.
        key_id: Key by which they signed in; the session does not outlive it. None for a token.
        expires_at: From when on it does not hold.
    """

    tenant: Tenant
    digest: str
    subject: str
    name: str
    scopes: tuple[Scope, ...]
    key_id: str | None
    created_at: AwareDatetime
    expires_at: AwareDatetime


class SessionStore:
    """Writes and reads sessions.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: SessionRow) -> None:
        """Store a session; those that are over go.

        Raises:
            StorageError: The database failed.
        """
        values = {**session.model_dump(), "scopes": [scope.value for scope in session.scopes]}

        def work(connection: sa.Connection) -> None:
            over = web_sessions.c.expires_at <= session.created_at
            connection.execute(sa.delete(web_sessions).where(over))
            connection.execute(sa.insert(web_sessions), values)

        await self._database.write(work)

    async def find(self, digest: str, now: datetime) -> SessionRow | None:
        """Read the session of a cookie; None where there is none, it is over, or its key was revoked.

        Raises:
            StorageError: The database failed.
        """
        key = sa.and_(
            api_keys.c.tenant == web_sessions.c.tenant,
            api_keys.c.key_id == web_sessions.c.key_id,
        )
        query = (
            sa.select(web_sessions)
            .outerjoin(api_keys, key)
            .where(
                web_sessions.c.digest == digest,
                web_sessions.c.expires_at > now,
                api_keys.c.revoked_at.is_(None),
            )
        )
        row = await self._database.read(
            lambda connection: connection.execute(query).mappings().first()
        )
        return None if row is None else SessionRow.model_validate(dict[str, Any](row))

    async def end(self, digest: str) -> None:
        """Forget a session.

        Raises:
            StorageError: The database failed.
        """
        change = sa.delete(web_sessions).where(web_sessions.c.digest == digest)
        await self._database.write(lambda connection: connection.execute(change))
