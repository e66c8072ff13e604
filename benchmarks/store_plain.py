"""What a program would do without a store of its own: one SQLite row per value, by series and time."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.store_traffic import START, by_second, replayed_hosts
from benchmarks.table import Row
from metrics.results import PollResult

_HOURS = 0.25
_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE sample (
    host INTEGER, metric INTEGER, time INTEGER, value REAL, PRIMARY KEY (host, metric, time)) WITHOUT ROWID;
"""


def measure_plain(folder: Path, count: int, *, beside_us: float) -> Iterator[Row]:
    """CPU per poll, also as a multiple of `beside_us`, and bytes per value."""
    path = folder / "plain.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(_TABLES)
    metrics: dict[object, int] = {}
    spent, polls, values = 0.0, 0, 0
    for _, batch in by_second(replayed_hosts(count), _HOURS):
        before = time.process_time()
        rows = [row for result in batch for row in _rows(result, metrics)]
        db.execute("BEGIN")
        db.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
        db.execute("COMMIT")
        spent += time.process_time() - before
        polls += len(batch)
        values += len(rows)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    per_poll_us = spent / polls * 1e6
    yield Row("store", f"plain SQLite rows: CPU per poll, {count} hosts", per_poll_us, "µs")
    yield Row("store", "plain SQLite rows / the store: CPU per poll", per_poll_us / beside_us, "ratio")
    yield Row("store", "plain SQLite rows: bytes per value", path.stat().st_size / values, "bytes")


def _rows(result: PollResult, metrics: dict[object, int]) -> Iterator[tuple[int, int, int, float]]:
    host, at = int(result.host[-4:]), int(result.time - START)
    for point in result.points:
        for field, value in point.fields.items():
            key = (point.measurement, point.labels, field)
            yield host, metrics.setdefault(key, len(metrics)), at, value
