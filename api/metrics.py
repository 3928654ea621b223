"""Figures about the API itself, in a registry of their own, so that each application counts for itself."""

from collections.abc import Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from trends.settings_live import Loaded

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class ReloadedSettings(Protocol):
    """Settings that change while the process runs; `trends.settings_live.LiveSettings` is the real one."""

    @property
    def loaded(self) -> Loaded:
        """Those that hold now, and how they came."""
        ...


class Metrics:
    """Counts requests and open streams, and tells how settings stand.

    Args:
        live: The settings.
    """

    def __init__(self, live: ReloadedSettings) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "trends_http_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "trends_http_request_seconds",
            "Time to the end of the answer, streams included.",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._streams = Gauge(
            "trends_event_streams_open",
            "Event streams that are open now.",
            ["transport"],
            registry=self._registry,
        )
        # Told as zero before the first one, so that a graph begins with the process.
        self.open_sse = self._streams.labels("sse")
        self.open_websockets = self._streams.labels("websocket")
        self._closed = Counter(
            "trends_websockets_closed",
            "WebSockets that were closed, by the code that they were closed with.",
            ["code"],
            registry=self._registry,
        )

        self._tell(
            "trends_config_reload_failed",
            "1 while the newest settings are refused and the ones before them serve.",
            lambda: float(bool(live.loaded.failure)),
        )
        self._tell(
            "trends_config_overrides_version",
            "Version of the overrides in force; 0 where there are none.",
            lambda: float(live.loaded.overridden.version),
        )
        self._tell(
            "trends_config_restart_pending",
            "Settings that were changed and wait for the next start.",
            lambda: float(len(live.loaded.waiting)),
        )

    def _tell(self, name: str, what: str, value: Callable[[], float]) -> None:
        Gauge(name, what, registry=self._registry).set_function(value)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. `route` is the pattern, never the path: paths are without number."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def closed(self, code: int) -> None:
        """Count a WebSocket that was closed; by us, so that codes are few."""
        self._closed.labels(str(code)).inc()

    def text(self) -> bytes:
        """Write all figures in the Prometheus text format."""
        return generate_latest(self._registry)
