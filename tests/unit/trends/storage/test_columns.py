"""The kinds of columns and the statements over them mean the same on SQLite and on PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.errors import StorageError
from trends.storage.columns import flag, json, large_number, number, real, text, time
from trends.storage.database import Database

things = sa.Table(
    "things",
    sa.MetaData(),
    text("name"),
    text("note", nullable=True),
    time("at", nullable=True),
    json("data", nullable=True),
    number("rank"),
    large_number("size"),
    real("share", nullable=True),
    flag("seen"),
    sa.PrimaryKeyConstraint("name"),
)
SEOUL = timezone(timedelta(hours=9))


@pytest.fixture
async def thing(database: Database) -> Database:
    await database.write(things.metadata.create_all)
    return database


async def add(database: Database, *names: str, **values: Any) -> None:
    row = {"rank": 0, "size": 0, "seen": False, **values}
    rows = [{"name": name, **row} for name in names]
    await database.write(lambda connection: connection.execute(sa.insert(things), rows))


async def all_of(database: Database, query: sa.Select[Any]) -> Sequence[Any]:
    return await database.read(lambda connection: connection.scalars(query).all())


NAMES = "a|B|b|A|_|-|a b|a-c|ab|é|가|힣|1|10|2|Ⅷ|😀".split("|")


async def test_text_sorts_by_its_bytes(thing: Database) -> None:
    await add(thing, *NAMES)

    found = await all_of(thing, sa.select(things.c.name).order_by(things.c.name))

    assert found == sorted(NAMES, key=str.encode)


async def test_text_is_compared_by_its_bytes(thing: Database) -> None:
    await add(thing, *NAMES)

    found = await all_of(thing, sa.select(things.c.name).where(things.c.name < "a"))

    assert set(found) == {name for name in NAMES if name.encode() < b"a"}


async def test_composed_and_decomposed_text_are_two(thing: Database) -> None:
    await add(thing, "é", "e\u0301")

    assert await all_of(thing, sa.select(things.c.name).where(things.c.name == "é")) == ["é"]


async def test_like_tells_capitals_from_small_letters(thing: Database) -> None:
    await add(thing, "Matcha", "matcha", "100%", "1000")

    small = await all_of(thing, sa.select(things.c.name).where(things.c.name.contains("m")))
    sign = things.c.name.contains("0%", autoescape=True)

    assert small == ["matcha"]
    assert await all_of(thing, sa.select(things.c.name).where(sign)) == ["100%"]


async def test_lower_folds_ascii_alone(thing: Database) -> None:
    await add(thing, "ÀB")

    assert await all_of(thing, sa.select(sa.func.lower(things.c.name))) == ["Àb"]


@pytest.mark.parametrize(
    "data",
    [
        {"b": 1, "a": {"글": ["😀", "\u0000", "\\u0041"]}},
        [0.1, 1e300, 5e-324, -0.0, 2**63, 1.0],
        "텍스트",
        {},
        [],
        False,
    ],
)
async def test_json_comes_back_as_it_was(thing: Database, data: Any) -> None:
    await add(thing, "a", data=data)

    (found,) = await all_of(thing, sa.select(things.c.data))

    assert (found, str(found)) == (data, str(data))


async def test_json_s_text_is_kept_letter_for_letter(thing: Database) -> None:
    await add(thing, "a", data={"b": 1, "a": "가"})

    assert await all_of(thing, sa.select(sa.cast(things.c.data, sa.String))) == ['{"b":1,"a":"가"}']


async def test_nothing_is_null_and_not_json(thing: Database) -> None:
    await add(thing, "a", data=None)

    assert await all_of(thing, sa.select(things.c.name).where(things.c.data.is_(None))) == ["a"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
async def test_number_that_json_does_not_have_is_refused(thing: Database, value: float) -> None:
    with pytest.raises(StorageError, match="cannot be stored"):
        await add(thing, "a", data={"share": value})


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 9, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 9, 3, tzinfo=SEOUL),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
async def test_time_comes_back_in_utc_to_the_microsecond(thing: Database, at: datetime) -> None:
    await add(thing, "a", at=at)

    (found,) = await all_of(thing, sa.select(things.c.at))

    assert (found, found.tzinfo) == (at, UTC)


async def test_times_sort_as_moments_whatever_their_zone(thing: Database) -> None:
    noon = datetime(2026, 1, 9, 12, tzinfo=UTC)
    await add(thing, "later", at=noon + timedelta(microseconds=1))
    await add(thing, "first", at=(noon - timedelta(seconds=1)).astimezone(SEOUL))
    await add(thing, "noon", at=noon)

    query = sa.select(things.c.name).order_by(things.c.at)

    assert await all_of(thing, query) == ["first", "noon", "later"]
    since = sa.select(things.c.name).where(things.c.at > noon.astimezone(SEOUL))
    assert await all_of(thing, since) == ["later"]


async def test_numbers_come_back_exactly(thing: Database) -> None:
    await add(thing, "a", rank=2**31 - 1, size=2**63 - 1, share=0.1 + 0.2, seen=True)

    row = await thing.read(lambda connection: connection.execute(sa.select(things)).one())

    assert (row.rank, row.size, row.share) == (2**31 - 1, 2**63 - 1, 0.1 + 0.2)
    assert row.seen is True


async def test_flags_are_asked_for_by_themselves(thing: Database) -> None:
    await add(thing, "a", seen=True)
    await add(thing, "b", seen=False)

    assert await all_of(thing, sa.select(things.c.name).where(things.c.seen)) == ["a"]


async def test_one_statement_inserts_or_changes(thing: Database) -> None:
    # PostgreSQL's own construct: SQLite's compiler knows it as well.
    new = insert(things)
    put = new.on_conflict_do_update(
        index_elements=["name"],
        set_={"rank": new.excluded.rank, "note": things.c.note},
        where=new.excluded.rank > things.c.rank,
    )
    skip = new.on_conflict_do_nothing(index_elements=["name"])
    rows = [
        {"name": "a", "note": str(rank), "rank": rank, "size": 0, "seen": False}
        for rank in (2, 3, 1)
    ]

    def work(connection: sa.Connection) -> None:
        for row in rows:
            connection.execute(put, row)
        connection.execute(skip, rows)

    await thing.write(work)

    row = await thing.read(lambda connection: connection.execute(sa.select(things)).one())
    assert (row.rank, row.note) == (3, "2")


@pytest.mark.parametrize(("name", "size"), [("half \ud83d", 0), ("large", 2**64)])
async def test_value_without_a_form_in_the_database_is_refused(
    thing: Database, name: str, size: int
) -> None:
    with pytest.raises(StorageError) as caught:
        await add(thing, name, size=size)

    assert not caught.value.retryable
