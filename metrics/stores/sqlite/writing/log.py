"""The append-only log: a row for each answer, in the order of arrival.

A host's rows lie scattered among the others' (an index would cost a page a row). Instead each batch names
its rows in one byte string, and who looks for a host's rows holds these entries in memory: 28 bytes
for each row that the log still has, the last 20 minutes.
"""

import bisect
import sqlite3
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from metrics.errors import StoreCorrupt
from metrics.results import Outcome, PollResult
from metrics.stores.sqlite.formats.arrays import I64
from metrics.stores.sqlite.schema import FACTS, OK, TOP

STORED_ENTRY = np.dtype([("host", "<i4"), ("layout", "<i4"), ("time", "<i8"), ("flags", "<i4")])
"""An entry as a batch keeps it; `time` in ms. `sqlite.writer` and `reading.latest` have it as a struct."""

_ENTRY = np.dtype([*STORED_ENTRY.descr, ("id", "<i8")])

Entries = NDArray[np.void]
"""Entries with their rows' ids, ascending."""


def flags_of(result: PollResult) -> int:
    """The flags of a result's entry."""
    return (
        (OK if result.outcome is Outcome.OK else 0)
        | (TOP if result.top is not None else 0)
        | (FACTS if result.facts is not None else 0)
    )


_MAX_COLUMNS = 8
"""More are cut out of whole rows."""


class LogIndex:
    """The entries of the log's rows, as of the last refresh; one for each connection."""

    def __init__(self) -> None:
        self._buffer = np.empty(1024, dtype=_ENTRY)
        # The hosts once more, close together: looking through them takes half the time of a structured array.
        self._hosts = np.empty(1024, dtype=np.int32)
        self._start = 0
        self._end = 0
        self._newest_batch = 0

    def refresh(self, db: sqlite3.Connection) -> None:
        """Read new batches, and drop the entries of trimmed ones."""
        rows = db.execute(
            "SELECT first, entries FROM batch WHERE first > ? ORDER BY first", (self._newest_batch,)
        )
        for first, entries in rows:
            self.append(first, entries)
        oldest = db.execute("SELECT min(first) FROM batch").fetchone()[0]
        # Without a batch the log is empty: every row that is held goes.
        self.trim(self._newest_batch + 2**31 if oldest is None else oldest)

    def append(self, first: int, entries: bytes) -> None:
        """Add one batch, whose rows' ids start at `first`."""
        new = np.frombuffer(entries, dtype=STORED_ENTRY)
        self._make_room(len(new))
        into = self._buffer[self._end : self._end + len(new)]
        for name in STORED_ENTRY.names or ():
            into[name] = new[name]
        into["id"] = np.arange(first, first + len(new))
        self._hosts[self._end : self._end + len(new)] = new["host"]
        self._end += len(new)
        self._newest_batch = first

    @property
    def last_row(self) -> int:
        """The id of the newest row, 0 without any."""
        return int(self._buffer["id"][self._end - 1]) if self._end else 0

    def trim(self, oldest: int) -> None:
        """Drop the entries of rows below `oldest`."""
        # Not by searchsorted: it would copy the whole column first.
        ids = self._buffer["id"]
        self._start = bisect.bisect_left(ids, oldest, self._start, self._end)

    def all(self) -> Entries:
        """Every row's entry."""
        return self._buffer[self._start : self._end]

    def of(self, host: int, after: int) -> Entries:
        """The entries of a host's rows with larger ids than `after`."""
        at = np.flatnonzero(self._hosts[self._start : self._end] == host)
        entries = self._buffer[at + self._start]
        return entries[entries["id"] > after]

    def last_of(self, host: int) -> int:
        """The id of a host's newest row, 0 without any."""
        at = np.flatnonzero(self._hosts[self._start : self._end] == host)
        return int(self._buffer["id"][at[-1] + self._start]) if len(at) else 0

    def first_unpacked(self, packed_until: Mapping[int, int], limit: int) -> int | None:
        """The id below which every row is packed, looking at `limit` rows at most; None if not one is."""
        entries = self.all()[:limit]
        if not len(entries):
            return None
        hosts, at = np.unique(entries["host"], return_inverse=True)
        # A host that is not known was forgotten.
        until = np.array([packed_until.get(host, 2**62) for host in hosts.tolist()])[at]
        open_rows = np.flatnonzero(entries["id"] > until)
        if len(open_rows) and not open_rows[0]:
            return None
        return int(entries["id"][open_rows[0]] if len(open_rows) else entries["id"][-1] + 1)

    def _make_room(self, count: int) -> None:
        if self._end + count <= len(self._buffer):
            return
        # Twice as much as needed, without the trimmed rows: so copying costs little for each row.
        length = self._end - self._start
        size = max(1024, 2 * (length + count))
        for name in ("_buffer", "_hosts"):
            old = getattr(self, name)
            new = np.empty(size, dtype=old.dtype)
            new[:length] = old[self._start : self._end]
            setattr(self, name, new)
        self._start, self._end = 0, length


