"""A store in memory: for tests, for `poll --once` and as the plain statement of what a store does."""

import bisect
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from metrics.results import Labels, Number, Outcome, Point, PollResult
from metrics.store import Aggregate, History, HistoryQuery, Latest, Series
from metrics.stores.retention import Retention
from metrics.stores.steps import bucket_range, check_size, choose_step

Values = list[tuple[int, Number]]
"""(ms, value), ascending."""


class MemoryStore:
    """Every result as it came, by host and time; rollups are never made, raw values are kept longest.

    Of results of one host with the same time (to the ms) the first written is kept.
    """

    def __init__(self, *, retention: Retention | None = None, clock: Callable[[], float] = time.time) -> None:
        self._retention = retention or Retention()
        self._clock = clock
        self._results: dict[str, dict[int, PollResult]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    @property
    def problem(self) -> str | None:
        """See MetricStore.problem: it keeps all that it takes."""
        return None

    async def write(self, results: Sequence[PollResult]) -> None:
        """See MetricStore.write; it does not survive the process."""
        for result in results:
            at = round(result.time * 1000)
            self._results.setdefault(result.host, {}).setdefault(at, result)
            self._tags[result.host] = dict(result.tags)

    async def history(self, query: HistoryQuery) -> History:
        """See MetricStore.history; raises TooManyPoints."""
        if query.step is not None:
            return self._history(query, query.step)
        span = query.end - query.start
        step = choose_step(span)
        values_by_series = self._collect(query, step)
        spacing = max((_spacing(values) for values in values_by_series.values()), default=0.0)
        return self._history(query, choose_step(span, spacing))

    async def latest(self, hosts: Iterable[str] | None = None) -> list[Latest]:
        """See MetricStore.latest."""
        names = self._results.keys() if hosts is None else self._results.keys() & set(hosts)
        return [self._latest_of(host) for host in sorted(names)]

    async def label_sets(self, host: str, measurement: str) -> list[Labels]:
        """See MetricStore.label_sets."""
        since = (self._clock() - self._longest) * 1000
        return sorted(
            {
                point.labels
                for at, result in self._results.get(host, {}).items()
                if at >= since
                for point in result.points
                if point.measurement == measurement and point.fields
            }
        )

    async def maintain(self, now: float) -> None:
        """See MetricStore.maintain: forgets results older than the longest retention, but a host's last."""
        # A host's last result stays for `latest`, however old: a host that is down is still a host to show.
        before = (now - self._longest) * 1000
        for results in self._results.values():
            for at in sorted(results)[:-1]:
                if at < before:
                    del results[at]

    async def forget(self, host: str) -> None:
        """See MetricStore.forget."""
        self._results.pop(host, None)
        self._tags.pop(host, None)

    async def close(self) -> None:
        """See MetricStore.close."""

    @property
    def _longest(self) -> float:
        retention = self._retention
        return max(retention.raw, retention.minute, retention.quarter)

    def _history(self, query: HistoryQuery, step: float) -> History:
        start, end, step_ms = bucket_range(query.start, query.end, step)
        count = (end - start) // step_ms
        check_size(count, len(query.hosts), query.max_points)
        values_by_series = self._collect(query, step)
        check_size(count, len(values_by_series), query.max_points)
        starts = range(start, end, step_ms)
        series = tuple(
            Series(host=host, labels=labels, points=tuple(_buckets(values, starts, query.aggregate)))
            for (host, labels), values in sorted(values_by_series.items())
        )
        return History(step=step_ms / 1000, series=series)

    def _collect(self, query: HistoryQuery, step: float) -> dict[tuple[str, Labels], Values]:
        start, end, _ = bucket_range(query.start, query.end, step)
        start = max(start, round((self._clock() - self._longest) * 1000))
        values_by_series: dict[tuple[str, Labels], Values] = {}
        for host in set(query.hosts) & self._results.keys():
            for at, result in sorted(self._results[host].items()):
                if start <= at < end:
                    for labels, value in _values(result.points, query):
                        values_by_series.setdefault((host, labels), []).append((at, value))
        return values_by_series

    def _latest_of(self, host: str) -> Latest:
        results = [result for _, result in sorted(self._results[host].items())]
        good = [result for result in results if result.outcome is Outcome.OK]
        tops = [result.top for result in results if result.top is not None]
        facts = [result.facts for result in results if result.facts is not None]
        return Latest(
            host=host,
            time=results[-1].time,
            ok_time=good[-1].time if good else None,
            outcome=results[-1].outcome,
            detail=results[-1].detail,
            tags=self._tags[host],
            points=_last_points(results),
            errors=dict(good[-1].errors) if good else {},
            top=tops[-1] if tops else None,
            facts=dict(facts[-1]) if facts else None,
        )


def _last_points(results: list[PollResult]) -> tuple[Point, ...]:
    last: dict[str, tuple[Point, ...]] = {}
    for result in results:
        points = [point for point in result.points if point.fields]
        for measurement in {point.measurement for point in points}:
            last[measurement] = tuple(point for point in points if point.measurement == measurement)
    return tuple(point for points in last.values() for point in points)


def _values(points: Iterable[Point], query: HistoryQuery) -> Iterator[tuple[Labels, Number]]:
    measurement, _, field = query.metric.partition(".")
    query_labels = set(query.labels)
    yielded_labels: set[Labels] = set()
    for point in points:
        if point.measurement == measurement and field in point.fields and query_labels <= set(point.labels):
            if point.labels not in yielded_labels:
                yield point.labels, point.fields[field]
            yielded_labels.add(point.labels)


def _spacing(values: Values) -> float:
    gaps = [(after - before) / 1000 for (before, _), (after, _) in pairwise(values)]
    return statistics.median(gaps) if gaps else 0.0


def _buckets(values: Values, starts: range, aggregate: Aggregate) -> Iterator[tuple[float, Number | None]]:
    times = [at for at, _ in values]
    for start in starts:
        inside = values[bisect.bisect_left(times, start) : bisect.bisect_left(times, start + starts.step)]
        yield start / 1000, _aggregate([value for _, value in inside], aggregate)


def _aggregate(values: list[Number], aggregate: Aggregate) -> Number | None:
    if not values:
        return None
    match aggregate:
        case Aggregate.MIN:
            return min(values)
        case Aggregate.MAX:
            return max(values)
        case Aggregate.LAST:
            return values[-1]
    return sum(value / len(values) for value in values) if max(map(abs, values)) > 1e290 else _mean(values)


def _mean(values: list[Number]) -> float:
    return sum(map(float, values)) / len(values)
