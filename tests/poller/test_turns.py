"""StartLimiter: bounded, and never held up for long."""

import asyncio

import pytest

from poller.start_limiter import StartLimiter

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_no_more_than_the_bound_have_a_turn_at_once() -> None:
    turns = StartLimiter(3, patience_seconds=60)
    now = most = 0

    async def one() -> None:
        nonlocal now, most
        async with turns.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_those_who_hang_keep_nobody_waiting_longer_than_patience() -> None:
    turns = StartLimiter(2, patience_seconds=0.05)
    stuck = asyncio.Event()

    async def hang() -> None:
        async with turns.turn():
            await stuck.wait()

    hanging = [asyncio.create_task(hang()) for _ in range(2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5), turns.turn():
        assert not any(task.done() for task in hanging)
    stuck.set()
    await asyncio.gather(*hanging)


async def test_a_turn_that_ended_by_patience_is_not_given_back_twice() -> None:
    turns = StartLimiter(1, patience_seconds=0.01)
    async with turns.turn():
        await asyncio.sleep(0.05)
    async with turns.turn():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001), turns.turn():
                pass


async def test_a_turn_is_given_back_when_its_holder_is_cancelled() -> None:
    turns = StartLimiter(1, patience_seconds=60)

    async def hang() -> None:
        async with turns.turn():
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(5), turns.turn():
        pass
