"""The one writer of the database: appends to the log and runs the background work, on one thread."""

import logging
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy.ma  # noqa: F401 -- np.unique would, for a tenth of a second, in the middle of the work

from metrics.results import PollResult
from metrics.stores.latest_state import extra_of
from metrics.stores.retention import Retention
from metrics.stores.sqlite.boundary import translated
from metrics.stores.sqlite.file_identity import file_identity
from metrics.stores.sqlite.hosts import Host, add_host, load_hosts, set_tags
from metrics.stores.sqlite.levels import SECOND
from metrics.stores.sqlite.packing.packer import Packer
from metrics.stores.sqlite.schema import open_writer, transaction
from metrics.stores.sqlite.writing.layout_writer import LayoutWriter
from metrics.stores.sqlite.writing.layouts import Layouts
from metrics.stores.sqlite.writing.log import LogIndex, flags_of

_ENTRY = struct.Struct("<iiqi")

log = logging.getLogger(__name__)

MAX_BATCH = 5000
"""Results written in one transaction."""


class Writer:
    """Writes, packs and forgets; every method is one or more whole transactions."""

    def __init__(self, path: Path, retention: Retention) -> None:
        self._path = path
        self._retention = retention
        self._extras = msgspec.msgpack.Encoder()
        self._wal = path.with_name(path.name + "-wal")
        self._connect()
        self._memory: _WriterMemory | None = None

    def write(self, results: Sequence[PollResult]) -> None:
        """Append results to the log."""
        self._follow_file()
        for at in range(0, len(results), MAX_BATCH):
            # Memory first, transaction second: what is remembered is thrown away if the commit fails.
            with self._with_memory() as memory, transaction(self._db):
                self._write(memory, results[at : at + MAX_BATCH])

    def is_due(self, now: float) -> bool:
        """Whether `maintain` would do anything at `now`; may be asked from any thread."""
        memory = self._memory
        return memory is None or memory.packer.is_due(int(now * SECOND))

    def maintain(self, now: float) -> None:
        """Do the background work due at `now` (unix seconds), a slice of it."""
        with self._with_memory() as memory:
            memory.packer.work(int(now * SECOND), memory.hosts)

    def forget(self, name: str) -> None:
        """Delete everything of a host."""
        with self._with_memory() as memory:
            host = memory.hosts.get(name)
            if host is None:
                return
            rows = memory.index.of(host.id, 0)["id"].tolist()
            with transaction(self._db):
                self._db.executemany("DELETE FROM log WHERE id = ?", [(row,) for row in rows])
                self._db.execute("DELETE FROM block WHERE host = ?", (host.id,))
                self._db.execute("DELETE FROM latest WHERE host = ?", (host.id,))
                self._db.execute("DELETE FROM host WHERE id = ?", (host.id,))
            del memory.hosts[name]

    def close(self) -> None:
        """Close the database."""
        with translated(self._path):
            self._db.close()

    def _follow_file(self) -> None:
        """Open the file that is there now, where somebody has deleted or replaced the database in use."""
        if file_identity(self._path) == self._identity:
            return
        log.error("%s was deleted or replaced while in use: going on with what is there now", self._path)
        self._memory = None
        with translated(self._path):
            self._db.close()
            if file_identity(self._wal) == self._wal_identity:
                # SQLite leaves the log of a file that is gone, and would play it into the one there now
                self._wal.unlink(missing_ok=True)
        self._connect()

    def _connect(self) -> None:
        with translated(self._path):
            self._db = open_writer(self._path)
        self._identity = file_identity(self._path)
        self._wal_identity = file_identity(self._wal)

    def _write(self, memory: "_WriterMemory", results: Sequence[PollResult]) -> None:
        first = memory.next_row
        rows: list[tuple[int, bytes, bytes | None]] = []
        entries: list[bytes] = []
        for row, result in enumerate(results, first):
            host = self._host(memory, result)
            time = round(result.time * SECOND)
            layout, numbers = memory.layouts.encode(result.points, host=result.host, time=time)
            extra = extra_of(result)
            rows.append((row, numbers, None if extra is None else self._extras.encode(extra)))
            entries.append(_ENTRY.pack(host.id, layout, time, flags_of(result)))
        batch_entries = b"".join(entries)
        self._db.executemany("INSERT INTO log (id, numbers, extra) VALUES (?, ?, ?)", rows)
        self._db.execute("INSERT INTO batch (first, entries) VALUES (?, ?)", (first, batch_entries))
        memory.index.append(first, batch_entries)
        memory.next_row += len(rows)

    def _host(self, memory: "_WriterMemory", result: PollResult) -> Host:
        host = memory.hosts.get(result.host)
        if host is None:
            host = memory.hosts[result.host] = add_host(self._db, result.host, dict(result.tags))
        elif host.tags != result.tags:
            set_tags(self._db, host, dict(result.tags))
        return host

    @contextmanager
    def _with_memory(self) -> Iterator["_WriterMemory"]:
        """What is remembered of the database, read anew after an error or another process's writing."""
        try:
            with translated(self._path):
                # It changes with commits of other connections only: our own do not make us read all anew.
                version = self._db.execute("PRAGMA data_version").fetchone()[0]
                if self._memory is None or self._memory.version != version:
                    self._memory = _WriterMemory(self._db, self._retention, version)
                yield self._memory
        except BaseException:
            self._memory = None
            raise


class _WriterMemory:
    """What the writer holds in memory of the database."""

    def __init__(self, db: sqlite3.Connection, retention: Retention, version: int) -> None:
        self.version = version
        self.hosts = load_hosts(db)
        layouts = Layouts(db)
        self.layouts = LayoutWriter(db, layouts)
        self.index = LogIndex()
        self.index.refresh(db)
        self.packer = Packer(
            db, layouts=layouts, index=self.index, retention=retention, on_orphans_deleted=self.layouts.forget
        )
        # An id is never used twice: rows up to a host's `packed` count as packed. The newest batch stays.
        self.next_row = 1 + max([self.index.last_row, *(host.packed_until for host in self.hosts.values())])
