"""The JSON of histories with a band: beside each point the least and the greatest value of its bucket."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from metrics.catalog import Metric
from metrics.results import Labels, Number
from metrics.store import History, Series
from metrics.stores.history_json import encode_history

_SLICE_POINTS = 5000
"""Encoded at once: within one call no other thread can run."""

_Values = dict[float, Number | None]


@dataclass(frozen=True, slots=True)
class Band:
    """The edges of a history, over the same buckets; they may miss a series that has only just begun."""

    low: History
    high: History


def encode_banded(metric: Metric, history: History, band: Band) -> bytes:
    """As `encode_history`, with `band` beside the points of each series; a large one is for a thread."""
    head = encode_history(metric, History(step=history.step, series=()))
    lows, highs = _by_series(band.low), _by_series(band.high)
    series = (_series(one, lows.get(_key(one), {}), highs.get(_key(one), {})) for one in history.series)
    # the head is the document of a history without series, so that its other keys are written in one place
    return head.removesuffix(b"]}") + b",".join(series) + b"]}"


def _key(series: Series) -> tuple[str, Labels]:
    return series.host, series.labels


def _by_series(history: History) -> dict[tuple[str, Labels], _Values]:
    return {_key(one): dict(one.points) for one in history.series}


def _series(series: Series, lows: _Values, highs: _Values) -> bytes:
    head = msgspec.json.encode({"host": series.host, "labels": dict(series.labels)})
    points = b",".join(_slices(series.points))
    edges = b",".join(_slices([(lows.get(at), highs.get(at)) for at, _ in series.points]))
    return b"".join((head[:-1], b',"points":[', points, b'],"band":[', edges, b"]}"))


def _slices(pairs: Sequence[tuple[Number | None, Number | None]]) -> Iterator[bytes]:
    for at in range(0, len(pairs), _SLICE_POINTS):
        yield msgspec.json.encode(pairs[at : at + _SLICE_POINTS])[1:-1]
