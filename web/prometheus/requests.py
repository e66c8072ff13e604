"""Counting the API's requests."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from web.prometheus.histogram import DurationHistogram
from web.prometheus.names import PREFIX

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestTelemetry(Collector):
    """Requests by the route's template, method and class of status; durations by route."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}
        self._durations: dict[str, DurationHistogram] = {}

    def count(self, route: str, method: str, *, status: int, seconds: float) -> None:
        """Count a request; `seconds`: from its arrival to the beginning of its answer."""
        key = route, method if method in _METHODS else "other", f"{status // 100}xx"
        self._counts[key] = self._counts.get(key, 0) + 1
        durations = self._durations.get(route)
        if durations is None:
            durations = self._durations[route] = DurationHistogram(_BOUNDS)
        durations.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """The metric families."""
        names = ["route", "method", "status"]
        counts = CounterMetricFamily(f"{PREFIX}_http_requests", "Requests to the API", labels=names)
        for key, count in list(self._counts.items()):
            counts.add_metric(key, count)
        yield counts
        durations = HistogramMetricFamily(
            f"{PREFIX}_http_request_duration_seconds", "Time until an answer began", labels=["route"]
        )
        for route, histogram in list(self._durations.items()):
            durations.add_metric([route], histogram.buckets(), histogram.total_seconds)
        yield durations
