"""A PostgreSQL server of the tests' own: a cluster in a temporary folder, on a loopback port, without waiting for disks."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.ports import claim_port

FIRST_PORT = 25_000
DEBIAN = Path("/usr/lib/postgresql")
# The server refuses root; its package brings this account.
ACCOUNT = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "deadlock_timeout": "50ms",
}


class NoPostgresError(Exception):
    """PostgreSQL is not installed, or cannot be started; says why."""


@dataclass
class PostgresServer:
    """A running cluster.

    Attributes:
        folder: Where its files lie, all of them its account's.
        port: On loopback.
        password: Of its superuser.
    """

    folder: Path
    port: int
    programs: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def url(self, database: str) -> str:
        """URL of one of its databases, as TRENDS_DATABASE_URL takes it."""
        return f"postgresql://{ACCOUNT}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template0", more: str = "") -> str:
        """Create a database and give its URL."""
        self.run(f"CREATE DATABASE {database} TEMPLATE {template} {more}")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected."""
        self.run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Execute statements as superuser, each by itself."""
        # Here, so that tests without a database do not pay for it.
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items()]
        self._control("start", "-o", " ".join([*options, f"-p {self.port}"]))

    def stop(self) -> None:
        """Stop it at once; whoever is connected is cut off."""
        self._control("stop", "-m", "fast")

    @contextmanager
    def hung(self) -> Generator[None]:
        """Hold every process of it for the length of the block: it takes connections and answers none."""
        first = int(Path(self._data, "postmaster.pid").read_text().split()[0])
        held = [first]
        os.kill(first, signal.SIGSTOP)
        try:
            # Read after the first was held, which starts all others.
            tasks = Path(f"/proc/{first}/task/{first}/children").read_text()
            for child in map(int, tasks.split()):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGSTOP)
                    held.append(child)
            yield
        finally:
            for each in reversed(held):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGCONT)

    def initialize(self) -> None:
        """Make the cluster. It sorts by language, unlike SQLite, so that an order that should not shows."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        language = ("--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C")
        access = (f"--username={ACCOUNT}", "--auth=scram-sha-256", f"--pwfile={secret}")
        self._call([str(self.programs / "initdb"), "-N", "-D", self._data, *language, *access])

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _control(self, *arguments: str) -> None:
        log = str(self.folder / "log")
        program = str(self.programs / "pg_ctl")
        self._call([program, "-D", self._data, "-w", "-s", "-l", log, *arguments])

    def _call(self, command: Sequence[str]) -> None:
        account = _account()
        # The server that pg_ctl leaves behind would hold a pipe open: a file takes what is said.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command,
                check=False,
                cwd=self.folder,
                stdout=said,
                stderr=said,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
            said.seek(0)
            if done.returncode:
                raise NoPostgresError(f"{command[0]}: {said.read().decode(errors='replace')}")


def _account() -> pwd.struct_passwd | None:
    """The account that the server runs as; None for our own."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise NoPostgresError(f"root cannot run it, and there is no account '{ACCOUNT}'") from error


def _programs() -> Path:
    """Where initdb and pg_ctl lie: on PATH, or where Debian puts them, the newest."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    if not versions:
        raise NoPostgresError("there is no initdb; on Debian: apt-get install postgresql")
    return max(versions, key=lambda path: int(path.parent.name))


@contextmanager
def postgres_cluster() -> Generator[PostgresServer]:
    """Run a cluster for the length of the block; nothing of it remains.

    Raises:
        NoPostgresError: It is not installed, or does not start.
    """
    programs = _programs()
    # Not among pytest's folders: those are closed to other accounts.
    folder = Path(tempfile.mkdtemp(prefix="trends-postgres-"))
    claim = claim_port(FIRST_PORT)
    try:
        account = _account()
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        server = PostgresServer(folder, claim.port, programs)
        server.initialize()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        claim.release()
        shutil.rmtree(folder, ignore_errors=True)
