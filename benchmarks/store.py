"""What the embedded store costs, beside plain SQLite rows in the same run.

    python -m benchmarks.store [--long]

CPU is the process's, all threads, for writing and all the background work that follows from it: packing,
merging, rollups, retention. The clock is simulated, so hours take seconds. Reading is timed from the question
to the answer: cold after reopening with the system's page cache dropped, then warm. `--long` takes larger
fleets for longer.
"""

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.store_loop import measure_loop
from benchmarks.store_plain import measure_plain
from benchmarks.store_traffic import START, Polled, by_second, fresh_hosts, replayed_hosts
from benchmarks.table import Row, print_rows
from metrics.store import HistoryQuery
from metrics.stores.retention import DAY, Retention
from metrics.stores.sqlite.packing.packer import SLICE_SECONDS
from metrics.stores.sqlite.store import SqliteStore

_DAY_HOURS = 24.0
_FINISH_HOURS = (6, 80)
"""The clock's leaps after the last answer: after one all raw blocks are merged, after two all rollups."""

_SIZED_HOSTS = 6
"""Hosts of the day whose size is measured."""

_MONTH_DAYS = 30
_MONTH_INTERVAL = 15.0
"""Seconds between the polls of the month: the rollups that it reads are as many as with 5 s."""

_CPU_TARGET_US = 40.0
_TARGET_HOSTS = 200
_FLEETS = {20: 6.0, 60: 5.0, _TARGET_HOSTS: 4.5}
"""Hosts -> simulated hours."""

_LONG_FLEETS = {20: 48.0, 60: 48.0, _TARGET_HOSTS: 24.0, 1000: 5.0}


@dataclass(slots=True)
class _Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class _Spent:
    """What filling a store took: CPU seconds, by half; `longest` call of maintain in wall seconds."""

    writing: float = 0.0
    maintaining: float = 0.0
    longest: float = 0.0
    polls: int = 0
    values: int = 0

    @property
    def per_poll_us(self) -> float:
        return (self.writing + self.maintaining) / self.polls * 1e6


def run(*, long: bool = False) -> list[Row]:
    """Measure everything, one after the other."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for hosts, hours in (_LONG_FLEETS if long else _FLEETS).items():
            fleet = list(_measure_fleet(folder, hosts, hours))
            rows += fleet
            if hosts == _TARGET_HOSTS:
                rows += measure_plain(folder, hosts, beside_us=fleet[0].value)
        rows += _measure_day(folder)
        rows += _measure_month(folder)
        rows += measure_loop(folder)
    return rows


def _measure_fleet(folder: Path, count: int, hours: float) -> Iterator[Row]:
    path = folder / f"fleet-{count}.db"
    spent, longest, latest_ms = asyncio.run(_fill_fleet(path, replayed_hosts(count), hours))
    target = _CPU_TARGET_US if count == _TARGET_HOSTS else None
    writing = spent.writing / spent.polls * 1e6
    name = f"{count} hosts, {hours:g} h"
    yield Row("store", f"CPU per poll, all in, {name}", spent.per_poll_us, "µs", at_most=target)
    yield Row("store", "  of it writing (the rest: packing, merging, rollups)", writing, "µs")
    yield Row("store", "  longest maintenance call", longest * 1000, "ms")
    yield Row("store", f"  latest state of {count} hosts", latest_ms, "ms")
    path.unlink()


async def _fill_fleet(path: Path, hosts: Sequence[Polled], hours: float) -> tuple[_Spent, float, float]:
    """What it took, the longest call of maintain in seconds and the latest states' milliseconds."""
    clock = _Clock()
    store = await SqliteStore.open(path, clock=clock)
    spent = await _fill(store, clock, hosts, hours)
    longest = spent.longest
    latest_ms = await _milliseconds(store.latest)
    await _finish(store, clock, spent)
    await store.close()
    return spent, longest, latest_ms


async def _fill(store: SqliteStore, clock: _Clock, hosts: Sequence[Polled], hours: float) -> _Spent:
    spent = _Spent()
    for clock.now, batch in by_second(hosts, hours):
        spent.polls += len(batch)
        spent.values += sum(len(point.fields) for result in batch for point in result.points)
        before = time.process_time()
        await store.write(batch)
        spent.writing += time.process_time() - before
        await _maintain(store, clock, spent)
    return spent


