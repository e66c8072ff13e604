"""What is last known of hosts, read once and without NumPy.

NumPy takes longer to import than such a reading takes: the log holds the last 20 minutes, and of a host only
the rows are looked at that are not packed yet. A process that asks again and again has a `Reader` instead,
which remembers the log; both give the same.
"""

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from metrics.errors import StoreCorrupt
from metrics.store import Latest
from metrics.stores.latest_state import LatestHostState
from metrics.stores.sqlite.boundary import translated
from metrics.stores.sqlite.formats.rows import RowShape, SeriesTable, StateCodec, row_shape
from metrics.stores.sqlite.schema import FACTS, OK, TOP, host_rows, open_reader

_STORED_ENTRY = struct.Struct("<iiqi")
"""Host, layout, time, flags; see `metrics.stores.sqlite.writing.log.STORED_ENTRY`."""


class _Entry(NamedTuple):
    """A row of the log: `time` in ms."""

    id: int
    layout: int
    time: int
    flags: int


def read_latest(path: Path, names: Iterable[str] | None = None) -> list[Latest]:
    """See MetricStore.latest; nothing where there is no database yet. Raises StoreError's kinds."""
    with translated(path):
        connection = open_reader(path)
        if connection is None:
            return []
        try:
            connection.db.execute("BEGIN")
            return list(_Reading(connection.db).latest(None if names is None else list(names)))
        finally:
            connection.db.close()


class _Reading:
    """One snapshot of the database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._series = SeriesTable(db)
        self._shapes: dict[int, RowShape] = {}
        self._codec = StateCodec()

    def latest(self, names: list[str] | None) -> Iterator[Latest]:
        rows = list(host_rows(self._db, names))
        entries = self._unpacked_entries({row[0]: row[3] for row in rows})
        for host, name, tags, _, packed_state in rows:
            state = self._codec.decode(packed_state)
            if host in entries:
                self._take(state, sorted(entries[host].values(), key=lambda entry: entry.time))
            yield state.latest(name, msgspec.msgpack.decode(tags, type=dict[str, str]))

    def _unpacked_entries(self, packed_until: Mapping[int, int]) -> dict[int, dict[int, _Entry]]:
        """Each host's rows that are in no block, by time; of those with the same time the first written."""
        entries_by_host: dict[int, dict[int, _Entry]] = {}
        for first, entries in self._db.execute("SELECT first, entries FROM batch ORDER BY first"):
            if len(entries) % _STORED_ENTRY.size:
                raise StoreCorrupt(f"the log's batch {first} is damaged")
            for row, (host, layout, time, flags) in enumerate(_STORED_ENTRY.iter_unpack(entries), first):
                if row > packed_until.get(host, row):
                    entries_by_host.setdefault(host, {}).setdefault(time, _Entry(row, layout, time, flags))
        return entries_by_host

    def _take(self, state: LatestHostState, entries: list[_Entry]) -> None:
        """Bring the rows that make a host's latest state into it."""
        telling = self._telling(entries)
        # Of some twenty rows of a host these are three or four: the others' numbers are not even read.
        ids = msgspec.json.encode([entry.id for entry in telling]).decode()
        statement = "SELECT id, numbers, extra FROM log WHERE id IN (SELECT value FROM json_each(?))"
        rows = {row: (numbers, extra) for row, numbers, extra in self._db.execute(statement, (ids,))}
        if len(rows) != len(telling):
            raise StoreCorrupt(f"the log lacks {len(telling) - len(rows)} of the rows that its batches name")
        for entry in telling:
            numbers, extra = rows[entry.id]
            points = self._shape(entry.layout).points(numbers)
            state.take(entry.time, self._codec.decode_extra(extra), points)

    def _telling(self, entries: list[_Entry]) -> list[_Entry]:
        """The last of all, of each flag and of each measurement, by time."""
        telling = {entries[-1]}
        for flag in (OK, TOP, FACTS):
            telling.update(next(([entry] for entry in reversed(entries) if entry.flags & flag), []))
        covered: set[str] = set()
        layouts: set[int] = set()
        for entry in reversed(entries):
            if entry.layout not in layouts:
                layouts.add(entry.layout)
                if not self._shape(entry.layout).measurements <= covered:
                    covered |= self._shape(entry.layout).measurements
                    telling.add(entry)
        return sorted(telling, key=lambda entry: entry.time)

    def _shape(self, layout: int) -> RowShape:
        shape = self._shapes.get(layout)
        if shape is None:
            (series,) = self._db.execute("SELECT series FROM layout WHERE id = ?", (layout,)).fetchone()
            numbers = struct.unpack(f"<{len(series) // 4}i", series)
            shape = self._shapes[layout] = row_shape([self._series.get(number) for number in numbers])
        return shape
