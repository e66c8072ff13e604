"""What the embedded store costs, beside plain SQLite rows in the same run.

CPU is the process's, all threads; with packing, merging and rollups. Reading is timed from the question to
the answer, after reopening (cold: the store's own caches are empty; the system's page cache is dropped where
that is allowed) and again (warm).
"""

import argparse
import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.store_answers import Host
from metrics.results import PollResult
from metrics.sqlite.store import SqliteStore
from metrics.store import HistoryQuery

START = 1_699_920_000.0
INTERVAL = 5.0
DAY = 86400.0
LONG_INTERVAL = 15.0
"""Seconds between the polls of the long run: the rollups that it reads are as many as with 5 s."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `target` is None where there is none."""

    name: str
    value: float
    unit: str
    target: float | None = None


def run(
    *, hosts: int = 20, hours: float = 24.0, busy: int = 200, days: float = 30.0, fleet: int = 1000
) -> list[Row]:
    """Measure: `hosts` for `hours`, `busy` hosts for 5 h, one host for `days`, the latest of a `fleet`."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_measure_writing(Path(folder), hosts, hours))
        rows += _measure_busy(Path(folder), busy)
        rows += _measure_plain(Path(folder), busy, 0.25)
        rows += _measure_long(Path(folder), days)
        rows += _measure_fleet(Path(folder), fleet)
    return rows


def _batches(hosts: list[Host], polls: int) -> Iterator[tuple[float, list[PollResult]]]:
    """A second's answers at a time, hosts spread over the interval."""
    offsets = {host.name: random.Random(host.name).uniform(0, INTERVAL) for host in hosts}
    by_second: dict[int, list[Host]] = {}
    for host in hosts:
        by_second.setdefault(int(offsets[host.name]), []).append(host)
    for poll in range(polls):
        for second in range(int(INTERVAL)):
            base = START + poll * INTERVAL
            yield (
                base + second + 1.0,
                [host.poll(base + offsets[host.name]) for host in by_second.get(second, ())],
            )


class _Clock:
    now = START

    def __call__(self) -> float:
        return self.now


async def _fill(
    store: SqliteStore, clock: _Clock, hosts: list[Host], hours: float
) -> tuple[float, int, int, float]:
    """(CPU seconds, polls, values, longest call of maintain in seconds)."""
    spent, polls, values, longest = 0.0, 0, 0, 0.0
    for now, batch in _batches(hosts, int(hours * 3600 / INTERVAL)):
        clock.now = now
        polls += len(batch)
        values += sum(len(point.fields) for result in batch for point in result.points)
        before, begun = time.process_time(), time.perf_counter()
        await store.write(batch)
        begun = time.perf_counter()
        await store.maintain(now)
        longest = max(longest, time.perf_counter() - begun)
        spent += time.process_time() - before
    return spent, polls, values, longest


async def _finish(store: SqliteStore, clock: _Clock, hours: float) -> float:
    """Let packing, merging and rollups of all that was written happen; CPU seconds."""
    before = time.process_time()
    for _ in range(int(hours * 6)):
        clock.now += 600.0
        for _ in range(40):
            await store.maintain(clock.now)
    return time.process_time() - before


def _measure_writing(folder: Path, count: int, hours: float) -> Iterator[Row]:
    path = folder / "metrics.db"
    clock = _Clock()
    hosts = [Host(f"host-{number:03}", seed=number) for number in range(count)]

    async def scenario() -> tuple[float, int, int, float]:
        store = await SqliteStore.open(path, clock=clock)
        spent, polls, values, longest = await _fill(store, clock, hosts, hours)
        spent += await _finish(store, clock, 5.0)
        await store.close()
        return spent, polls, values, longest

    spent, polls, values, longest = asyncio.run(scenario())
    yield Row(f"store: CPU per poll, all in, {count} hosts", spent / polls * 1e6, "us")
    yield Row("store: values per poll", values / polls, "values")
    yield Row("store: longest maintenance call", longest * 1000, "ms")
    yield from _sizes(path, values, "store")
    yield from _read_rows(path, clock, hours, f"{hours:.0f} h of one series of {count} hosts", target=20.0)


def _measure_busy(folder: Path, count: int) -> Iterator[Row]:
    path = folder / "busy.db"
    clock = _Clock()
    hosts = [Host(f"host-{number:03}", seed=number) for number in range(count)]

    async def scenario() -> tuple[float, int, int, float]:
        store = await SqliteStore.open(path, clock=clock)
        spent, polls, values, longest = await _fill(store, clock, hosts, 5.0)
        await store.close()
        return spent, polls, values, longest

    spent, polls, _, longest = asyncio.run(scenario())
    yield Row(f"store: CPU per poll, all in, {count} hosts", spent / polls * 1e6, "us", 40.0)
    yield Row(f"store: longest maintenance call, {count} hosts", longest * 1000, "ms")


def _sizes(path: Path, values: int, name: str) -> Iterator[Row]:
    db = sqlite3.connect(path)
    sizes = dict(db.execute("SELECT level, sum(length(head) + length(data) + 40) FROM block GROUP BY level"))
    pages, free, page = (
        db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
    )
    db.close()
    total = sum(sizes.values())
    overhead = (pages - free) * page / total
    yield Row(f"{name}: raw bytes per value on disk", sizes.get(0, 0) * overhead / values, "bytes", 2.5)
    yield Row(f"{name}: 1-minute rollups, bytes per raw value", sizes.get(1, 0) * overhead / values, "bytes")
    yield Row(f"{name}: 15-minute rollups, bytes per raw value", sizes.get(2, 0) * overhead / values, "bytes")


