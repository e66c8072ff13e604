"""Turns points into log rows, and bounds how many layouts a host may bring."""

import logging
import sqlite3
import struct
from collections import Counter
from collections.abc import Sequence
from enum import Enum, auto
from typing import cast

import msgspec
import numpy as np

from metrics.results import Number, Point
from metrics.stores.sqlite.formats.rows import MAX_CACHED, MAX_CACHED_BYTES, SeriesKey
from metrics.stores.sqlite.levels import DAY
from metrics.stores.sqlite.writing.layouts import Layout, Layouts

_log = logging.getLogger(__name__)

MAX_NEW_A_DAY = 1000
"""Layouts that a host may bring in a day.

After it only with series that are known, and as many again; then as many are only looked for, and after that
nothing is taken of an answer but the poll itself, unless its layout is at hand.
"""

MAX_NEW_COLUMNS_A_DAY = 8_000_000
"""Columns of these together; each takes four bytes on disk. Beyond it as beyond that many layouts."""

_MAX_INT = 2**63
_POLL = "poll"
"""The measurement that the poller makes, not the host: it is always kept."""


class Allowance(Enum):
    """What a host may still bring today."""

    ANY = auto()
    KNOWN_SERIES = auto()
    NOTHING_NEW = auto()
    POLL_ALONE = auto()


class LayoutQuota:
    """Counts each host's new layouts of the present day (UTC)."""

    def __init__(self) -> None:
        self._day = -1
        self._new: Counter[str] = Counter()
        self._new_columns: Counter[str] = Counter()

    def allowance(self, host: str, time: int) -> Allowance:
        """What the host may bring at `time` (ms)."""
        day = time // DAY
        # A late result may be of the day before.
        if not self._day - 1 <= day <= self._day:
            self._day = day
            self._new.clear()
            self._new_columns.clear()
        return self._present_allowance(host)

    def _present_allowance(self, host: str) -> Allowance:
        share = max(self._new[host] / MAX_NEW_A_DAY, self._new_columns[host] / MAX_NEW_COLUMNS_A_DAY)
        if share < 1:
            return Allowance.ANY
        if share < 2:
            return Allowance.KNOWN_SERIES
        return Allowance.NOTHING_NEW if share < 3 else Allowance.POLL_ALONE

    def count(self, host: str, columns: int) -> None:
        """Count a layout of so many columns that was not there; logs once that a bound is reached."""
        before = self._present_allowance(host)
        self._new[host] += 1
        self._new_columns[host] += columns
        after = self._present_allowance(host)
        if after is before:
            return
        if after is Allowance.KNOWN_SERIES:
            _log.warning(
                "host %s keeps changing what it reports: new series of it are not kept until midnight UTC",
                host,
            )
        elif after is Allowance.NOTHING_NEW:
            _log.warning(
                "host %s still keeps changing what it reports: only answers of a known form are kept", host
            )


class LayoutWriter:
    """Turns points into log rows, writing each new series and layout into the database once."""

    def __init__(self, db: sqlite3.Connection, layouts: Layouts) -> None:
        self._db = db
        self._layouts = layouts
        self._quota = LayoutQuota()
        self._by_names: dict[tuple[object, ...], Layout] = {}
        self._bytes = 0

    def encode(self, points: Sequence[Point], *, host: str, time: int) -> tuple[int, bytes]:
        """The layout's id and the numbers of an answer of `time` (ms)."""
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
                pass  # a value of another type than before, or beyond 64 bits: another layout
        layout, kept_values = self._intern(points, host, time)
        # Where something was left out, the names do not say what the row holds: looked up again next time.
        if len(kept_values) == len(values):
            self._remember(key, layout)
        return layout.id, layout.codec.pack(*kept_values)

    def forget(self) -> None:
        """Empty the cache, after layouts were deleted."""
        self._by_names.clear()
        self._bytes = 0
        self._layouts.forget()

    def _remember(self, key: tuple[object, ...], layout: Layout) -> None:
        if len(self._by_names) >= MAX_CACHED or self._bytes > MAX_CACHED_BYTES:
            self._by_names.clear()
            self._bytes = 0
        self._by_names[key] = layout
        self._bytes += layout.size_bytes

    def _intern(self, points: Sequence[Point], host: str, time: int) -> tuple[Layout, list[Number]]:
        """The layout of an answer and those of its values that are kept."""
        allowance = self._quota.allowance(host, time)
        if allowance is Allowance.POLL_ALONE:  # even to look for what it brings takes too long by then
            return self._intern_poll(points)
        series, values = self._series_and_values(points, add=allowance is Allowance.ANY)
        layout = self._find_layout(series)
        if layout is None:
            self._quota.count(host, len(series))
            if allowance is Allowance.NOTHING_NEW:
                # Not counted: whatever the host sends, these have few fields and no labels.
                return self._intern_poll(points)
            layout = self._add_layout(series)
        return layout, values

    def _intern_poll(self, points: Sequence[Point]) -> tuple[Layout, list[Number]]:
        own = [point for point in points if point.measurement == _POLL]
        series, values = self._series_and_values(own, add=True)
        return self._find_layout(series) or self._add_layout(series), values

    def _series_and_values(self, points: Sequence[Point], *, add: bool) -> tuple[list[int], list[Number]]:
        """The series of an answer's values and the values; without `add` only of series known already."""
        series, values = [], []
        for point in points:
            for field, value in point.fields.items():
                key = SeriesKey(point.measurement, point.labels, field, _is_float(value))
                number = self._intern_series(key, add=add or point.measurement == _POLL)
                if number is not None:
                    series.append(number)
                    values.append(value)
        return series, values

    def _intern_series(self, key: SeriesKey, *, add: bool) -> int | None:
        row_key = (key.measurement, key.field, msgspec.msgpack.encode(key.labels), key.is_float)
        # Looked for in the table, not in memory: this is done once a layout, and series may be very many.
        find = "SELECT id FROM series WHERE measurement = ? AND field = ? AND labels = ? AND is_float = ?"
        row = self._db.execute(find, row_key).fetchone()
        if row is None and add:
            insert = (
                "INSERT INTO series (measurement, field, labels, is_float) VALUES (?, ?, ?, ?) RETURNING id"
            )
            row = self._db.execute(insert, row_key).fetchone()
        return None if row is None else cast(int, row[0])

    def _find_layout(self, series: list[int]) -> Layout | None:
        row = self._db.execute("SELECT id FROM layout WHERE series = ?", (_blob(series),)).fetchone()
        return None if row is None else self._layouts.get(row[0])

    def _add_layout(self, series: list[int]) -> Layout:
        insert = "INSERT INTO layout (series) VALUES (?) RETURNING id"
        return self._layouts.get(self._db.execute(insert, (_blob(series),)).fetchone()[0])


def _blob(series: list[int]) -> bytes:
    return np.array(series, dtype="<i4").tobytes()


def _is_float(value: Number) -> bool:
    return isinstance(value, float) or not -_MAX_INT <= value < _MAX_INT
