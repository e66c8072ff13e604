"""Which number of a log row belongs to which series: layouts, kept once for all rows that share them."""

import sqlite3
from dataclasses import dataclass

import numpy as np

from metrics.stores.sqlite.formats.arrays import I32, I64, Bools
from metrics.stores.sqlite.formats.rows import (
    MAX_CACHED,
    MAX_CACHED_BYTES,
    RowShape,
    SeriesKey,
    SeriesTable,
    row_shape,
)


@dataclass(frozen=True, slots=True, eq=False)
class Layout(RowShape):
    """The series of a log row's numbers, in order; each number takes eight bytes.

    `first`: where in the row each series of `series` (ascending, each once) is.
    """

    id: int
    series: I32
    first: I64
    is_float: Bools


class Layouts:
    """Finds layouts by id, for readers; one for each connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._by_id: dict[int, Layout] = {}
        self._bytes = 0
        self._series = SeriesTable(db)

    def get(self, layout_id: int) -> Layout:
        """The layout with this id."""
        layout = self._by_id.get(layout_id)
        if layout is None:
            row = self._db.execute("SELECT series FROM layout WHERE id = ?", (layout_id,)).fetchone()
            layout = self._remember(layout_id, np.frombuffer(row[0], "<i4"))
        return layout

    def _remember(self, layout_id: int, series: I32) -> Layout:
        layout = _make_layout(layout_id, series, [self.series(number) for number in series.tolist()])
        if len(self._by_id) >= MAX_CACHED or self._bytes > MAX_CACHED_BYTES:
            self._by_id.clear()
            self._bytes = 0
        self._by_id[layout_id] = layout
        self._bytes += layout.size_bytes
        return layout

    def forget(self) -> None:
        """Empty the cache, after rows were deleted."""
        self._by_id.clear()
        self._bytes = 0
        self._series.forget()

    def series(self, series_id: int) -> SeriesKey:
        """The series with this id."""
        return self._series.get(series_id)


def _make_layout(layout_id: int, series: I32, keys: list[SeriesKey]) -> Layout:
    unique, first = np.unique(series, return_index=True)
    shape = row_shape(keys)
    is_float = np.array([key.is_float for key in keys], dtype=np.bool_)
    return Layout(
        id=layout_id,
        shapes=shape.shapes,
        measurements=shape.measurements,
        codec=shape.codec,
        series=unique.astype(np.int32),
        first=first,
        is_float=is_float[first] if len(first) else is_float,
    )
