"""Which number of a log row belongs to which series: layouts, kept once for all rows that share them."""

import sqlite3
import struct
from dataclasses import dataclass
from itertools import groupby

import msgspec
import numpy as np

from metrics.results import Labels, Point
from metrics.stores.sqlite.arrays import I32, I64, Bools

MAX_CACHED = 20_000
"""Layouts and series held in memory; beyond it the caches are emptied."""


class SeriesKey(msgspec.Struct, frozen=True):
    """One field of one label set, of either type."""

    measurement: str
    labels: Labels
    field: str
    is_float: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The series of a log row's numbers, in order; each number takes eight bytes.

    `shapes`: the points that the numbers make: (measurement, labels, fields). `first`: where in the row
    each series of `series` (ascending, each once) is.
    """

    id: int
    shapes: tuple[tuple[str, Labels, tuple[str, ...]], ...]
    measurements: frozenset[str]
    series: I32
    first: I64
    is_float: Bools
    codec: struct.Struct

    def points(self, numbers: bytes) -> tuple[Point, ...]:
        """The points of a row."""
        values = iter(self.codec.unpack(numbers))
        return tuple(
            Point(measurement, labels, dict(zip(fields, values, strict=False)))
            for measurement, labels, fields in self.shapes
        )


class Layouts:
    """Finds layouts by id, for readers; one for each connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._by_id: dict[int, Layout] = {}
        self._series: dict[int, SeriesKey] = {}
        self._labels = msgspec.msgpack.Decoder(Labels)

    def get(self, layout_id: int) -> Layout:
        """The layout with this id."""
        found = self._by_id.get(layout_id)
        if found is None:
            row = self._db.execute("SELECT series FROM layout WHERE id = ?", (layout_id,)).fetchone()
            found = self._remember(layout_id, np.frombuffer(row[0], "<i4"))
        return found

    def _remember(self, layout_id: int, series: I32) -> Layout:
        if len(self._by_id) >= MAX_CACHED:
            self._by_id.clear()
        keys = [self.series(number) for number in series.tolist()]
        layout = self._by_id[layout_id] = _make_layout(layout_id, series, keys)
        return layout

    def forget(self) -> None:
        """Let go of what is held in memory, after rows were deleted."""
        self._by_id.clear()
        self._series.clear()

    def series(self, series_id: int) -> SeriesKey:
        """The series with this id."""
        found = self._series.get(series_id)
        if found is None:
            if len(self._series) >= MAX_CACHED:
                self._series.clear()
            statement = "SELECT measurement, labels, field, is_float FROM series WHERE id = ?"
            measurement, labels, field, is_float = self._db.execute(statement, (series_id,)).fetchone()
            found = SeriesKey(measurement, self._labels.decode(labels), field, bool(is_float))
            self._series[series_id] = found
        return found


def _make_layout(layout_id: int, series: I32, keys: list[SeriesKey]) -> Layout:
    unique, first = np.unique(series, return_index=True)
    grouped = groupby(keys, key=lambda key: (key.measurement, key.labels))
    shapes = tuple((*place, tuple(key.field for key in group)) for place, group in grouped)
    is_float = np.array([key.is_float for key in keys], dtype=np.bool_)
    return Layout(
        id=layout_id,
        shapes=shapes,
        measurements=frozenset(key.measurement for key in keys),
        series=unique.astype(np.int32),
        first=first,
        is_float=is_float[first] if len(first) else is_float,
        codec=struct.Struct("<" + "".join("d" if key.is_float else "q" for key in keys)),
    )
