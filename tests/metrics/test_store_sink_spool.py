"""What the store does not take goes to the spool and comes back from it, in order and once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from metrics.errors import StoreCorrupt, StoreRefused, StoreUnavailable
from metrics.stores import sink as store_sink
from metrics.stores.sink import StoreSink
from metrics.stores.spool import health, replay
from metrics.stores.spool.spool import Spool
from tests.metrics.store_contract import START, Clock, cpu, poll
from tests.metrics.test_store_sink import FragileStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store() -> FragileStore:
    return FragileStore(Clock())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(health, "MAX_PAUSE_SECONDS", 0.02)


@asynccontextmanager
async def running(sink: StoreSink) -> AsyncIterator[None]:
    task = asyncio.create_task(sink.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _until(condition: object) -> None:
    async with asyncio.timeout(20):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


def _kept(store: FragileStore) -> list[float]:
    return sorted(at / 1000 - START for results in store._results.values() for at in results)


@pytest.mark.parametrize("failure", [StoreUnavailable("disk full"), StoreCorrupt("metrics.db is damaged")])
async def test_an_outage_loses_nothing_and_fresh_results_do_not_wait_for_it(
    store: FragileStore, tmp_path: Path, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    sink = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    store.failure = failure
    async with running(sink):
        for at in range(50):
            sink.accept(poll(START + at, cpu(1.0)))
            await asyncio.wait_for(sink.wait_until_written(), 20)  # in the spool, which is as good
        assert (sink.queued, sink.spooled, sink.counters.spooled) == (0, 50, 50)
        assert sink.problem() == "the metric store does not take results: 50 wait in the spool"
        store.failure = None
        await _until(lambda: sink.spooled == 0)
        sink.accept(poll(START + 50, cpu(1.0)))
        await asyncio.wait_for(sink.wait_until_written(), 20)
    assert _kept(store) == [float(at) for at in range(51)]
    assert (sink.replayed, sink.dropped, sink.problem()) == (50, 0, None)
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"the metric store is unavailable, results wait: {failure}",
        "the metric store takes results again",
        "the spool is empty: 50 results were brought into the store",
    ]


async def test_what_waits_outlives_the_process(store: FragileStore, tmp_path: Path) -> None:
    store.failure = StoreUnavailable("away")
    first = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    async with running(first):
        first.accept(poll(START, cpu(1.0)))
        await asyncio.wait_for(first.wait_until_written(), 20)
        first.accept(poll(START + 1, cpu(1.0)))  # which the last flush finds
    store.failure = None
    second = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    async with running(second):
        await _until(lambda: second.replayed == 2)
    assert _kept(store) == [0.0, 1.0]


async def test_a_store_that_takes_too_long_gets_its_results_from_the_spool(
    store: FragileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_sink, "FRESH_SECONDS", 0.05)
    sink = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    store.is_stuck = True
    async with running(sink):
        sink.accept(poll(START, cpu(1.0)))
        await asyncio.wait_for(sink.wait_until_written(), 20)
        assert sink.spooled == 1
        assert sink.is_failing
        monkeypatch.setattr(replay, "REPLAY_SECONDS", 0.05)
        store.is_stuck = False
        sink.accept(poll(START + 1, cpu(1.0)))
        await _until(lambda: sink.spooled == 0 and sink.queued == 0)
    assert _kept(store)[-1] == 1.0


async def test_a_slow_store_is_no_recovered_one_until_it_is_quick_again(
    store: FragileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "SLOW_SECONDS", -1.0)
    sink = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    store.failure = StoreUnavailable("away")
    sink.accept(poll(START, cpu(1.0)))
    await sink.flush()
    store.failure = None
    replayer = replay.SpoolReplayer(store, sink._spool, sink._health)  # type: ignore[arg-type]
    assert await replayer.replay()
    assert sink.is_failing
    sink.accept(poll(START + 1, cpu(1.0)))
    assert await sink.flush()  # nothing waits: the store is asked itself
    assert not sink.is_failing
    assert _kept(store) == [0.0, 1.0]


async def test_what_the_store_refuses_does_not_hold_up_the_spool(
    store: FragileStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink = StoreSink(store, Spool(tmp_path / "spool.db"), clock=Clock(), flush_seconds=0.01)
    store.failure = StoreUnavailable("away")
    async with running(sink):
        sink.accept(poll(START, cpu(1.0)))
        await asyncio.wait_for(sink.wait_until_written(), 20)
        store.failure = StoreRefused("a field of another type")
        await _until(lambda: sink.spooled == 0)
        store.failure = None
    assert sink.dropped == 1
    assert "1 results of the spool are lost: a field of another type" in caplog.text


async def test_where_the_spool_has_no_room_either_results_wait_in_memory(
    store: FragileStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    sink = StoreSink(store, Spool(blocked / "spool.db"), clock=Clock(), flush_seconds=0.01)
    store.failure = StoreUnavailable("disk full")
    async with running(sink):
        for at in range(5):
            sink.accept(poll(START + at, cpu(1.0)))
        await _until(lambda: "the spool cannot be written" in caplog.text)
        assert sink.problem() == "the metric store does not take results: 5 wait in memory"
        store.failure = None
        await asyncio.wait_for(sink.wait_until_written(), 20)
    assert _kept(store) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert sink.dropped == 0
