"""What people set while processes ran: each change is a version, made only over the one its author had seen."""

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy.exc import IntegrityError

from trends.domain.access import OPEN_TENANT
from trends.domain.models import Model
from trends.errors import NotFoundError, SettingsChangedError
from trends.settings_live import Overridden
from trends.storage.database import Database
from trends.storage.setting_tables import setting_versions

MAX_PAGE = 200
# They are of the whole installation, and stand under the tenant that may change them.
TENANT = OPEN_TENANT

_this = setting_versions.c.tenant == TENANT


class SettingVersion(Model):
    """One change.

    Attributes:
        version: Counts from 1.
        parent: The version that it was made over; 0: there was none.
        verb: `set`, or `rollback`.
        restored: Which version a rollback brought back; 0: what there is without any.
        values: All that is overridden from then on, by name.
        set: What the change set, by name.
        unset: What it gave back to the files.
        author: Who made it.
        reason: Why, in their words.
        at: When.
    """

    version: int
    parent: int
    verb: Literal["set", "rollback"]
    restored: int | None = None
    values: Mapping[str, Any]
    set: Mapping[str, Any]
    unset: tuple[str, ...]
    author: str
    reason: str
    at: AwareDatetime


class SettingHistory(Model):
    """One page of changes; `before` leads to the next, None on the last."""

    items: tuple[SettingVersion, ...]
    before: int | None


class SettingVersions:
    """Writes and reads versions.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int:
        """Tell the version in force; 0 where nothing was ever set.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(sa.func.max(setting_versions.c.version)).where(_this)
        return await self._database.read(lambda connection: connection.execute(query).scalar()) or 0

    async def overridden(self) -> Overridden:
        """Read what is in force.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(setting_versions.c.version, setting_versions.c["values"])
            .where(_this)
            .order_by(setting_versions.c.version.desc())
            .limit(1)
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return Overridden() if row is None else Overridden(version=row[0], values=row[1])

    async def get(self, version: int) -> SettingVersion:
        """Read one version.

        Raises:
            NotFoundError: There is none of this number.
            StorageError: The database failed.
        """
        query = sa.select(setting_versions).where(_this, setting_versions.c.version == version)
        row = await self._database.read(
            lambda connection: connection.execute(query).mappings().first()
        )
        if row is None:
            raise NotFoundError(
                f"There is no version {version} of the settings.",
                next_step="List them: trends config history",
            )
        return _version(row)

    async def history(self, *, before: int | None = None, limit: int = 50) -> SettingHistory:
        """Read changes, newest first; at most `MAX_PAGE`.

        Raises:
            StorageError: The database failed.
        """
        limit = max(1, min(limit, MAX_PAGE))
        query = sa.select(setting_versions).where(_this)
        if before is not None:
            query = query.where(setting_versions.c.version < before)
        query = query.order_by(setting_versions.c.version.desc()).limit(limit + 1)
        rows = await self._database.read(
            lambda connection: [_version(row) for row in connection.execute(query).mappings()]
        )
        more = len(rows) > limit
        return SettingHistory(
            items=tuple(rows[:limit]), before=rows[limit - 1].version if more else None
        )

    async def add(self, change: SettingVersion) -> None:
        """Keep a change, if nobody else made one in between.

        Raises:
            SettingsChangedError: Somebody did; nothing was kept.
            StorageError: The database failed.
        """
        newest = sa.select(sa.func.max(setting_versions.c.version)).where(_this)

        def work(connection: sa.Connection) -> None:
            found = connection.execute(newest).scalar() or 0
            if found != change.parent:
                raise changed_since(change.parent, found)
            try:
                connection.execute(
                    sa.insert(setting_versions), {"tenant": TENANT, **change.model_dump()}
                )
            except IntegrityError as error:
                # The same number was given at the same moment: on PostgreSQL writers do not wait for each other.
                raise changed_since(change.parent, change.version) from error

        await self._database.write(work)


def changed_since(seen: int, found: int) -> SettingsChangedError:
    """Make the error of a change that was made over a version which is no longer the newest."""
    return SettingsChangedError(
        "The settings were changed in between; yours were not.",
        why=f"You saw version {seen}, and version {found} is in force.",
        next_step="Look at them, and make your change again: trends config history",
    )


def _version(row: sa.RowMapping) -> SettingVersion:
    return SettingVersion.model_validate(
        {name: value for name, value in row.items() if name != "tenant"}
    )