async def _maintain(store: SqliteStore, clock: _Clock, spent: _Spent) -> float:
    """One call of maintain; its wall seconds."""
    before, begun = time.process_time(), time.perf_counter()
    await store.maintain(clock.now)
    took = time.perf_counter() - begun
    spent.longest = max(spent.longest, took)
    spent.maintaining += time.process_time() - before
    return took


async def _finish(store: SqliteStore, clock: _Clock, spent: _Spent) -> None:
    """Let all that was written be packed, merged and rolled up."""
    for hours in _FINISH_HOURS:
        clock.now += hours * 3600
        while await _maintain(store, clock, spent) > SLICE_SECONDS / 3:
            clock.now += 10.0


async def _milliseconds(ask: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(5):
        before = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - before)
    return sorted(times)[2] * 1000


def _measure_day(folder: Path) -> Iterator[Row]:
    path = folder / "day.db"
    clock = _Clock()

    async def scenario() -> _Spent:
        store = await SqliteStore.open(path, clock=clock, retention=Retention(raw=30 * DAY))
        spent = await _fill(store, clock, fresh_hosts(_SIZED_HOSTS), _DAY_HOURS)
        await _finish(store, clock, spent)
        await store.close()
        return spent

    spent = asyncio.run(scenario())
    yield Row("store", "values per poll", spent.values / spent.polls, "values")
    yield from _size_rows(path, spent.values)
    clock.now = START + DAY
    yield from _read_rows(path, clock, 1, 5.0)


def _size_rows(path: Path, values: int) -> Iterator[Row]:
    db = sqlite3.connect(path)
    sizes = dict(db.execute("SELECT level, sum(length(head) + length(data)) FROM block GROUP BY level"))
    pages, free, page = (
        db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
    )
    db.close()
    # What the pages take beyond the blocks' bytes is shared out among the levels.
    each = (pages - free) * page / sum(sizes.values()) / values
    yield Row("store", "bytes per value, raw", sizes[0] * each, "bytes", at_most=2.5)
    yield Row("store", "bytes per value, 1-minute rollups beside it", sizes[1] * each, "bytes")
    yield Row("store", "bytes per value, 15-minute rollups beside it", sizes[2] * each, "bytes")


def _measure_month(folder: Path) -> Iterator[Row]:
    path = folder / "month.db"
    clock = _Clock()
    (host,) = fresh_hosts(1)

    async def scenario() -> None:
        store = await SqliteStore.open(path, clock=clock)
        for begin in range(int(START), int(START + _MONTH_DAYS * DAY), 600):
            times = [begin + at * _MONTH_INTERVAL for at in range(int(600 / _MONTH_INTERVAL))]
            await store.write([host.poll(time) for time in times])
            clock.now = begin + 600.0
            await store.maintain(clock.now)
        await store.close()

    asyncio.run(scenario())
    yield from _read_rows(path, clock, _MONTH_DAYS, None)


def _read_rows(path: Path, clock: _Clock, days: int, step: float | None) -> Iterator[Row]:
    query = HistoryQuery(
        hosts=("host-0000",), metric="cpu.usage_active", start=START, end=START + days * DAY, step=step,
        labels=(("cpu", "cpu-total"),),
    )  # fmt: skip
    cold, warm, points = asyncio.run(_time_history(path, clock, query))
    what = f"{days * 24} h of one series at 5 s" if step else f"{days} days of one series"
    yield Row("store", f"{what}, {points} points, cold", cold * 1000, "ms", at_most=20 if step else None)
    yield Row("store", f"{what}, warm", warm * 1000, "ms", at_most=20 if step else None)


async def _time_history(path: Path, clock: _Clock, query: HistoryQuery) -> tuple[float, float, int]:
    _drop_page_cache(path)
    store = await SqliteStore.open(path, clock=clock, retention=Retention(raw=30 * DAY), read_only=True)
    times = []
    for _ in range(8):
        before = time.perf_counter()
        history = await store.history(query)
        times.append(time.perf_counter() - before)
    await store.close()
    (series,) = history.series
    assert sum(value is not None for _, value in series.points) > len(series.points) * 0.9
    return times[0], sorted(times[1:])[3], len(series.points)


def _drop_page_cache(path: Path) -> None:
    """Ask the system to forget the file's pages."""
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            handle = os.open(file, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    print_rows(run(long=parser.parse_args().long))


if __name__ == "__main__":
    main()
