"""Which number of a log row belongs to which series: layouts, kept once for all rows that share them."""

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import msgspec
import numpy as np

from metrics.results import Labels, Number, Point
from metrics.sqlite.arrays import I32, I64, Bools

MAX_CACHED = 20_000
"""Layouts and series held in memory; beyond it the caches are emptied."""

_MAX_INT = 2**63


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
            found = self.remember(layout_id, np.frombuffer(row[0], "<i4"))
        return found

    def remember(self, layout_id: int, series: I32) -> Layout:
        """Make a layout from its series and keep it."""
        if len(self._by_id) >= MAX_CACHED:
            self._by_id.clear()
        keys = [self.series(number) for number in series.tolist()]
        layout = self._by_id[layout_id] = _make_layout(layout_id, series, keys)
        return layout

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


class LayoutWriter:
    """Turns points into log rows, writing each new series and layout into the database once."""

    def __init__(self, db: sqlite3.Connection, layouts: Layouts) -> None:
        self._db = db
        self._layouts = layouts
        self._by_names: dict[tuple[object, ...], Layout] = {}

    def encode(self, points: Sequence[Point]) -> tuple[int, bytes]:
        """The layout's id and the numbers of an answer."""
        names: list[object] = []
        values: list[Number] = []
        # This runs for every answer: no more than this may happen here for each point.
        for point in points:
            fields = point.fields
            names.append(point.measurement)
            names.append(point.labels)
            names.extend(fields)
            values.extend(fields.values())
        key = tuple(names)
        layout = self._by_names.get(key)
        if layout is not None:
            try:
                return layout.id, layout.codec.pack(*values)
            except struct.error:
                pass
        layout = self._intern(points, values)
        if len(self._by_names) >= MAX_CACHED:
            self._by_names.clear()
        self._by_names[key] = layout
        return layout.id, layout.codec.pack(*values)

    def _intern(self, points: Sequence[Point], values: list[Number]) -> Layout:
        keys = [
            SeriesKey(point.measurement, point.labels, field, _is_float(value))
            for point in points
            for field, value in point.fields.items()
        ]
        series = np.array([self._intern_series(key) for key in keys], dtype=np.int32)
        blob = series.astype("<i4").tobytes()
        row = self._db.execute("SELECT id FROM layout WHERE series = ?", (blob,)).fetchone()
        if row is None:
            row = self._db.execute("INSERT INTO layout (series) VALUES (?) RETURNING id", (blob,)).fetchone()
        return self._layouts.remember(row[0], series)

    def _intern_series(self, key: SeriesKey) -> int:
        named = (key.measurement, key.field, msgspec.msgpack.encode(key.labels), key.is_float)
        find = "SELECT id FROM series WHERE measurement = ? AND field = ? AND labels = ? AND is_float = ?"
        row = self._db.execute(find, named).fetchone()
        if row is None:
            add = "INSERT INTO series (measurement, field, labels, is_float) VALUES (?, ?, ?, ?) RETURNING id"
            row = self._db.execute(add, named).fetchone()
        return cast(int, row[0])


def _is_float(value: Number) -> bool:
    return isinstance(value, float) or not -_MAX_INT <= value < _MAX_INT


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
