"""How late an event loop runs beside a store at work: a task sleeps a millisecond at a time and measures.

1. Nothing else: what the machine itself does to the loop.
2. 1,000 hosts, 200 answers a second, at five times life's pace while the store packs.
3. A backlog of hours that was never packed, worked off with a call of maintain each tenth of a second.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import uvloop

from benchmarks.store_traffic import START, by_second, replayed_hosts
from benchmarks.table import Row
from metrics.stores.sqlite.store import SqliteStore

_HOSTS = 1000
_BEFORE_HOURS = 0.25
"""Written unmeasured: from then on the store packs with every call of maintain."""

_BACKLOG_HOSTS, _BACKLOG_HOURS = 50, 5.0
_PACE = 5
_SECONDS = 8.0
_SLEEP = 0.001
_WORST_MS = 50.0


def measure_loop(folder: Path) -> list[Row]:
    """The loop's delays: alone, beside packing, beside a backlog."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        alone = runner.run(_delays(lambda: asyncio.sleep(1.0)))
        packing = runner.run(_beside_packing(folder / "packing.db"))
        backlog = runner.run(_beside_backlog(folder / "backlog.db"))
    return [
        *_rows("alone", alone, None),
        *_rows(f"beside {_HOSTS} hosts' packing", packing, _WORST_MS),
        *_rows("beside a backlog", backlog, _WORST_MS),
    ]


def _rows(name: str, delays: list[float], worst: float | None) -> Iterator[Row]:
    delays.sort()
    late = delays[int(len(delays) * 0.99)]
    yield Row("store", f"event loop {name}: worst delay", delays[-1] * 1000, "ms", at_most=worst)
    yield Row("store", f"event loop {name}: delay, 99 % below", late * 1000, "ms")


async def _beside_packing(path: Path) -> list[float]:
    store = await SqliteStore.open(path)
    seconds = by_second(replayed_hosts(_HOSTS), 10.0)
    for now, batch in seconds:
        await store.write(batch)
        await store.maintain(now)
        if now > START + _BEFORE_HOURS * 3600:
            break

    async def one_second() -> None:
        due = time.perf_counter() + 1.0 / _PACE
        now, batch = next(seconds)
        await store.write(batch)
        await store.maintain(now)
        await asyncio.sleep(due - time.perf_counter())

    delays = await _delays(one_second)
    await store.close()
    path.unlink()
    return delays


async def _beside_backlog(path: Path) -> list[float]:
    store = await SqliteStore.open(path)
    for _, batch in by_second(replayed_hosts(_BACKLOG_HOSTS), _BACKLOG_HOURS):
        await store.write(batch)

    async def one_call() -> None:
        await store.maintain(START + _BACKLOG_HOURS * 3600)
        await asyncio.sleep(0.1)

    delays = await _delays(one_call)
    await store.close()
    path.unlink()
    return delays


async def _delays(work: Callable[[], Awaitable[object]]) -> list[float]:
    """The seconds by which a sleeping task woke late while `work` was done over and over."""
    # The recorded answers are the benchmark's own: looking through them is not the store's doing.
    gc.collect()
    gc.freeze()
    delays: list[float] = []
    end = time.perf_counter() + _SECONDS

    async def sleep() -> None:
        while time.perf_counter() < end:
            begun = time.perf_counter()
            await asyncio.sleep(_SLEEP)
            delays.append(time.perf_counter() - begun - _SLEEP)

    sleeping = asyncio.create_task(sleep())
    while time.perf_counter() < end:
        await work()
    await sleeping
    return delays
