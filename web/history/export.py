"""Stored values as the lines of a CSV file, a slice of time after the other."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence

from foundation.times import rfc3339_short
from metrics.catalog import Metric
from metrics.results import Labels, Number
from metrics.store import Aggregate, History, MetricStore
from metrics.stores.steps import bucket_range
from web.history.csv_cells import labels_cell, text_cell
from web.history.measurements import labels_for
from web.history.questions import HistoryQuestion, ask
from web.history.times import Range

COLUMNS = ("time", "host", "metric", "labels", "value")
_SLICE_POINTS = 50_000
POINTS_AT_ONCE = 2 * _SLICE_POINTS
"""Held while one file is made: a slice, and what it is made of."""

_LEAST_BUCKETS = 60
_MOST_BUCKETS = 7200
"""Of one series at once: two hours at a step of a second, as the store's blocks are."""


async def export_rows(
    store: MetricStore, question: HistoryQuestion, metrics: Sequence[Metric], aggregate: Aggregate
) -> AsyncIterator[bytes]:
    """The file in pieces: rows by host, metric, then time; the question must have a step.

    Holds one slice at a time, of one host and metric.
    """
    yield (",".join(COLUMNS) + "\n").encode()
    for host in question.hosts:
        sets: dict[str, int] = {}
        for metric in metrics:
            if metric.measurement not in sets:
                sets[metric.measurement] = await _count_series(store, host, metric, question.labels)
            if sets[metric.measurement]:
                async for piece in _of_metric(
                    store, question, host, metric, aggregate, series=sets[metric.measurement]
                ):
                    yield piece


async def _count_series(store: MetricStore, host: str, metric: Metric, labels: Labels) -> int:
    chosen_labels = set(labels_for(metric, labels))
    return sum(
        chosen_labels <= set(label_set) for label_set in await store.label_sets(host, metric.measurement)
    )


async def _of_metric(
    store: MetricStore,
    question: HistoryQuestion,
    host: str,
    metric: Metric,
    aggregate: Aggregate,
    *,
    series: int,
) -> AsyncIterator[bytes]:
    buckets = min(_MOST_BUCKETS, max(_LEAST_BUCKETS, _SLICE_POINTS // series))
    filled = await _filled(store, question, host, metric)
    for span in [] if filled is None else _slices(filled, buckets):
        part = HistoryQuestion((host,), span, question.step, question.labels)
        history = await ask(store, part, metric, aggregate=aggregate)
        if history.series:
            piece = await asyncio.to_thread(_lines, metric, history)
            if piece:
                yield piece


async def _filled(
    store: MetricStore, question: HistoryQuestion, host: str, metric: Metric
) -> HistoryQuestion | None:
    """The question narrowed down to the time that has values: a range of fifty years is mostly empty."""
    # without a step the store chooses a wide one: a few hundred points tell where values are
    whole = HistoryQuestion((host,), question.range, None, question.labels)
    coarse = await ask(store, whole, metric, aggregate=Aggregate.LAST)
    times = [at for series in coarse.series for at, value in series.points if value is not None]
    if not times:
        return None
    span = question.range
    narrow = Range(max(span.start, min(times)), min(span.end, max(times) + coarse.step))
    return HistoryQuestion(question.hosts, narrow, question.step, question.labels)


def _slices(question: HistoryQuestion, buckets: int) -> Iterator[Range]:
    """Parts of the time of so many whole buckets, that begin and end between buckets."""
    assert question.step is not None
    start, end, step = bucket_range(question.range.start, question.range.end, question.step)
    width = buckets * step
    for begin in range(start // width * width, end, width):
        # A little inside, so that no rounding reaches into the next bucket.
        yield Range((max(begin, start) + 0.25) / 1000, (min(begin + width, end) - 0.25) / 1000)


def _lines(metric: Metric, history: History) -> bytes:
    """The rows of one host and metric by time, gaps left out."""
    rows: list[tuple[float, str, Number]] = []
    for series in history.series:
        labels = labels_cell(series.labels)
        rows.extend((at, labels, value) for at, value in series.points if value is not None)
    if len(history.series) > 1:
        rows.sort(key=lambda row: row[0])
    host = text_cell(history.series[0].host)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows((rfc3339_short(at), host, metric.name, labels, value) for at, labels, value in rows)
    return out.getvalue().encode()
