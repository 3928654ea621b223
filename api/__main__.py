"""`python -m api`: serve, and leave with the status that is meant."""

import contextlib
import os
import signal
import sys
from collections.abc import Generator
from socket import socket

import uvicorn
from uvicorn.config import Config

from api.app import Api, create_app
from api.deps import Served, require_loopback
from trends.errors import TrendsError
from trends.settings import load_settings
from trends.telemetry import configure_logging

GRACE_SECONDS = 5
FAILED = 1


class Server(uvicorn.Server):
    """uvicorn, but open event streams end when it is told to stop: it would wait for them, and they for the run."""

    def __init__(self, config: Config, app: Api) -> None:
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


def serve() -> int:
    """Serve until told to stop; gives the exit status."""
    try:
        settings = load_settings()
        require_loopback(settings.api.host)
    except TrendsError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    configure_logging(settings.monitoring.log_level, json=not sys.stderr.isatty())
    app = create_app()
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
    server.run()
    return 0 if server.started else FAILED


def main() -> None:
    """Serve, flush, and leave at once: a process that used a Temporal client may abort while Python shuts down."""
    try:
        status = serve()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else FAILED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
