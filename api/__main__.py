"""`python -m api`: serve, and leave with the status that is meant."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Generator
from socket import socket
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.config import Config

from api.loopback import require_loopback
from trends.errors import TrendsError
from trends.settings import Settings, load_settings
from trends.telemetry import configure_logging

if TYPE_CHECKING:
    from api.app import Api
    from api.deps import Served

GRACE_SECONDS = 5
FAILED = 1


class Server(uvicorn.Server):
    """uvicorn, but open event streams end when it is told to stop: it would wait for them, and they for the run."""

    def __init__(self, config: Config, app: "Api") -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then everything else."""
        served: Served | None = getattr(self._app.state, "served", None)
        if served is not None:
            served.feeds.stop()
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


async def serve(settings: Settings) -> int:
    """Serve until told to stop; gives the exit status.

    Raises:
        TrendsError: Something that is served from cannot be opened.
    """
    # Heavy, and of no use where the settings are wrong.
    from api.app import create_app
    from engine.wiring import open_doors

    async with open_doors() as doors:
        app = create_app(doors)
        config = Config(
            app,
            host=settings.api.host.strip("[]"),
            port=settings.api.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = Server(config, app)
        await server.serve()
        return 0 if server.started else FAILED


def run() -> int:
    """Serve, and put what goes wrong at the start into a line."""
    try:
        settings = load_settings()
        require_loopback(settings.api.host)
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
