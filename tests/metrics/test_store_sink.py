"""The sink brings results into a store whatever the store does."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from metrics.errors import StoreError, StoreUnavailable
from metrics.results import PollResult
from metrics.stores import sink as store_sink
from metrics.stores.memory import MemoryStore
from metrics.stores.sink import StoreSink
from tests.metrics.store_contract import START, Clock, cpu, poll

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FragileStore(MemoryStore):
    """A store in memory that raises `failure` while it is set and counts its maintenance."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.failure: Exception | None = None
        self.maintain_failures: list[StoreError | None] = []
        self.is_stuck = False
        self.maintained: list[float] = []

    async def write(self, results: Sequence[PollResult]) -> None:
        if self.is_stuck:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure
        await super().write(results)

    async def maintain(self, now: float) -> None:
        self.maintained.append(now)
        failure = self.maintain_failures.pop(0) if self.maintain_failures else None
        if failure is not None:
            raise failure
        await super().maintain(now)


@pytest.fixture
def store() -> FragileStore:
    return FragileStore(Clock())


async def _times(store: MemoryStore) -> list[float]:
    return [latest.time for latest in await store.latest()]


async def test_a_flush_writes_what_was_accepted(store: FragileStore) -> None:
    sink = StoreSink(store)
    sink.accept(poll(START, cpu(1.0)))
    assert sink.queued == 1
    assert await sink.flush()
    assert (sink.queued, sink.counters.written_results) == (0, 1)
    assert await _times(store) == [START]


async def test_an_unavailable_store_gets_the_same_results_later(store: FragileStore) -> None:
    sink = StoreSink(store)
    store.failure = StoreUnavailable("disk full")
    sink.accept(poll(START, cpu(1.0)))
    assert not await sink.flush()
    assert sink.is_failing
    assert (sink.queued, sink.errors) == (1, 1)
    store.failure = None
    assert await sink.flush()
    assert not sink.is_failing
    assert await _times(store) == [START]


async def test_beyond_the_bound_the_oldest_are_dropped_and_counted(store: FragileStore) -> None:
    sink = StoreSink(store, max_queued=2)
    for at in range(5):
        sink.accept(poll(START + at, cpu(1.0), host=f"h{at}"))
    await sink.flush()
    assert sink.counters.dropped == 3
    assert await _times(store) == [START + 3, START + 4]


async def test_results_that_no_longer_fit_after_a_failure_are_the_oldest(store: FragileStore) -> None:
    sink = StoreSink(store, max_queued=2)
    sink.accept(poll(START, cpu(1.0)))
    sink.accept(poll(START + 1, cpu(1.0), host="h1"))
    store.is_stuck = True
    flushing = asyncio.create_task(sink.flush())
    await asyncio.sleep(0)
    sink.accept(poll(START + 2, cpu(1.0), host="h2"))
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    store.is_stuck = False
    await sink.flush()
    assert await _times(store) == [START + 1, START + 2]
    assert sink.counters.dropped == 1


async def test_a_refused_batch_is_dropped_and_the_next_is_written(store: FragileStore) -> None:
    sink = StoreSink(store)
    store.failure = StoreError("open for reading only")
    sink.accept(poll(START, cpu(1.0)))
    assert await sink.flush()
    assert (sink.counters.dropped, sink.errors) == (1, 1)
    store.failure = None
    sink.accept(poll(START + 5, cpu(1.0)))
    await sink.flush()
    assert await _times(store) == [START + 5]


async def test_a_stuck_store_delays_no_accept(store: FragileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_sink, "STOP_SECONDS", 0.05)
    sink = StoreSink(store, flush_seconds=0.0)
    store.is_stuck = True
    task = asyncio.create_task(sink.run())
    for at in range(100):
        sink.accept(poll(START + at, cpu(1.0)))
        await asyncio.sleep(0)
    assert sink.queued >= 95  # but for the batch that is stuck, taken once the flushes had begun
    store.is_stuck = False
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _times(store) == [START + 99]


