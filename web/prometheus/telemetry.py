"""monctl's own metrics, for Prometheus."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from alerts.engine.engine import AlertEngine
from alerts.outbox.telemetry import OutboxTelemetry
from alerts.tables import AlertRow
from metrics.stores.sink import StoreSink
from web.live.hub import LiveHub
from web.prometheus.alerts import AlertingTelemetry, OpenAlerts
from web.prometheus.exposition import Exposition
from web.prometheus.names import PREFIX
from web.prometheus.polls import PollTelemetry
from web.prometheus.requests import RequestTelemetry


class Turns(Protocol):
    """How many of something may be under way at once, are, and wait until they may."""

    @property
    def limit(self) -> int:
        """How many may be."""

    @property
    def under_way(self) -> int:
        """How many are."""

    @property
    def waiting(self) -> int:
        """How many wait."""


class Telemetry:
    """The registry of one process' own metrics, and the collectors that fill it.

    `polls` is a sink for every result; `requests` counts the API's requests; `exposition` makes the text that
    Prometheus reads.
    """

    def __init__(self, version: str = "unknown") -> None:
        self.registry = CollectorRegistry()
        self.polls = PollTelemetry()
        self.requests = RequestTelemetry()
        self.exposition = Exposition(self.registry)
        for collector in (_Build(version), self.polls, self.requests):
            self.registry.register(collector)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def watch_store(self, sink: StoreSink) -> None:
        """Expose how many results wait for the metric store, and how many it took or refused."""
        self.registry.register(_Store(sink))

    def watch_alerts(self, alerts: Mapping[int, AlertRow]) -> None:
        """Expose the open alerts: `alerts` by id, a mapping that its owner changes in place."""
        self.registry.register(OpenAlerts(alerts))

    def watch_alerting(self, engine: AlertEngine, outbox: OutboxTelemetry) -> None:
        """Expose counts of rule evaluations, notifications and deliveries."""
        self.registry.register(AlertingTelemetry(engine, outbox))

    def watch_mishaps(self, counts: Mapping[str, int]) -> None:
        """Expose errors that nobody expected: `counts` by part, a mapping that its owner changes in place."""
        self.registry.register(_Mishaps(counts))

    def watch_starts(self, turns: Mapping[str, Turns]) -> None:
        """Expose how many log-ins and starts of probes there are at once: `turns` by what it is."""
        self.registry.register(_Starts(turns))

    def watch_reads(self, hanging: Callable[[], int]) -> None:
        """Expose how many threads hang in reading a file: `hanging` tells the number now."""
        self.registry.register(_Reads(hanging))

    def watch_live(self, hub: LiveHub) -> None:
        """Expose how many clients the live stream has."""
        self.registry.register(_Live(hub))


class _Build(Collector):
    def __init__(self, version: str) -> None:
        self._version = version

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily(f"{PREFIX}_build_info", "Always 1; the version runs", labels=["version"])
        build.add_metric([self._version], 1)
        yield build


class _Store(Collector):
    def __init__(self, sink: StoreSink) -> None:
        self._sink = sink

    def collect(self) -> Iterator[Metric]:
        name, sink = f"{PREFIX}_store", self._sink
        yield GaugeMetricFamily(f"{name}_queued_results", "Results waiting in memory", sink.queued)
        yield GaugeMetricFamily(f"{name}_spooled_results", "Results waiting on disk", sink.spooled)
        yield GaugeMetricFamily(f"{name}_spooled_bytes", "Size of what waits on disk", sink.spooled_bytes)
        yield CounterMetricFamily(
            f"{name}_written_results", "Results stored as they came", sink.counters.written_results
        )
        yield CounterMetricFamily(f"{name}_replayed_results", "Results stored from disk", sink.replayed)
        yield CounterMetricFamily(f"{name}_dropped_results", "Results that could not be kept", sink.dropped)
        yield CounterMetricFamily(f"{name}_errors", "Calls of the metric store that failed", sink.errors)


class _Mishaps(Collector):
    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        errors = CounterMetricFamily(
            f"{PREFIX}_internal_errors",
            "Errors in monctl itself that a part survived; its log has their tracebacks",
            labels=["part"],
        )
        for part, count in sorted(self._counts.items()):
            errors.add_metric([part], count)
        yield errors


class _Starts(Collector):
    def __init__(self, turns: Mapping[str, Turns]) -> None:
        self._turns = turns

    def collect(self) -> Iterator[Metric]:
        name, labels = f"{PREFIX}_poller_starts", ["what"]
        limit = GaugeMetricFamily(f"{name}_limit", "How many may be under way at once", labels=labels)
        under_way = GaugeMetricFamily(f"{name}_under_way", "How many are under way", labels=labels)
        waiting = GaugeMetricFamily(f"{name}_waiting", "Hosts that wait for a turn", labels=labels)
        for what, turns in self._turns.items():
            limit.add_metric([what], turns.limit)
            under_way.add_metric([what], turns.under_way)
            waiting.add_metric([what], turns.waiting)
        yield from (limit, under_way, waiting)


class _Reads(Collector):
    def __init__(self, hanging: Callable[[], int]) -> None:
        self._hanging = hanging

    def collect(self) -> Iterator[Metric]:
        help_text = "Reads of keys, known_hosts and ssh configurations that have not come back in time"
        yield GaugeMetricFamily(f"{PREFIX}_poller_hanging_reads", help_text, self._hanging())


class _Live(Collector):
    def __init__(self, hub: LiveHub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(f"{PREFIX}_live_clients", "Clients of the live stream", self._hub.clients)
        yield CounterMetricFamily(
            f"{PREFIX}_live_dropped_clients", "Clients dropped for reading too slowly", self._hub.dropped
        )