def distinct(entries: Entries) -> Entries:
    """Entries by time; of those with the same time the first written."""
    # np.unique tells where each time occurs first, and entries come in the order of their ids.
    _, first = np.unique(entries["time"], return_index=True)
    return entries[first]


def read_numbers(db: sqlite3.Connection, ids: I64) -> list[bytes]:
    """The numbers of these rows, in ascending order of the ids."""
    rows = [numbers for (numbers,) in db.execute(f"SELECT numbers {_IN_IDS}", (_list(ids),))]
    _check_complete(len(rows), ids)
    return rows


def read_columns(db: sqlite3.Connection, ids: I64, places: I64) -> I64:
    """The numbers at these places of these rows, in ascending order of the ids; shape (places, ids).

    They come as one row of text: each row that is fetched lets go of Python's lock and waits for it.
    """
    if len(places) > _MAX_COLUMNS:
        table = np.frombuffer(b"".join(read_numbers(db, ids)), dtype="<i8").reshape(len(ids), -1)
        whole_columns: I64 = table.T[places]
        return whole_columns
    # As hex: group_concat makes text, and the bytes of numbers are none.
    column_expressions = "".join(
        f", group_concat(hex(substr(numbers, {8 * place + 1}, 8)), '')" for place in places.tolist()
    )
    statement = f"SELECT group_concat(id){column_expressions} FROM (SELECT id, numbers {_IN_IDS})"  # noqa: S608 -- our own numbers
    row_ids, *texts = db.execute(statement, (_list(ids),)).fetchone()
    # SQLite promises no order within group_concat: the ids, joined in the same way, tell which it was.
    order = np.array(row_ids.split(",") if row_ids else [], dtype=np.int64).argsort()
    _check_complete(len(order), ids)
    table = np.array([np.frombuffer(bytes.fromhex(text), "<i8") for text in texts])
    ordered: I64 = table[:, order]
    return ordered


def _check_complete(count: int, ids: I64) -> None:
    # Numbers are matched to times by position: with a row missing no place would be sure.
    if count != len(ids):
        raise StoreCorrupt(f"the log lacks {len(ids) - count} of the rows that its batches name")


def read_extras(db: sqlite3.Connection, ids: I64) -> dict[int, bytes]:
    """The extras of those of these rows that have one."""
    rows = db.execute(f"SELECT id, extra {_IN_IDS}", (_list(ids),))
    return {row: extra for row, extra in rows if extra is not None}


# As JSON: SQLite bounds the number of a statement's parameters, not the length of a text.
_IN_IDS = "FROM log WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"


def _list(ids: Iterable[int] | I64) -> str:
    return msgspec.json.encode(ids.tolist() if isinstance(ids, np.ndarray) else list(ids)).decode()
