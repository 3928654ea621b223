"""The services of `compose.yaml` as processes of this machine: other addresses and paths, the rest to the letter."""

import asyncio
import json
import os
import re
import shutil
import ssl
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from deploy.compose_file import Service, read_services
from deploy.machine import (
    as_account,
    give,
    make_certificates,
    plain_environ,
    postgres_check,
    postgres_programs,
    read_secrets,
)
from engine.child import Child, ReadyCheck
from engine.commands import run_bounded
from engine.connect import connect
from engine.http_check import api_check
from engine.ports import LOOPBACK, claim_port
from engine.readiness import worker_check
from trends.errors import StackError

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FIRST_PORT = 27_000
METRICS_PORT = 9464
NETWORK = "172.28.91"
# Neither PostgreSQL nor the edge's workers run as root; their packages bring these accounts.
POSTGRES_ACCOUNT = "postgres"
EDGE_ACCOUNT = "www-data"
PORTS = (
    *("postgres", "temporal", "frontend-membership", "matching", "matching-membership"),
    *("history", "history-membership", "worker", "worker-membership", "metrics"),
    *("api-1", "api-2", "http", "https"),
)


@dataclass(frozen=True)
class Job:
    """A command that ends by itself."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    limit_seconds: float = 180.0


@dataclass(frozen=True)
class Stage:
    """Jobs that must end well, then processes that must be ready, before the next stage."""

    jobs: tuple[Job, ...] = ()
    children: tuple[Child, ...] = ()


@dataclass(frozen=True)
class Native:
    """One such stack.

    Attributes:
        folder: Where all of it lies.
        ports: By name.
        services: As the Compose file has them, variables filled in.
        server: The Temporal server.
        sql_tool: What makes its tables.
        fresh: Whether the database has to be made.
    """

    folder: Path
    ports: Mapping[str, int]
    services: Mapping[str, Service]
    server: Path
    sql_tool: Path
    fresh: bool

    @classmethod
    def prepare(
        cls, folder: Path, *, server: Path, sql_tool: Path, stack: AsyncExitStack
    ) -> "Native":
        """Make the folder, choose ports as long as the stack is open, write secrets and certificates.

        Raises:
            PortTakenError: No port is to be had.
            StackError: PostgreSQL or nginx is not installed.
        """
        folder = folder.absolute()
        for name in ("", "postgres", "product", "edge", "tls", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        # Accounts that are not ours pass through to what is theirs.
        folder.chmod(0o711)
        ports: dict[str, int] = {}
        for name in PORTS:
            claim = claim_port(FIRST_PORT, avoid=ports.values())
            stack.callback(claim.release)
            ports[name] = claim.port
        make_certificates(folder / "tls")
        variables = {
            **read_secrets(folder / "secrets.json"),
            "TRENDS_HOSTNAME": f"{LOOPBACK}:{ports['https']}",
            "TRENDS_TLS_CERTIFICATE": str(folder / "tls/certificate.pem"),
            "TRENDS_TLS_KEY": str(folder / "tls/key.pem"),
            "TRENDS_PUBLIC_PORT": f":{ports['https']}",
        }
        fresh = not (folder / "postgres/data/PG_VERSION").exists()
        return cls(folder, ports, read_services(variables), server, sql_tool, fresh)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"https://{LOOPBACK}:{self.ports['https']}"

    @property
    def temporal_address(self) -> str:
        """Where the Temporal server is."""
        return f"{LOOPBACK}:{self.ports['temporal']}"

    @property
    def certificate_authority(self) -> Path:
        """Whoever trusts this file trusts the edge."""
        return self.folder / "tls/ca.pem"

    def stages(self) -> tuple[Stage, ...]:
        """Everything, in the order of the Compose file's dependencies."""
        product = [
            *(self._api(name) for name in ("api-1", "api-2")),
            *(self._worker(name) for name in self.services if name.startswith("worker-")),
        ]
        jobs = (self._product_job("migrations"), self._product_job("namespace"))
        return (
            self._postgres(),
            self._temporal(),
            Stage(jobs, tuple(product)),
            self._edge(),
        )

    def temporal_stages(self) -> tuple[Stage, ...]:
        """PostgreSQL and the Temporal server, with its namespace."""
        return (self._postgres(), self._temporal(), Stage((self._product_job("namespace"),)))

    def announcement(self) -> tuple[str, ...]:
        """What people want to know of it."""
        return (
            f"API          {self.url}   (CA: {self.certificate_authority})",
            f"API 1, 2     {', '.join(f'http://{LOOPBACK}:{self.ports[n]}' for n in ('api-1', 'api-2'))}",
            f"Temporal     {self.temporal_address}",
            f"PostgreSQL   {LOOPBACK}:{self.ports['postgres']}   (passwords: {self.folder / 'secrets.json'})",
            f"Logs         {self.folder / 'logs'}",
        )

    def trends(self, *words: str) -> tuple[str, ...]:
        """The command line of the product."""
        return (sys.executable, "-P", "-m", "cli", *words)

    def user_environ(self, key: str) -> dict[str, str]:
        """The environment of somebody who uses it from outside."""
        return {
            **plain_environ(),
            "SSL_CERT_FILE": str(self.certificate_authority),
            "TRENDS_API_KEY": key,
        }

    async def make_key(self) -> str:
        """Make the first API key, as an operator does: in the database, since there is nobody yet to ask.

        Raises:
            StackError: It cannot be made.
        """
        made = await run_bounded(
            self.trends("keys", "create", "prod-like", "--scope", "admin", "--local", "--json"),
            environ=self._product_environ("api-1"),
            limit_seconds=60,
        )
        if not made.ok:
            raise StackError("No API key could be made.", why=f"{made.output[-1000:]}")
        return str(json.loads(made.output.splitlines()[-1])["key"])

    async def witnesses(self) -> list[str]:
        """Say which API process answered how often, by the edge's own log."""
        text = await asyncio.to_thread((self.folder / "logs/edge.log").read_text)
        answered = re.findall(r'"status":2\d\d.*?"api":"([\d.:]+)"', text)
        names = {f"{LOOPBACK}:{self.ports[name]}": name for name in ("api-1", "api-2")}
        return [
            f"{name} answered {answered.count(address)} requests" for address, name in names.items()
        ]

    def _postgres(self) -> Stage:
        programs = postgres_programs()
        data = self.folder / "postgres/data"
        service = self.services["postgres"]
        port = self.ports["postgres"]
        runs_as, jobs = as_account(POSTGRES_ACCOUNT), list[Job]()
        environ = {**plain_environ(), **service.environ}
        if self.fresh:
            password = self.folder / "postgres/password"
            password.write_text(service.environ["POSTGRES_PASSWORD"])
            give(self.folder / "postgres", POSTGRES_ACCOUNT)
            words = ("-D", str(data), "--username=postgres", f"--pwfile={password}")
            auth = (service.environ["POSTGRES_INITDB_ARGS"], "--auth-local=scram-sha-256")
            initdb = (*runs_as, str(programs / "initdb"), *words, "--encoding=UTF8", *auth)
            jobs.append(Job("initdb", initdb, environ))
        where = ("-D", str(data), "-p", str(port))
        here = ("-c", f"listen_addresses={LOOPBACK}", "-c", "unix_socket_directories=")
        server = Child(
            name="postgres",
            command=(*runs_as, str(programs / "postgres"), *where, *here, *service.command[1:]),
            environ=environ,
            log=self.folder / "logs/postgres.log",
            check=postgres_check(port, programs / "pg_isready"),
            ports=(port,),
            grace_seconds=30,
        )
        return Stage(tuple(jobs), (server,))

    def _temporal(self) -> Stage:
        port = self.ports["postgres"]
        jobs = list[Job]()
        if self.fresh:
            # As the image of PostgreSQL does with an empty volume.
            words = (
                "-X",
                "--no-password",
                f"--port={port}",
                f"--host={LOOPBACK}",
                "-U",
                "postgres",
            )
            script = DEPLOY / "postgres/databases.sql"
            given = self.services["postgres"].environ
            environ = {**plain_environ(), **given, "PGPASSWORD": given["POSTGRES_PASSWORD"]}
            psql = (str(postgres_programs() / "psql"), *words, "-d", "postgres", "-f", str(script))
            jobs.append(Job("databases", psql, environ))
        schema = self._environ(
            "temporal-schema", SQL_HOST=LOOPBACK, SQL_PORT=port, TEMPORAL_SQL_TOOL=self.sql_tool
        )
        words = self._moved(self.services["temporal-schema"].entrypoint)
        jobs.append(Job("temporal-schema", words, schema))
        numbered = {
            f"TEMPORAL_{name.upper().replace('-', '_')}_{kind}": self.ports[key]
            for name in ("frontend", "matching", "history", "worker")
            for key, kind in ((f"{name}-membership", "MEMBERSHIP_PORT"), (name, "PORT"))
            if key in self.ports
        }
        server = Child(
            name="temporal",
            command=(str(self.server), *self._moved(self.services["temporal"].command)),
            environ=self._environ(
                "temporal",
                TEMPORAL_BIND=LOOPBACK,
                TEMPORAL_PORT=self.ports["temporal"],
                TEMPORAL_METRICS=f"{LOOPBACK}:{self.ports['metrics']}",
                **numbered,
            ),
            log=self.folder / "logs/temporal.log",
            check=self._answering(),
            ports=(self.ports["temporal"],),
            grace_seconds=20,
        )
        return Stage(tuple(jobs), (server,))

    def _product_job(self, name: str) -> Job:
        return Job(name, self.trends(*self.services[name].command), self._product_environ(name))

    def _api(self, name: str) -> Child:
        return Child(
            name=name,
            command=self.trends(*self.services[name].command),
            environ=self._product_environ(name),
            log=self.folder / f"logs/{name}.log",
            check=api_check(LOOPBACK, self.ports[name], "/readyz"),
            ports=(self.ports[name],),
            grace_seconds=20,
        )

    def _worker(self, name: str) -> Child:
        command = self.services[name].command
        environ = self._product_environ(name)
        queues = tuple(command[command.index("--queues") + 1].split(","))
        return Child(
            name=name,
            command=self.trends(*command),
            environ=environ,
            log=self.folder / f"logs/{name}.log",
            check=worker_check(environ, namespace="default", queues=queues),
            grace_seconds=45,
        )

    def _edge(self) -> Stage:
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise StackError(
                "nginx is not installed.", next_step="On Debian: apt-get install nginx-light"
            )
        folder = self.folder / "edge"
        environ = self._environ(
            "edge",
            TRENDS_EDGE_FOLDER=folder,
            TRENDS_EDGE_HTTP_LISTEN=f"{LOOPBACK}:{self.ports['http']}",
            TRENDS_EDGE_HTTPS_LISTEN=f"{LOOPBACK}:{self.ports['https']}",
        )
        file = folder / "nginx.conf"
        file.write_text(render_edge(environ))
        directives = "daemon off;"
        if os.getuid() == 0:
            directives += f" user {EDGE_ACCOUNT};"
        words = (program, "-c", str(file), "-g", directives)
        edge = Child(
            name="edge",
            command=words,
            environ=environ,
            log=self.folder / "logs/edge.log",
            check=self._serving_tls(),
            ports=(self.ports["https"],),
            grace_seconds=10,
        )
        return Stage((Job("edge-configuration", (*words, "-t"), environ),), (edge,))

    def _product_environ(self, name: str) -> dict[str, str]:
        more: dict[str, object] = {
            "TRENDS_STATE": self.folder / "product",
            "TRENDS_CONFIG_DIR": ROOT / "config",
            "TRENDS_API__HOST": LOOPBACK,
        }
        if name in self.ports:
            more["TRENDS_API__PORT"] = self.ports[name]
        if (metrics := "TRENDS_WORKERS__METRICS_ADDRESS") in self.services[name].environ:
            # Each worker of a machine takes the next free port.
            more[metrics] = f"{LOOPBACK}:{METRICS_PORT}"
        return self._environ(name, **more)

    def _environ(self, name: str, **more: object) -> dict[str, str]:
        given = self.services[name].environ
        moved = dict(zip(given, self._moved(tuple(given.values())), strict=True))
        return {
            **plain_environ(),
            **moved,
            **{key: str(value) for key, value in more.items()},
        }

    def _moved(self, words: Sequence[str]) -> tuple[str, ...]:
        """Put addresses and paths of this machine in the place of those inside containers."""
        places = {
            "postgres:5432": f"{LOOPBACK}:{self.ports['postgres']}",
            "temporal:7233": self.temporal_address,
            f"{NETWORK}.11:8000": f"{LOOPBACK}:{self.ports['api-1']}",
            f"{NETWORK}.12:8000": f"{LOOPBACK}:{self.ports['api-2']}",
            f"{NETWORK}.10": LOOPBACK,
            "/run/secrets/tls_certificate": str(self.folder / "tls/certificate.pem"),
            "/run/secrets/tls_key": str(self.folder / "tls/key.pem"),
            "/deploy/schema.sh": str(DEPLOY / "temporal/schema.sh"),
            "/deploy": str(DEPLOY),
        }
        pattern = re.compile("|".join(re.escape(place) for place in places))
        return tuple(pattern.sub(lambda found: places[found[0]], word) for word in words)

    def _answering(self) -> ReadyCheck:
        environ = {"TEMPORAL_ADDRESS": self.temporal_address, "TEMPORAL_CONFIG_FILE": os.devnull}

        async def check(_pid: int) -> None:
            await connect(environ)

        return check

    def _serving_tls(self) -> ReadyCheck:
        async def check(_pid: int) -> None:
            trusted = ssl.create_default_context(cafile=str(self.certificate_authority))
            port = self.ports["https"]
            try:
                reader, writer = await asyncio.open_connection(LOOPBACK, port, ssl=trusted)
            except OSError as error:
                raise StackError(f"{self.url} does not answer yet.", why=f"{error}.") from error
            try:
                writer.write(
                    f"GET /readyz HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode()
                )
                status = (await reader.readline()).decode("latin-1").strip()
            finally:
                writer.close()
            if " 200" not in status:
                raise StackError(f"{self.url} does not answer well: {status}.")

        return check


def render_edge(environ: Mapping[str, str]) -> str:
    """Fill the edge's variables into its template, as the start of the nginx image does."""
    template = (DEPLOY / "nginx.conf.template").read_text(encoding="utf-8")
    return re.sub(r"\$\{(TRENDS_EDGE_\w+)\}", lambda found: environ[found[1]], template)
