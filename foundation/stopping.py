"""Ending work that must not be torn off in the middle."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def run_until_stopped(
    work: Coroutine[Any, Any, None], *, stop: Callable[[], None], seconds: float
) -> None:
    """Run `work` until cancelled; then `stop` tells it to come to its end, for which it has `seconds`.

    A write in a thread goes on when whoever waits for it is cancelled, and nobody knows how it ends. So the
    work itself is not cancelled: it ends what it is about. Only when the time is over is it cancelled.
    """
    async with asyncio.TaskGroup() as group:
        working = group.create_task(work)
        try:
            # Not `await working`, which would hand a cancellation on to the work.
            await asyncio.wait([working])
        finally:
            stop()
            # A second cancellation ends this wait as well; the group then cancels the work.
            await _await_end(working, seconds)


async def _await_end(task: asyncio.Task[None], seconds: float) -> None:
    ended_tasks, _ = await asyncio.wait([task], timeout=seconds)
    if not ended_tasks:
        task.cancel()
        await asyncio.wait([task])
