"""The JSON of a history as the API gives it."""

from collections.abc import Iterator, Sequence

import msgspec

from metrics.catalog import Metric
from metrics.results import Number
from metrics.store import History, Series

_SLICE_POINTS = 5000
"""Encoded at once: within one call no other thread can run."""


def encode_history(metric: Metric, history: History) -> bytes:
    """`{metric, unit, step_seconds, series: [{host, labels, points}]}`; a large one is for a thread."""
    head = {"metric": metric.name, "unit": metric.unit, "step_seconds": history.step}
    series = b",".join(_series(one) for one in history.series)
    return msgspec.json.encode(head)[:-1] + b',"series":[' + series + b"]}"


def encode_histories(histories: Sequence[bytes]) -> bytes:
    """`{items: […]}` of documents that are encoded already."""
    return b'{"items":[' + b",".join(histories) + b"]}"


def _series(series: Series) -> bytes:
    head = msgspec.json.encode({"host": series.host, "labels": dict(series.labels)})
    return head[:-1] + b',"points":[' + b",".join(_slices(series.points)) + b"]}"


def _slices(points: tuple[tuple[float, Number | None], ...]) -> Iterator[bytes]:
    for at in range(0, len(points), _SLICE_POINTS):
        yield msgspec.json.encode(points[at : at + _SLICE_POINTS])[1:-1]
