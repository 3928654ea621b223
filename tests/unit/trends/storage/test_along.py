"""A change and its row in the audit log are kept together, or neither is."""

import pytest
import sqlalchemy as sa

from tests.unit.trends.storage.along_cases import ROW, TENANT
from trends.storage.along import taking_along
from trends.storage.audit import AuditLog, AuditRow
from trends.storage.database import Database


class BrokenOffError(Exception):
    """A transaction ends in its middle."""


def change(connection: sa.Connection) -> None:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS things (n INTEGER)"))
    connection.execute(sa.text("INSERT INTO things VALUES (1)"))


def broken_off(connection: sa.Connection) -> None:
    change(connection)
    raise BrokenOffError


async def rows(log: AuditLog) -> list[tuple[str, int]]:
    return [(row.outcome, row.status) for row in (await log.page(TENANT)).items]


async def test_row_is_there_as_soon_as_the_change_is(database: Database) -> None:
    log = AuditLog(database)
    with taking_along(log.along(lambda: ROW)):
        await database.write(change)
        assert await rows(log) == [("done", 0)]


async def test_change_that_is_rolled_back_takes_its_row_with_it(database: Database) -> None:
    log = AuditLog(database)
    with taking_along(log.along(lambda: ROW)):
        with pytest.raises(BrokenOffError):
            await database.write(broken_off)
        assert await rows(log) == []
        await database.write(change)
        assert await rows(log) == [("done", 0)]


async def test_row_that_cannot_be_written_takes_the_change_with_it(database: Database) -> None:
    def unwritable() -> AuditRow:
        raise BrokenOffError

    await database.write(change)
    with taking_along(AuditLog(database).along(unwritable)), pytest.raises(BrokenOffError):
        await database.write(change)
    count = sa.text("SELECT COUNT(*) FROM things")
    assert await database.read(lambda connection: connection.scalar(count)) == 1


async def test_what_came_of_it_is_told_in_the_same_row(database: Database) -> None:
    log = AuditLog(database)
    with taking_along(log.along(lambda: ROW)):
        await database.write(change)
        await log.add(ROW.model_copy(update={"outcome": "failed", "status": 503}))
        await database.write(change)
    assert await rows(log) == [("failed", 503)]


async def test_writes_outside_take_nothing_along(database: Database) -> None:
    log = AuditLog(database)
    with taking_along(log.along(lambda: ROW)):
        pass
    await database.write(change)
    assert await rows(log) == []
