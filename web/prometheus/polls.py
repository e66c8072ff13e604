"""Counting polls."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from metrics.results import Outcome, PollResult
from web.prometheus.histogram import DurationHistogram
from web.prometheus.names import PREFIX

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class PollTelemetry(Collector):
    """A sink that counts every poll by its outcome; the durations are those of the good ones."""

    def __init__(self) -> None:
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._durations = DurationHistogram(_BOUNDS)

    def accept(self, result: PollResult) -> None:
        """Count a poll and, where it succeeded, its duration."""
        self._outcomes[result.outcome] += 1
        if result.outcome is Outcome.OK:
            self._durations.observe(result.duration)

    def collect(self) -> Iterator[Metric]:
        """The metric families."""
        polls = CounterMetricFamily(f"{PREFIX}_poller_polls", "Polls by outcome", labels=["outcome"])
        for outcome, count in self._outcomes.items():
            polls.add_metric([outcome], count)
        yield polls
        durations = HistogramMetricFamily(
            f"{PREFIX}_poller_poll_duration_seconds", "Time from asking to the decoded answer, of good polls"
        )
        durations.add_metric([], self._durations.buckets(), self._durations.total_seconds)
        yield durations
