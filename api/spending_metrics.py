"""Figures of the ledger and the response cache in the Prometheus text format, read when they are asked for.

They are of the installation, not of this process: of several API processes, one is to be asked.
"""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from trends.domain.calls import MICRO
from trends.limits.figures import LedgerFigures
from trends.storage.response_cache import CacheFigures

_OF_PROVIDER = ("tenant", "provider")
_OF_KIND = ("tenant", "kind")


class _Read(Collector):
    """Figures that were read."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Give them."""
        return self._families


def spending_text(
    read: tuple[LedgerFigures, tuple[CacheFigures, ...]] | None, tenants: Sequence[str]
) -> bytes:
    """Write the figures.

    Args:
        read: What was read; None where storage did not answer: then only that is told.
        tenants: Whose freeze is told also where there is none.
    """
    up = GaugeMetricFamily(
        "trends_ledger_up", "1 where the ledger's figures could be read.", value=float(bool(read))
    )
    registry = CollectorRegistry()
    families = [] if read is None else [*_of_ledger(read[0], tenants), *_of_cache(read[1])]
    registry.register(_Read([up, *families]))
    return generate_latest(registry)


def _of_ledger(ledger: LedgerFigures, tenants: Sequence[str]) -> Iterator[Metric]:
    spend = GaugeMetricFamily(
        "trends_spend_usd", "Charged today, by the day of the limits' zone.", labels=_OF_PROVIDER
    )
    budget = GaugeMetricFamily(
        "trends_budget_usd", "What may be spent in that day.", labels=_OF_PROVIDER
    )
    held = GaugeMetricFamily(
        "trends_held_usd", "What calls under way may cost.", labels=_OF_PROVIDER
    )
    calls = CounterMetricFamily("trends_calls", "Calls that were charged.", labels=_OF_PROVIDER)
    for each in ledger.providers:
        labels = (each.tenant, each.provider)
        spend.add_metric(labels, each.spent_micro / MICRO)
        budget.add_metric(labels, each.cap_micro / MICRO)
        held.add_metric(labels, each.held_micro / MICRO)
        calls.add_metric(labels, each.calls)
    frozen = GaugeMetricFamily(
        "trends_frozen", "1 while paid calls are stopped.", labels=("tenant",)
    )
    for tenant in sorted({*tenants, *ledger.frozen, *(each.tenant for each in ledger.providers)}):
        frozen.add_metric((tenant,), float(tenant in ledger.frozen))
    yield from (spend, budget, held, calls, frozen)


def _of_cache(cached: Sequence[CacheFigures]) -> Iterator[Metric]:
    words = {
        "hits": "Answered from the cache.",
        "misses": "Asked in vain.",
        "evictions": "Taken out to make room.",
    }
    for name, what in words.items():
        family = CounterMetricFamily(f"trends_cache_{name}", what, labels=_OF_KIND)
        for each in cached:
            family.add_metric((each.tenant, each.kind.value), getattr(each, name))
        yield family
    size = GaugeMetricFamily("trends_cache_bytes", "What is in the cache.", labels=_OF_KIND)
    for each in cached:
        size.add_metric((each.tenant, each.kind.value), each.size_bytes)
    yield size
