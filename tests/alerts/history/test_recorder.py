"""The recorder writes each change once and in order, however and whenever it is stopped."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import create_engine

from alerts.engine.changes import About, AlertChange, AlertKey, ChangeKind
from alerts.history.recorder import Recorder
from alerts.history.writer import AlertWriter
from alerts.tables import AlertRow

pytestmark = pytest.mark.anyio

_SOON_SECONDS = 10.0


class _Away(Exception):
    """The database is away."""


class SlowWriter(AlertWriter):
    """Writes to a list; each write waits until it is let, and takes one of `failures` first."""

    def __init__(self) -> None:
        super().__init__(create_engine("sqlite://"), channels=dict)
        self._permits = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.written: list[str] = []
        self.failures: list[Exception] = []
        self.at_once = 0
        self.most_at_once = 0

    def write(self, changes: Sequence[AlertChange]) -> list[AlertRow]:
        """Take a while, as a database under load does."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        assert self._permits.acquire(timeout=_SOON_SECONDS)
        self.at_once -= 1
        if self.failures:
            raise self.failures.pop(0)
        self.written += [change.key.host for change in changes]
        return []

    def let(self, writes: int = 100) -> None:
        """Let so many writes go on."""
        self._permits.release(writes)

    async def is_begun(self) -> None:
        """Wait until a write has begun."""
        assert await asyncio.to_thread(self.begun.acquire, timeout=_SOON_SECONDS)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def writer() -> SlowWriter:
    return SlowWriter()


def _recorder(writer: SlowWriter, *, stop_seconds: float = _SOON_SECONDS) -> Recorder:
    return Recorder(writer, on_written=lambda rows: None, unavailable=(_Away,), stop_seconds=stop_seconds)


def _put(recorder: Recorder, *names: str) -> None:
    for name in names:
        recorder.put(
            AlertChange(
                kind=ChangeKind.REPEAT,
                key=AlertKey("r", name, ()),
                rule=None,
                time=0.0,
                since=0.0,
                fired_at=0.0,
                about=About(),
            )
        )


@asynccontextmanager
async def _running(recorder: Recorder) -> AsyncIterator[asyncio.Task[None]]:
    """The recorder at work; cancelled at the end of the block, unless it was before, and waited for."""
    task = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)
    yield task
    if not task.cancelling():
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_stop_while_a_write_is_under_way_writes_each_change_once(writer: SlowWriter) -> None:
    recorder = _recorder(writer)
    async with _running(recorder) as task:
        _put(recorder, "a", "b")
        await writer.is_begun()
        _put(recorder, "c")
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        writer.let()
    assert writer.written == ["a", "b", "c"]
    assert (recorder.queued, writer.most_at_once) == (0, 1)


async def test_what_is_put_while_it_stops_is_written(writer: SlowWriter) -> None:
    recorder = _recorder(writer)
    async with _running(recorder) as task:
        _put(recorder, "a")
        await writer.is_begun()
        task.cancel()
        await asyncio.sleep(0)
        _put(recorder, "b")
        writer.let(1)
        await writer.is_begun()
        _put(recorder, "c")
        writer.let()
    assert writer.written == ["a", "b", "c"]
    assert writer.most_at_once == 1


async def test_many_changes_are_written_once_each_wherever_a_stop_falls(writer: SlowWriter) -> None:
    writer.let(1000)
    for turn in range(20):
        writer.written.clear()
        recorder = _recorder(writer)
        names = [str(number) for number in range(1200)]
        async with _running(recorder) as task:
            _put(recorder, *names[:1000])
            for _ in range(turn):
                await asyncio.sleep(0)
            task.cancel()
            _put(recorder, *names[1000:])
        assert writer.written == names
    assert writer.most_at_once == 1


async def test_a_write_that_fails_while_it_stops_is_tried_once_more(writer: SlowWriter) -> None:
    recorder = _recorder(writer)
    writer.failures = [_Away()]
    async with _running(recorder) as task:
        _put(recorder, "a", "b")
        await writer.is_begun()
        task.cancel()
        writer.let()
    assert writer.written == ["a", "b"]


async def test_a_stop_does_not_wait_for_the_pause_after_a_failure(
    writer: SlowWriter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    recorder = _recorder(writer)
    writer.failures = [_Away() for _ in range(20)]
    writer.let()
    async with _running(recorder):
        _put(recorder, "a", "b")
        for _ in range(4):  # by then it pauses for more than a second
            await writer.is_begun()
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 1
    assert caplog.messages[-1] == "2 changes of alerts were not written in time"


async def test_a_write_that_does_not_end_is_waited_for_no_longer_than_that(
    writer: SlowWriter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    recorder = _recorder(writer, stop_seconds=0.05)
    async with _running(recorder):
        _put(recorder, "a")
        await writer.is_begun()
    assert caplog.messages == ["1 changes of alerts were not written in time"]
    writer.let()
    assert writer.most_at_once == 1


async def test_a_fault_of_the_writer_ends_it_loudly(writer: SlowWriter) -> None:
    recorder = _recorder(writer)
    writer.failures = [LookupError("no such thing")]
    writer.let()
    task = asyncio.create_task(recorder.run())
    _put(recorder, "a")
    with pytest.raises(ExceptionGroup) as raised:
        await task
    assert raised.group_contains(LookupError)


async def test_batches_grow_smaller_while_the_database_is_slow_and_larger_again(
    writer: SlowWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = _recorder(writer)
    writer.let(1000)
    sizes: list[int] = []
    plain_write = writer.write

    def write(changes: Sequence[AlertChange]) -> list[AlertRow]:
        sizes.append(len(changes))
        return plain_write(changes)

    monkeypatch.setattr(writer, "write", write)
    monkeypatch.setattr("alerts.history.recorder._BATCH_SECONDS", 60.0)
    _put(recorder, *["a"] * 2000)
    await recorder.flush()
    assert sizes[:5] == [50, 100, 200, 400, 500]
    sizes.clear()
    monkeypatch.setattr("alerts.history.recorder._BATCH_SECONDS", 1e-9)
    _put(recorder, *["a"] * 1000)
    await recorder.flush()
    assert sizes[:4] == [500, 100, 20, 10]
    assert min(sizes[:-1]) == 10


async def test_a_host_is_full_at_a_tenth_of_the_queue_and_others_are_not(writer: SlowWriter) -> None:
    recorder = _recorder(writer)
    _put(recorder, *["liar"] * 1000, "web-1")
    assert recorder.is_host_full("liar")
    assert not recorder.is_host_full("web-1")
    assert not recorder.is_full()