async def test_stopping_writes_the_rest_and_maintenance_has_run(store: FragileStore) -> None:
    sink = StoreSink(store, clock=Clock(START + 7), flush_seconds=0.0)
    task = asyncio.create_task(sink.run())
    while not store.maintained:
        await asyncio.sleep(0)
    sink.accept(poll(START, cpu(1.0)))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _times(store) == [START]
    assert store.maintained[0] == START + 7


async def test_failing_maintenance_is_logged_once_and_so_is_its_end(
    store: FragileStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sink = StoreSink(store, flush_seconds=0.0)
    locked = StoreUnavailable("metrics.db: database is locked")
    store.maintain_failures = [locked, locked, locked, None, None, locked, None]
    task = asyncio.create_task(sink.run())
    while len(store.maintained) < 8:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    fails = "maintenance of the metric store fails: metrics.db: database is locked"
    works = "maintenance of the metric store works again"
    assert [record.getMessage() for record in caplog.records] == [fails, works, fails, works]
    assert sink.errors == 4


async def test_whoever_waits_until_all_is_written_is_not_kept_waiting_for_the_next_flush(
    store: FragileStore,
) -> None:
    sink = StoreSink(store, flush_seconds=3600.0)
    task = asyncio.create_task(sink.run())
    sink.accept(poll(START, cpu(1.0)))
    await asyncio.wait_for(sink.wait_until_written(), 10)
    assert await _times(store) == [START]
    await asyncio.wait_for(sink.wait_until_written(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_waiting_lasts_until_a_batch_under_way_and_those_after_it_are_written(
    store: FragileStore,
) -> None:
    sink = StoreSink(store, flush_seconds=3600.0)
    store.failure = StoreUnavailable("locked")
    sink.accept(poll(START, cpu(1.0)))
    waiting = asyncio.create_task(sink.wait_until_written())
    await sink.flush()
    await asyncio.sleep(0)
    assert not waiting.done()
    store.failure = None
    await sink.flush()
    await asyncio.wait_for(waiting, 10)


async def test_whoever_waits_for_results_that_are_dropped_is_told(store: FragileStore) -> None:
    sink = StoreSink(store, flush_seconds=3600.0)
    store.failure = StoreError("read only")
    sink.accept(poll(START, cpu(1.0)))
    waiting = asyncio.create_task(sink.wait_until_written())
    await asyncio.sleep(0)
    await sink.flush()
    with pytest.raises(StoreError):
        await asyncio.wait_for(waiting, 10)


class SlowStore(FragileStore):
    """Each write waits until it is let; `batches`: when the results of each were taken."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.begun = asyncio.Event()
        self.permits = asyncio.Semaphore(0)
        self.batches: list[list[float]] = []

    async def write(self, results: Sequence[PollResult]) -> None:
        self.begun.set()
        await self.permits.acquire()
        await super().write(results)
        self.batches.append([result.time - START for result in results])


async def test_a_write_under_way_when_it_is_stopped_is_not_done_again() -> None:
    store = SlowStore(Clock())
    sink = StoreSink(store, flush_seconds=0.01)
    task = asyncio.create_task(sink.run())
    sink.accept(poll(START, cpu(1.0)))
    await store.begun.wait()
    sink.accept(poll(START + 1, cpu(1.0)))
    task.cancel()
    await asyncio.sleep(0.05)
    assert not task.done()
    sink.accept(poll(START + 2, cpu(1.0)))
    store.permits.release()
    store.permits.release()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.batches == [[0.0], [1.0, 2.0]]
    assert (sink.queued, sink.counters.written_results) == (0, 3)


async def test_a_stop_does_not_wait_for_the_next_flush(store: FragileStore) -> None:
    sink = StoreSink(store, flush_seconds=3600.0)
    task = asyncio.create_task(sink.run())
    await asyncio.sleep(0)
    sink.accept(poll(START, cpu(1.0)))
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([task])
    assert await _times(store) == [START]
