"""A pause ends with its time or with news."""

import asyncio
import time

import pytest

from foundation.pause import pause

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_without_news_it_lasts_as_long_as_it_should() -> None:
    began = time.monotonic()
    assert not await pause(asyncio.Event(), 0.02)
    assert time.monotonic() - began >= 0.019


async def test_news_end_it_at_once_and_stay() -> None:
    woken = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, woken.set)
    async with asyncio.timeout(30):
        assert await pause(woken, 3600)
    assert woken.is_set()


async def test_news_from_before_are_news() -> None:
    woken = asyncio.Event()
    woken.set()
    assert await pause(woken, 3600)


async def test_no_time_at_all_lets_others_run() -> None:
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "ran")
    assert not await pause(asyncio.Event(), 0)
    assert others == ["ran"]


async def test_cancelling_goes_through() -> None:
    task = asyncio.create_task(pause(asyncio.Event(), 3600))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
