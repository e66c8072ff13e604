"""Waiting for a time or for news, whichever comes first."""

import asyncio
import contextlib
from typing import Protocol


class Pause(Protocol):
    """Lets a test stand in for time."""

    async def __call__(self, woken: asyncio.Event, seconds: float) -> object:
        """Return when `seconds` have passed, or as soon as `woken` is set."""


async def pause(woken: asyncio.Event, seconds: float) -> bool:
    """Return when `seconds` have passed, or as soon as `woken` is set; whether it is."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
    return woken.is_set()
