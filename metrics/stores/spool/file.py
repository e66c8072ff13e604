"""The spool's file: batches of results in the order in which they came, within a bound."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import zstandard

from metrics.errors import StoreCorrupt
from metrics.results import PollResult
from metrics.stores.sqlite.boundary import translated

# What is damaged, or dropped for want of room, is a whole row: so rows are kept small.
_ROW_RESULTS = 500
_COMPRESSION = 1
_BUSY_SECONDS = 5.0
# AUTOINCREMENT, so that no id comes again: `remove` deletes up to an id that was read some time ago, and
# meanwhile `append` may have dropped all rows up to it and added others.
_TABLE = """
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    results INTEGER NOT NULL,
    oldest REAL NOT NULL,
    payload BLOB NOT NULL
)
"""


class SpoolFill(msgspec.Struct, frozen=True):
    """What lies in a spool: results, bytes, and the oldest result's time (unix seconds), None without any."""

    results: int = 0
    size_bytes: int = 0
    oldest: float | None = None


class SpooledBatch(msgspec.Struct, frozen=True):
    """The oldest results of a spool; `last_id` names the last of their batches.

    `lost_results` counts the results of damaged batches among them.
    """

    last_id: int
    results: list[PollResult]
    lost_results: int = 0


class SpoolFile:
    """Batches in one SQLite file, which is made with the first of them; to be used by one thread.

    A batch appended survives the loss of power. `max_bytes` bounds the batches, compressed as they are.
    Raises StoreUnavailable where the disk is full, StoreCorrupt where the file is damaged.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._db: sqlite3.Connection | None = None
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[PollResult])
        self._compressor = zstandard.ZstdCompressor(level=_COMPRESSION)
        self._decompressor = zstandard.ZstdDecompressor()

    def look(self) -> SpoolFill:
        """What waits; a damaged file is put aside under another name, and a new one begun (StoreCorrupt)."""
        if not self._path.exists():
            return SpoolFill()
        try:
            with translated(self._path):
                return _read_fill(self._connect())
        except StoreCorrupt as error:
            aside = self._put_aside()
            raise StoreCorrupt(f"{error}; what it held is put aside as {aside.name}") from error

    def append(self, results: Sequence[PollResult]) -> tuple[int, SpoolFill]:
        """Keep results as the newest: the number of the oldest ones that had to go, and what waits now."""
        rows = [results[at : at + _ROW_RESULTS] for at in range(0, len(results), _ROW_RESULTS)]
        payloads = [self._compressor.compress(self._encoder.encode(row)) for row in rows]
        values = [
            (len(row), min(result.time for result in row), payload)
            for row, payload in zip(rows, payloads, strict=True)
        ]
        with translated(self._path):
            db = self._connect()
            with _transaction(db):
                # In the transaction that inserts: a disk that is full must not cost the old batches too.
                excess = _read_fill(db).size_bytes + sum(map(len, payloads)) - self._max_bytes
                dropped = _drop_oldest(db, excess)
                db.executemany("INSERT INTO batch (results, oldest, payload) VALUES (?, ?, ?)", values)
                fill = _read_fill(db)
        return dropped, fill

    def oldest(self, limit: int) -> SpooledBatch | None:
        """The oldest results, about `limit` of them at most; None where nothing waits."""
        if not self._path.exists():
            return None
        results: list[PollResult] = []
        last_id = lost_results = 0
        with translated(self._path):
            query = "SELECT id, results, payload FROM batch ORDER BY id"
            with contextlib.closing(self._connect().execute(query)) as rows:
                for number, count, payload in rows:
                    if results and len(results) + count > limit:
                        break  # a batch is taken whole, so that `last_id` says what may be deleted
                    batch = self._decode(payload)
                    results += batch or []
                    lost_results += 0 if batch else count
                    last_id = number
        return SpooledBatch(last_id, results, lost_results) if last_id else None

    def remove(self, last_id: int) -> SpoolFill:
        """Delete the batches up to one; what waits still."""
        with translated(self._path):
            db = self._connect()
            with _transaction(db):
                db.execute("DELETE FROM batch WHERE id <= ?", (last_id,))
            fill = _read_fill(db)
            if not fill.results:
                # Not after each batch: the next one takes the free pages, and giving them back moves others.
                db.executescript("PRAGMA incremental_vacuum")  # execute would free one page
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return fill

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _decode(self, payload: bytes) -> list[PollResult] | None:
        """A batch's results; None for a damaged one."""
        try:
            return self._decoder.decode(self._decompressor.decompress(payload))
        except (zstandard.ZstdError, msgspec.DecodeError):
            return None

    def _connect(self) -> sqlite3.Connection:
        if self._db is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                # Before the table: in a file that has one SQLite would ignore this.
                db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                db.execute("PRAGMA journal_mode = WAL").fetchall()
                db.execute("PRAGMA synchronous = FULL")  # the sink tells pushing hosts that it is safe here
                db.execute(_TABLE)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    def _put_aside(self) -> Path:
        self.close()
        aside = self._path.with_name(f"{self._path.name}.damaged-{int(time.time())}")
        self._path.rename(aside)
        # SQLite would play the log of the damaged file into the new one of that name.
        for end in ("-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        return aside


def peek(path: Path) -> SpoolFill:
    """What waits in a spool that another process may be using; raises StoreError's kinds."""
    if not path.exists():
        return SpoolFill()
    with translated(path):
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as db:
            return _read_fill(db)


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # After some errors, as of a full disk, SQLite has rolled back by itself.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _read_fill(db: sqlite3.Connection) -> SpoolFill:
    query = "SELECT coalesce(sum(results), 0), coalesce(sum(length(payload)), 0), min(oldest) FROM batch"
    results, size_bytes, oldest = db.execute(query).fetchone()
    return SpoolFill(results, size_bytes, oldest)


def _drop_oldest(db: sqlite3.Connection, excess_bytes: int) -> int:
    """Delete the oldest batches until so many bytes are free: the number of results deleted."""
    dropped = last_id = 0
    if excess_bytes <= 0:
        return 0
    query = "SELECT id, results, length(payload) FROM batch ORDER BY id"
    with contextlib.closing(db.execute(query)) as rows:
        for number, results, size in rows:
            if excess_bytes <= 0:
                break
            dropped, excess_bytes, last_id = dropped + results, excess_bytes - size, number
    db.execute("DELETE FROM batch WHERE id <= ?", (last_id,))
    return dropped