def _read_rows(path: Path, clock: _Clock, hours: float, name: str, target: float) -> Iterator[Row]:
    end = START + hours * 3600
    for kind, step in (("step 5 s", 5.0), ("step auto", None)):
        query = HistoryQuery(
            hosts=("host-001",), metric="cpu.usage_active", start=end - hours * 3600, end=end, step=step,
            labels=(("cpu", "cpu-total"),),
        )  # fmt: skip
        if step is not None and hours > 48:
            continue
        cold, warm, points = asyncio.run(_time_history(path, clock, query))
        yield Row(f"{name}, {kind}, cold ({points} points)", cold * 1000, "ms", target)
        yield Row(f"{name}, {kind}, warm", warm * 1000, "ms", target)


async def _time_history(path: Path, clock: _Clock, query: HistoryQuery) -> tuple[float, float, int]:
    drop_page_cache(path)
    store = await SqliteStore.open(path, clock=clock, read_only=True)
    times = []
    for _ in range(8):
        before = time.perf_counter()
        history = await store.history(query)
        times.append(time.perf_counter() - before)
    await store.close()
    (series,) = history.series
    assert sum(value is not None for _, value in series.points) > len(series.points) * 0.9
    return times[0], sorted(times[1:])[3], len(series.points)


def drop_page_cache(path: Path) -> None:
    """Ask the system to forget the file's pages."""
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            handle = os.open(file, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def _measure_long(folder: Path, days: float) -> Iterator[Row]:
    path = folder / "long.db"
    clock = _Clock()
    host = Host("host-001", seed=1)

    async def scenario() -> None:
        store = await SqliteStore.open(path, clock=clock)
        for window in range(int(days * DAY / 600)):
            begin = START + window * 600
            await store.write(
                [host.poll(begin + at * LONG_INTERVAL) for at in range(int(600 / LONG_INTERVAL))]
            )
            clock.now = begin + 600
            await store.maintain(clock.now)
        await store.close()

    asyncio.run(scenario())
    yield from _read_rows(path, clock, days * 24, f"{days:.0f} days of one series", target=20.0)


def _measure_fleet(folder: Path, count: int) -> Iterator[Row]:
    path = folder / "fleet.db"
    clock = _Clock()
    hosts = [Host(f"host-{number:04}", seed=number) for number in range(count)]

    async def scenario() -> tuple[float, float, float, int]:
        store = await SqliteStore.open(path, clock=clock)
        spent, polls, _, longest = await _fill(store, clock, hosts, 0.5)
        times = []
        for _ in range(5):
            before = time.perf_counter()
            await store.latest()
            times.append(time.perf_counter() - before)
        await store.close()
        return spent / polls, longest, sorted(times)[2], path.stat().st_size

    spent, longest, latest, size = asyncio.run(scenario())
    yield Row(f"store: CPU per poll, first half hour of {count} hosts", spent * 1e6, "us", 40.0)
    yield Row(f"store: longest maintenance call at {count} hosts", longest * 1000, "ms")
    yield Row(f"latest state of {count} hosts", latest * 1000, "ms", 200.0)
    yield Row(f"file after half an hour of {count} hosts", size / 1e6, "MB")


def _measure_plain(folder: Path, count: int, hours: float) -> Iterator[Row]:
    """One row per value: host, metric, time, value, with an index."""
    path = folder / "plain.db"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE sample (host INTEGER, metric INTEGER, time INTEGER, value REAL)")
    db.execute("CREATE INDEX by_series ON sample (host, metric, time)")
    hosts = [Host(f"host-{number:03}", seed=number) for number in range(count)]
    metrics: dict[object, int] = {}
    spent, polls, values = 0.0, 0, 0
    for _, batch in _batches(hosts, int(hours * 3600 / INTERVAL)):
        before = time.process_time()
        rows = [row for result in batch for row in _plain_rows(result, metrics)]
        db.execute("BEGIN")
        db.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
        db.execute("COMMIT")
        spent += time.process_time() - before
        polls += len(batch)
        values += len(rows)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    yield Row("plain SQLite rows: CPU per poll", spent / polls * 1e6, "us")
    yield Row("plain SQLite rows: bytes per value on disk", path.stat().st_size / values, "bytes")


def _plain_rows(result: PollResult, metrics: dict[object, int]) -> Iterator[tuple[int, int, int, float]]:
    host, at = int(result.host[-3:]), int(result.time)
    for point in result.points:
        for field, value in point.fields.items():
            key = (point.measurement, point.labels, field)
            yield host, metrics.setdefault(key, len(metrics)), at, value


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--busy", type=int, default=200)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--fleet", type=int, default=1000)
    given = parser.parse_args()
    for row in run(hosts=given.hosts, hours=given.hours, busy=given.busy, days=given.days, fleet=given.fleet):
        target = "" if row.target is None else f"  (target {row.target:g})"
        print(f"{row.name:64} {row.value:10.2f} {row.unit}{target}")


if __name__ == "__main__":
    main()
