"""A Temporal server of a benchmark's own, found and tuned as the product's."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from engine.connect import connect
from engine.namespace import ensure_namespace
from engine.ports import claim_port
from engine.server import find_engine, server_command

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: a client of it, its address, its process id."""

    client: Client
    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """CPU seconds that the server has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def own_server() -> AsyncGenerator[Server]:
    """Start a server for the length of the block."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    engine = await find_engine(environ, say=print)
    assert engine.binary is not None
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder, ExitStack() as claims:
        port, ui_port = claim_port(7233), claim_port(8233)
        claims.callback(port.release)
        claims.callback(ui_port.release)
        command = server_command(
            engine.binary,
            port=port.port,
            ui_port=ui_port.port,
            database=Path(folder) / "temporal.db",
        )
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            address = f"127.0.0.1:{port.port}"
            client = await connect({}, address=address, patience=timedelta(seconds=30))
            await ensure_namespace(client, retention=timedelta(days=30))
            yield Server(client=client, address=address, pid=process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
