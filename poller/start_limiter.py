"""A bound on how many probes start at the same time, which a slow one cannot hold up for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class StartLimiter:
    """At most `count` at once; who takes longer than `patience_seconds` goes on without a turn."""

    def __init__(self, count: int, *, patience_seconds: float) -> None:
        self._free = asyncio.Semaphore(count)
        self._patience_seconds = patience_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; it ends with the block, or after `patience_seconds` if the block takes longer."""
        await self._free.acquire()
        turn = _Turn(self._free)
        # A timer ends the turn, nothing is cancelled: a slow host goes on, but no longer keeps others back.
        ending = asyncio.get_running_loop().call_later(self._patience_seconds, turn.end)
        try:
            yield
        finally:
            ending.cancel()
            turn.end()


class _Turn:
    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._is_over = False

    def end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._free.release()
