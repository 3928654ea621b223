"""PostgreSQL's own: a server that goes away, waits that end, writers that meet, and what its failures mean."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.errors import ConnectionTimeout

from tests.postgres_server import PostgresServer
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.errors import SettingsError, StorageError, StorageUnavailableError
from trends.storage.backends import backend_of
from trends.storage.database import Database
from trends.storage.migrate import revision
from trends.storage.pulse import REST_SECONDS, PatientConnection, Pulse
from trends.storage.record import hold
from trends.storage.runs import RunStore
from trends.storage.statements import RunKey

ADD = sa.text("INSERT INTO notes VALUES (:text, 0)")
HOLD = sa.text("SELECT text FROM notes WHERE text = :text FOR UPDATE")
RAISE = sa.text("UPDATE notes SET count = count + 1 WHERE text = :text")
PATIENCE_SECONDS = 10


class CountingPulse(Pulse):
    connected = 0

    def connect(self, *args: Any, **arguments: Any) -> PatientConnection:
        self.connected += 1
        return super().connect(*args, **arguments)


@pytest.fixture
def kind() -> str:
    return "postgres"


@pytest.fixture
async def noted(database: Database) -> Database:
    def make(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE notes (text TEXT UNIQUE, count INTEGER)"))
        connection.execute(ADD, [{"text": "a"}, {"text": "b"}])

    await database.write(make)
    return database


@pytest.fixture
async def hasty(noted: Database, database_url: str) -> AsyncGenerator[Database]:
    """The same database with limits of milliseconds, by the URL: what it says stands before ours."""
    del noted
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    options = " ".join(f"-c {name}={100}" for name in limits)
    url = sa.make_url(database_url).update_query_dict({"options": options})
    async with await Database.open(url.render_as_string(hide_password=False)) as opened:
        yield opened


async def notes(database: Database) -> dict[str, int]:
    query = sa.text("SELECT text, count FROM notes")
    rows = await database.read(lambda connection: connection.execute(query).all())
    return {row[0]: row[1] for row in rows}


class TestServerThatGoesAway:
    async def test_is_found_again_without_a_new_process(
        self, noted: Database, postgres: PostgresServer
    ) -> None:
        postgres.stop()
        try:
            for work in (noted.read, noted.write):
                with pytest.raises(StorageUnavailableError, match="cannot be used at the moment"):
                    await work(lambda connection: connection.scalar(sa.text("SELECT 1")))
        finally:
            postgres.start()

        await noted.write(lambda connection: connection.execute(RAISE, {"text": "a"}))
        assert await notes(noted) == {"a": 1, "b": 0}

    async def test_that_restarts_between_two_statements_is_not_noticed(
        self, noted: Database, postgres: PostgresServer
    ) -> None:
        # Several connections wait in the pool; each of them is cut.
        await asyncio.gather(*(notes(noted) for _ in range(3)))

        postgres.stop()
        postgres.start()

        assert await asyncio.gather(*(notes(noted) for _ in range(3))) == [{"a": 0, "b": 0}] * 3

    async def test_takes_a_transaction_with_it_whole(
        self, noted: Database, postgres: PostgresServer
    ) -> None:
        def cut(connection: sa.Connection) -> None:
            connection.execute(RAISE, {"text": "a"})
            postgres.stop()
            postgres.start()
            connection.execute(RAISE, {"text": "b"})

        with pytest.raises(StorageUnavailableError):
            await noted.write(cut)

        assert await notes(noted) == {"a": 0, "b": 0}


class TestServerThatHangs:
    async def test_is_given_up_also_in_mid_transaction_and_found_again(
        self, noted: Database, postgres: PostgresServer
    ) -> None:
        with ExitStack() as hung:

            def hang(connection: sa.Connection) -> None:
                connection.execute(RAISE, {"text": "a"})
                hung.enter_context(postgres.hung())
                connection.execute(RAISE, {"text": "b"})

            with pytest.raises(StorageUnavailableError, match="answers none"):
                await noted.write(hang)
            # More than there are threads: they must not wait for one limit after the other.
            late = await asyncio.gather(*(notes(noted) for _ in range(20)), return_exceptions=True)
            assert {type(each) for each in late} == {StorageUnavailableError}

        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(StorageUnavailableError):
                    await noted.write(lambda connection: connection.execute(RAISE, {"text": "a"}))
                    break
                await asyncio.sleep(0.05)  # it is tried once in a while only
        assert await notes(noted) == {"a": 1, "b": 0}

    async def test_that_is_only_slow_is_waited_for(
        self, noted: Database, database_url: str
    ) -> None:
        del noted
        pulse = CountingPulse(silent_seconds=0.01)

        def ask() -> object:
            with pulse.connect(database_url, connect_timeout=PATIENCE_SECONDS) as connection:
                return connection.execute("SELECT 1 FROM pg_sleep(0.5)").fetchone()

        assert await asyncio.to_thread(ask) == (1,)
        assert pulse.connected > 1  # it was tried, and answered

    async def test_keeps_one_caller_waiting_and_no_other(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf, ThreadPoolExecutor(1) as threads:
            place = {"host": "127.0.0.1", "port": deaf.getsockname()[1], "connect_timeout": 2}
            now = [0.0]
            pulse = Pulse(monotonic=lambda: now[0])
            with pytest.raises(ConnectionTimeout, match="expired"):
                pulse.connect(**place)
            deaf.accept()[0].close()
            with pytest.raises(ConnectionTimeout, match="not answered lately"):
                pulse.connect(**place)
            now[0] = REST_SECONDS

            first = threads.submit(pulse.connect, **place)
            # It is on its way as soon as its connection has come.
            held, _ = await asyncio.to_thread(deaf.accept)
            with held:
                with pytest.raises(ConnectionTimeout, match="not answered lately"):
                    pulse.connect(**place)
                with pytest.raises(ConnectionTimeout, match="expired"):
                    await asyncio.wrap_future(first)


class TestWritersThatMeet:
    async def test_writers_of_different_rows_do_not_wait(self, noted: Database) -> None:
        both = threading.Barrier(2, timeout=PATIENCE_SECONDS)

        def write(connection: sa.Connection, text: str) -> None:
            connection.execute(RAISE, {"text": text})
            both.wait()  # each is in the middle of its transaction

        await asyncio.gather(*(noted.write(lambda c, t=text: write(c, t)) for text in "ab"))

        assert await notes(noted) == {"a": 1, "b": 1}

    async def test_writers_of_one_row_take_turns(self, noted: Database) -> None:
        def count_up(connection: sa.Connection) -> None:
            connection.execute(HOLD, {"text": "a"})
            found = connection.scalar(sa.text("SELECT count FROM notes WHERE text = 'a'"))
            change = sa.text("UPDATE notes SET count = :count WHERE text = 'a'")
            connection.execute(change, {"count": (found or 0) + 1})

        await asyncio.gather(*(noted.write(count_up) for _ in range(40)))

        assert (await notes(noted))["a"] == 40

    async def test_writers_that_wait_for_each_other_both_get_through(self, noted: Database) -> None:
        first = threading.Barrier(2, timeout=PATIENCE_SECONDS)
        runs: list[str] = []

        def write(connection: sa.Connection, texts: str) -> None:
            runs.append(texts)
            again = len(runs) > 2
            for text in texts:
                connection.execute(RAISE, {"text": text})
                if text == texts[0] and not again:
                    first.wait()  # both hold their first row now, and want the other's

        await asyncio.gather(
            *(noted.write(lambda c, t=texts: write(c, t)) for texts in ("ab", "ba"))
        )

        assert await notes(noted) == {"a": 2, "b": 2}
        assert len(runs) >= 3

    async def test_writers_that_both_found_nothing_insert_once(self, noted: Database) -> None:
        both = threading.Barrier(2, timeout=PATIENCE_SECONDS)
        runs: list[str] = []

        def insert(connection: sa.Connection, who: str) -> str:
            runs.append(who)
            again = len(runs) > 2
            if connection.execute(HOLD, {"text": "c"}).one_or_none() is not None:
                return "found"
            if not again:
                both.wait()
            connection.execute(ADD, {"text": "c"})
            return "added"

        answers = await asyncio.gather(
            *(noted.write(lambda c, w=who: insert(c, w)) for who in "xy")
        )

        assert sorted(answers) == ["added", "found"]

    async def test_key_that_is_really_taken_is_final(self, noted: Database) -> None:
        with pytest.raises(StorageError, match="23505") as caught:
            await noted.write(lambda connection: connection.execute(ADD, {"text": "a"}))

        assert not caught.value.retryable


class TestWaits:
    async def test_row_held_by_another_is_waited_for_so_long(
        self, noted: Database, hasty: Database
    ) -> None:
        def wait(connection: sa.Connection) -> None:
            connection.execute(HOLD, {"text": "a"})
            with pytest.raises(StorageUnavailableError, match=r"55P03|57014"):
                asyncio.run_coroutine_threadsafe(raise_a(), loop).result(PATIENCE_SECONDS)

        async def raise_a() -> None:
            await hasty.write(lambda connection: connection.execute(RAISE, {"text": "a"}))

        loop = asyncio.get_running_loop()
        await noted.write(wait)

        await raise_a()
        assert (await notes(noted))["a"] == 1

    async def test_run_that_is_held_is_written_by_nobody_else(
        self, database: Database, hasty: Database
    ) -> None:
        await RunStore(database, Clock()).insert(new_run())
        loop = asyncio.get_running_loop()
        others = RunStore(hasty, Clock())

        def holding(connection: sa.Connection) -> None:
            hold(connection, RunKey(TENANT, "run-1"))
            writing = others.stage_started(TENANT, "run-1", "collect", "", 1)
            with pytest.raises(StorageUnavailableError, match=r"55P03|57014"):
                asyncio.run_coroutine_threadsafe(writing, loop).result(PATIENCE_SECONDS)

        await database.write(holding)

        assert await others.stage_started(TENANT, "run-1", "collect", "", 1)

    async def test_statement_without_end_is_ended(self, hasty: Database) -> None:
        with pytest.raises(StorageUnavailableError, match="57014"):
            await hasty.read(lambda connection: connection.scalar(sa.text("SELECT pg_sleep(60)")))

    async def test_process_that_hangs_gives_its_rows_back(
        self, noted: Database, hasty: Database
    ) -> None:
        held, done = threading.Event(), threading.Event()

        def hang(connection: sa.Connection) -> None:
            connection.execute(HOLD, {"text": "a"})
            held.set()
            done.wait(PATIENCE_SECONDS)
            connection.execute(RAISE, {"text": "a"})

        hanging = asyncio.create_task(hasty.write(hang))
        await asyncio.to_thread(held.wait, PATIENCE_SECONDS)
        await noted.write(lambda connection: connection.execute(RAISE, {"text": "a"}))
        done.set()

        with pytest.raises(StorageUnavailableError):
            await hanging
        assert (await notes(noted))["a"] == 1


class TestReaching:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("statement_timeout", "1min"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "1min"),
            ("transaction_isolation", "read committed"),
            ("TimeZone", "UTC"),
            ("client_encoding", "UTF8"),
            ("application_name", "trends"),
        ],
    )
    async def test_connections_are_set_up(
        self, database: Database, setting: str, value: str
    ) -> None:
        query = sa.text(f"SHOW {setting}")

        assert await database.read(lambda connection: connection.scalar(query)) == value
        assert await database.write(lambda connection: connection.scalar(query)) == value

    def test_name_tells_the_server_and_no_secret(self) -> None:
        url = "postgresql+psycopg://u:geheim@db.example:6543/trends?password=geheim&sslmode=require"

        assert backend_of(url).name == "postgresql://db.example:6543/trends"

    async def test_wrong_password_is_told_without_it(self, database_url: str) -> None:
        url = sa.make_url(database_url).set(password="geheim")

        with pytest.raises(
            StorageUnavailableError, match="password authentication failed"
        ) as caught:
            await Database.open(url.render_as_string(hide_password=False))

        assert "geheim" not in str(caught.value)

    def test_server_that_is_not_there_is_tried_again(self) -> None:
        with pytest.raises(StorageUnavailableError, match=r"postgresql://127\.0\.0\.1:1/db"):
            revision("postgresql://u:p@127.0.0.1:1/db")

    def test_options_of_the_driver_pass_through(self, database_url: str) -> None:
        # This server speaks no TLS, and who asks for it gets no plain connection.
        with pytest.raises(StorageUnavailableError, match="SSL"):
            revision(f"{database_url}?sslmode=require")

    def test_option_that_does_not_exist_is_named(self, database_url: str) -> None:
        with pytest.raises(StorageError, match="sslmod") as caught:
            revision(f"{database_url}?sslmod=require")

        assert not caught.value.retryable

    async def test_database_that_cannot_hold_korean_is_refused(
        self, postgres: PostgresServer
    ) -> None:
        latin = "ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
        try:
            url = postgres.create("latin", more=latin)
            with pytest.raises(SettingsError, match="LATIN1"):
                await Database.open(url, check_revision=False)
        finally:
            postgres.drop("latin")

    def test_driver_that_is_not_installed_is_named(self) -> None:
        script = (
            "import sys; sys.modules['psycopg'] = None\n"
            "from trends.storage.migrate import revision\n"
            "try: revision('postgresql://u:geheim@127.0.0.1:1/db')\n"
            "except Exception as error: print(type(error).__name__, error)\n"
        )
        root = Path(__file__).parents[4]
        said = subprocess.run(
            [sys.executable, "-c", script], check=True, cwd=root, capture_output=True, text=True
        ).stdout

        assert said.startswith("SettingsError")
        assert "consumer-trend-agent[postgres]" in said


@pytest.fixture
def small_disk(postgres: PostgresServer) -> Generator[Path]:
    """A file system of two mebibytes that is the server's."""
    folder = postgres.folder / "disk"
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None or os.getuid() != 0:
        pytest.skip("a small file system needs mount and the right to (root on Linux)")
    owner = postgres.folder.stat()
    options = f"size=2m,mode=700,uid={owner.st_uid},gid={owner.st_gid}"
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("a small file system needs the right to mount")
    yield folder
    subprocess.run([unmount, "--lazy", folder], check=True)


async def test_full_disk_is_tried_again(
    noted: Database, postgres: PostgresServer, small_disk: Path
) -> None:
    postgres.run(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    move = sa.text("ALTER TABLE notes SET TABLESPACE small")
    await noted.write(lambda connection: connection.execute(move))
    fill = sa.text(
        "INSERT INTO notes SELECT md5(n::text) || n, 0 FROM generate_series(1, 100000) n"
    )
    try:
        with pytest.raises(StorageUnavailableError, match="cannot grow"):
            await noted.write(lambda connection: connection.execute(fill))

        assert await notes(noted) == {"a": 0, "b": 0}
    finally:
        drop = sa.text("DROP TABLE notes")
        await noted.write(lambda connection: connection.execute(drop))
        postgres.run("CHECKPOINT", "DROP TABLESPACE small")
