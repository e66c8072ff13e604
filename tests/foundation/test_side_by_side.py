"""Answers that are wanted together come together, or none does."""

import asyncio

import pytest

from foundation.side_by_side import side_by_side

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_answers_come_in_the_order_of_the_work_not_of_their_ends() -> None:
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "slow"

    async def quick() -> str:
        gate.set()
        return "quick"

    assert await side_by_side(slow(), quick()) == ["slow", "quick"]
    assert await side_by_side() == []


async def test_the_first_error_is_raised_alone_once_the_others_have_ended() -> None:
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("slow")

    async def fail() -> None:
        raise LookupError("no such host")

    with pytest.raises(LookupError, match="no such host"):
        await side_by_side(slow(), fail())
    assert ended == ["slow"]


async def test_whoever_is_cancelled_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    task = asyncio.create_task(side_by_side(asyncio.sleep(3600), asyncio.sleep(3600)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before
