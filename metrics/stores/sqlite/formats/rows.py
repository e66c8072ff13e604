"""What a row of the log holds, told without NumPy: which points its numbers make, and its extra."""

# A command that shows states is done before NumPy would be imported: nothing here may import it.
import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from metrics.results import Labels, Point
from metrics.stores.latest_state import Extra, LatestHostState

MAX_CACHED = 20_000
"""Layouts and series held in memory; beyond it the caches are emptied."""

MAX_CACHED_BYTES = 48 * 1024 * 1024
"""What the layouts of one cache take, about; beyond it the cache is emptied. One may have megabytes."""

_COLUMN_BYTES = 40
_POINT_BYTES = 400


class SeriesKey(msgspec.Struct, frozen=True):
    """One field of one label set, of either type."""

    measurement: str
    labels: Labels
    field: str
    # Part of the key, so that a column holds either ints or doubles.
    is_float: bool


@dataclass(frozen=True, slots=True, eq=False)
class RowShape:
    """The points that a row's numbers make: `shapes` are (measurement, labels, fields)."""

    shapes: tuple[tuple[str, Labels, tuple[str, ...]], ...]
    measurements: frozenset[str]
    codec: struct.Struct

    @property
    def size_bytes(self) -> int:
        """The memory that it takes, about."""
        texts = sum(len(name) + len(value) for _, labels, _ in self.shapes for name, value in labels)
        return texts + _POINT_BYTES * len(self.shapes) + _COLUMN_BYTES * (self.codec.size // 8)

    def points(self, numbers: bytes) -> tuple[Point, ...]:
        """The points of a row."""
        values = iter(self.codec.unpack(numbers))
        return tuple(
            # `fields` first: zip ends with them before it takes a value that belongs to the next point.
            Point(measurement, labels, dict(zip(fields, values, strict=False)))
            for measurement, labels, fields in self.shapes
        )


def row_shape(keys: Sequence[SeriesKey]) -> RowShape:
    """The shape of rows whose numbers are of these series, in this order."""
    # Neighbours are enough: a row has the fields of each point side by side.
    grouped = groupby(keys, key=lambda key: (key.measurement, key.labels))
    return RowShape(
        shapes=tuple((*place, tuple(key.field for key in group)) for place, group in grouped),
        measurements=frozenset(key.measurement for key in keys),
        codec=struct.Struct("<" + "".join("d" if key.is_float else "q" for key in keys)),
    )


class SeriesTable:
    """Finds series by id, for readers; one for each connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._series: dict[int, SeriesKey] = {}
        self._labels = msgspec.msgpack.Decoder(Labels)

    def get(self, series_id: int) -> SeriesKey:
        """The series with this id."""
        key = self._series.get(series_id)
        if key is None:
            if len(self._series) >= MAX_CACHED:
                self._series.clear()
            statement = "SELECT measurement, labels, field, is_float FROM series WHERE id = ?"
            # There is such a row: no series is deleted while a layout or a block has it (orphan_cleanup.py).
            measurement, labels, field, is_float = self._db.execute(statement, (series_id,)).fetchone()
            key = SeriesKey(measurement, self._labels.decode(labels), field, bool(is_float))
            self._series[series_id] = key
        return key

    def forget(self) -> None:
        """Empty the cache, after rows were deleted."""
        self._series.clear()


class StateCodec:
    """Encodes and decodes states and extras; one for each thread."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._states = msgspec.msgpack.Decoder(LatestHostState)
        self._extras = msgspec.msgpack.Decoder(Extra)

    def encode(self, state: LatestHostState) -> bytes:
        """A state as the database keeps it."""
        return self._encoder.encode(state)

    def decode(self, state: bytes | None) -> LatestHostState:
        """A kept state, or an empty one."""
        return LatestHostState(measurements={}) if state is None else self._states.decode(state)

    def decode_extra(self, extra: bytes | None) -> Extra:
        """The extra of a row; most rows have none."""
        return _NOTHING if extra is None else self._extras.decode(extra)


_NOTHING = Extra()
