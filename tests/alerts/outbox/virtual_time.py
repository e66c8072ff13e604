"""Time that passes when a test says so, while threads, databases and servers work for real."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_REAL_SECONDS = 30.0


@dataclass(eq=False)
class _Waiter:
    woken: asyncio.Event
    until: float


@dataclass
class VirtualTime:
    """A clock in unix seconds, and the waiting that goes with it."""

    now: float = 1_800_000_000.0
    _waiters: list[_Waiter] = field(default_factory=list)

    def clock(self) -> float:
        """The time."""
        return self.now

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        """Wait for the event, or until a test has moved the time on."""
        waiter = _Waiter(woken, self.now + seconds)
        self._waiters.append(waiter)
        try:
            while self._is_waiting(waiter):
                await asyncio.sleep(0.0005)
        finally:
            self._waiters.remove(waiter)

    async def settle(self, tasks: Callable[[], int]) -> None:
        """Wait until that many tasks wait for time to pass, and nothing else goes on."""
        deadline = time.monotonic() + _REAL_SECONDS
        while True:
            await asyncio.sleep(0.002)
            if sum(map(self._is_waiting, self._waiters)) >= tasks():
                return
            assert time.monotonic() < deadline, "the outbox does not come to rest"

    async def advance(self, seconds: float, tasks: Callable[[], int]) -> None:
        """Let time pass, from one moment at which somebody wakes to the next."""
        target = self.now + seconds
        while True:
            await self.settle(tasks)
            nearest = min((waiter.until for waiter in self._waiters), default=target)
            if nearest >= target:
                break
            self.now = nearest
        self.now = target
        await self.settle(tasks)

    def _is_waiting(self, waiter: _Waiter) -> bool:
        return not waiter.woken.is_set() and self.now < waiter.until
