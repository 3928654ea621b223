"""What prod-like takes of this machine: its PostgreSQL, its accounts, a clean environment, secrets and certificates."""

import json
import os
import pwd
import secrets
import shutil
from pathlib import Path

import trustme

from engine.child import ReadyCheck
from engine.commands import run_bounded
from engine.ports import LOOPBACK, accepts
from trends.errors import StackError

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = Path("/usr/lib/postgresql")
SECRETS = ("POSTGRES_PASSWORD", "TRENDS_POSTGRES_PASSWORD", "TEMPORAL_POSTGRES_PASSWORD")


def plain_environ() -> dict[str, str]:
    """Ours, without what would lead to another installation."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TEMPORAL_", "TRENDS_", "PG", "SQL_"))
    }
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TEMPORAL_CONFIG_FILE": os.devnull,
    }


def read_secrets(file: Path) -> dict[str, str]:
    """Make passwords and the server's key once; a state that is kept keeps them."""
    if not file.exists():
        made = {name: secrets.token_hex(24) for name in SECRETS}
        made["TRENDS_SERVER_KEY"] = secrets.token_urlsafe(32)
        file.touch(mode=0o600)
        file.write_text(json.dumps(made))
    return json.loads(file.read_text())


def make_certificates(folder: Path) -> None:
    """Make an authority of our own and a certificate for this machine, unless they are there."""
    if (folder / "key.pem").exists():
        return
    authority = trustme.CA()
    issued = authority.issue_cert(LOOPBACK, "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    (folder / "certificate.pem").write_bytes(chain)
    (folder / "key.pem").touch(mode=0o600)
    issued.private_key_pem.write_to_path(folder / "key.pem")


def postgres_check(port: int, pg_isready: Path) -> ReadyCheck:
    """Check a PostgreSQL server: it takes connections."""

    async def check(_pid: int) -> None:
        words = (str(pg_isready), f"--host={LOOPBACK}", f"--port={port}", "--quiet")
        if not accepts(port):
            raise StackError("PostgreSQL does not listen yet.")
        outcome = await run_bounded(words, environ=plain_environ(), limit_seconds=5)
        if not outcome.ok:
            raise StackError("PostgreSQL does not accept connections yet.")

    return check


def postgres_programs() -> Path:
    """Where Debian puts them, the newest; else beside initdb on PATH."""
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise StackError(
            "PostgreSQL is not installed.", next_step="On Debian: apt-get install postgresql"
        )
    return Path(found).resolve().parent


def as_account(name: str) -> tuple[str, ...]:
    """Words before a command that make it run as an account; none where we are not root."""
    if os.getuid() != 0:
        return ()
    return ("setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups")


def give(folder: Path, name: str) -> None:
    """Give a folder and what is in it to an account, where we are root."""
    if os.getuid() != 0:
        return
    account = pwd.getpwnam(name)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
