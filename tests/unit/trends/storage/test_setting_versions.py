"""What people set while processes run: versions, each over the one before."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from trends.errors import NotFoundError, SettingsChangedError
from trends.settings_live import Overridden
from trends.storage.database import Database
from trends.storage.setting_versions import SettingVersion, SettingVersions

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def change(
    version: int, values: Mapping[str, Any] | None = None, parent: int | None = None
) -> SettingVersion:
    return SettingVersion(
        version=version,
        parent=version - 1 if parent is None else parent,
        verb="set",
        values=values or {},
        set=values or {},
        unset=("llm.model",),
        author="key:1",
        reason="말차",
        at=NOON,
    )


async def test_nothing_is_overridden_where_nothing_was_set(database: Database) -> None:
    store = SettingVersions(database)
    assert (await store.version(), await store.overridden()) == (0, Overridden())


async def test_newest_version_is_in_force_and_comes_back_as_it_was(database: Database) -> None:
    store = SettingVersions(database)
    values = {"limits.requests_per_minute": 30, "llm.roles.analyst.temperature": None, "x": [1.5]}
    await store.add(change(1, {"limits.burst_size": 1}))
    await store.add(change(2, values))
    assert await store.version() == 2
    assert await store.overridden() == Overridden(2, values)
    assert await store.get(2) == change(2, values)


async def test_version_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no version 3"):
        await SettingVersions(database).get(3)


async def test_change_over_an_older_version_is_not_made(database: Database) -> None:
    store = SettingVersions(database)
    await store.add(change(1))
    with pytest.raises(SettingsChangedError, match="You saw version 0, and version 1"):
        await store.add(change(1))
    with pytest.raises(SettingsChangedError):
        await store.add(change(3, parent=2))
    assert await store.version() == 1


async def test_of_changes_made_at_once_one_is_kept(database: Database) -> None:
    store = SettingVersions(database)
    done = await asyncio.gather(
        *(store.add(change(1, {"n": each})) for each in range(8)), return_exceptions=True
    )
    assert [
        each for each in done if each is not None and not isinstance(each, SettingsChangedError)
    ] == []
    assert done.count(None) == 1
    kept = (await store.get(1)).values
    assert kept == {"n": done.index(None)}


async def test_history_is_read_in_pages_newest_first(database: Database) -> None:
    store = SettingVersions(database)
    for version in range(1, 6):
        await store.add(change(version))
    first = await store.history(limit=2)
    assert ([each.version for each in first.items], first.before) == ([5, 4], 4)
    second = await store.history(before=first.before, limit=3)
    assert ([each.version for each in second.items], second.before) == ([3, 2, 1], None)
