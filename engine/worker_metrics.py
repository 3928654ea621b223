"""A worker's figures for Prometheus: the SDK's own, over HTTP, where the settings name an address."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from engine.ports import PortClaim, claim_port
from trends.errors import PortTakenError

# Another program may take a port between our look and the binding.
ATTEMPTS = 3


@dataclass(frozen=True)
class WorkerMetrics:
    """Where a worker's figures are, and the runtime that keeps them.

    Attributes:
        url: What to scrape.
        runtime: To connect with.
        claim: Keeps other workers of this machine from the port.
    """

    url: str
    runtime: Runtime
    claim: PortClaim


def worker_metrics(address: str) -> WorkerMetrics:
    """Serve the figures of this process, on the port of `address` or the next free: a machine may have several workers.

    Args:
        address: `host:port`.

    Raises:
        PortTakenError: None could be bound.
    """
    split = urlsplit(f"//{address}")
    host, preferred = split.hostname or "", split.port or 0
    tried: list[int] = []
    try:
        for _ in range(ATTEMPTS):
            claim = claim_port(preferred, host=host, avoid=tried)
            place = f"[{host}]:{claim.port}" if ":" in host else f"{host}:{claim.port}"
            if runtime := _serving(place):
                return WorkerMetrics(f"http://{place}/metrics", runtime, claim)
            claim.release()
            tried.append(claim.port)
        why = "Others take each port first."
    except OSError as error:
        why = f"{error.strerror}."
    raise PortTakenError(
        f"A worker's figures cannot be served at {address}.",
        why=why,
        next_step="Correct workers.metrics_address, or leave it empty.",
    )


def _serving(place: str) -> Runtime | None:
    config = PrometheusConfig(
        place, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=config))
    # The SDK has no narrower one.
    except (RuntimeError, ValueError):
        return None
