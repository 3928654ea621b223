"""`python -m api`: serve, and leave with the status that is meant."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Generator, Sequence
from socket import socket
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import Config

from api.stalled import Stalled
from engine.listening import require_safe
from trends.errors import TrendsError
from trends.settings import Settings, load_settings
from trends.telemetry import configure_logging

if TYPE_CHECKING:
    from api.app import Api
    from api.deps import Served

GRACE_SECONDS = 5
# How long a connection may take nothing of what is ready for it.
STALLED_SECONDS = 30.0
# Ticks of the server between two looks for such connections; ten make a second.
TICKS_A_LOOK = 10
# How long streams have for their last word.
LAST_WORD_SECONDS = 1.0
PING_SECONDS = 20.0
FAILED = 1


class Server(uvicorn.Server):
    """uvicorn, but open event streams end when it is told to stop: it would wait for them, and they for the run.

    And connections that take nothing are broken off: it would keep them, with what is ready for them, for ever.

    Args:
        config: Where and how to serve.
        app: What to serve.
        stalled_seconds: How long a connection may take nothing.
    """

    def __init__(
        self, config: Config, app: "Api", stalled_seconds: float = STALLED_SECONDS
    ) -> None:
        super().__init__(config)
        self._app = app
        self._stalled = Stalled(stalled_seconds)

    async def on_tick(self, counter: int) -> bool:
        """Do what is due."""
        if counter % TICKS_A_LOOK == 0:
            self._stalled.look(self.server_state.connections, time.monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then everything else."""
        served: Served | None = getattr(self._app.state, "served", None)
        if served is not None:
            served.feeds.stop()
            # WebSockets would be cut before they could say why.
            await served.feeds.until_closed(LAST_WORD_SECONDS)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take Ctrl-C and SIGTERM as a wish to stop, which is met: they are not raised again afterwards."""
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def make_config(app: "Api", host: str, port: int, trusted_proxies: Sequence[str] = ()) -> Config:
    """Say where and how an application is served."""
    from api.live import MAX_MESSAGE_BYTES

    return Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # Of short messages it would save little, and cost memory for every connection.
        ws_per_message_deflate=False,
    )


async def serve(settings: Settings) -> int:
    """Serve until told to stop; gives the exit status.

    Raises:
        TrendsError: Something that is served from cannot be opened.
    """
    # Heavy, and of no use where the settings are wrong.
    from api.app import create_app
    from engine.doors import open_doors

    async with open_doors() as doors:
        app = create_app(doors)
        host, port = settings.api.host.strip("[]"), settings.api.port
        server = Server(make_config(app, host, port, settings.api.trusted_proxies), app)
        await server.serve()
        return 0 if server.started else FAILED


def run() -> int:
    """Serve, and put what goes wrong at the start into a line."""
    try:
        settings = load_settings()
        require_safe(settings)
        configure_logging(settings.monitoring.log_level, json=not sys.stderr.isatty())
        return asyncio.run(serve(settings))
    except TrendsError as error:
        sys.stderr.write(f"{error}\n")
    except SystemExit:
        pass  # uvicorn's own word that the port is taken, which it has logged
    return FAILED


def main() -> None:
    """Serve, flush, and leave at once: a process that used a Temporal client may abort while Python shuts down."""
    status = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
