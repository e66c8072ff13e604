"""Work that is stopped comes to its end instead of being torn off."""

import asyncio

import pytest

from foundation.stopping import run_until_stopped

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Work:
    """Does one thing after the other until stopped, each as long as `gate` is closed."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.is_stopped = False
        self.done = 0

    async def run(self) -> None:
        while not self.is_stopped:
            self.begun.set()
            await self.gate.wait()
            self.done += 1

    def stop(self) -> None:
        self.is_stopped = True


async def test_what_is_under_way_is_ended_and_nothing_new_begun() -> None:
    work = Work()
    task = asyncio.create_task(run_until_stopped(work.run(), stop=work.stop, seconds=60))
    await work.begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    work.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.done == 1


async def test_work_that_does_not_end_in_time_is_cancelled() -> None:
    work = Work()
    task = asyncio.create_task(run_until_stopped(work.run(), stop=work.stop, seconds=0.01))
    await work.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.done == 0


async def test_whoever_cancels_twice_does_not_wait() -> None:
    work = Work()
    task = asyncio.create_task(run_until_stopped(work.run(), stop=work.stop, seconds=60))
    await work.begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.done == 0


async def test_an_error_of_the_work_is_raised_whether_it_is_stopped_or_not() -> None:
    async def fail(gate: asyncio.Event) -> None:
        await gate.wait()
        raise OSError("no space")

    for is_stopped in (False, True):
        gate = asyncio.Event()
        task = asyncio.create_task(run_until_stopped(fail(gate), stop=gate.set, seconds=60))
        await asyncio.sleep(0)
        (task.cancel if is_stopped else gate.set)()
        with pytest.raises(ExceptionGroup) as raised:
            await task
        assert raised.group_contains(OSError, match="no space")
