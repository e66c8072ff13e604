"""Waiting for a time or for news, whichever comes first."""

import asyncio
import contextlib
from typing import Protocol


class Pause(Protocol):
    """Lets a test stand in for time."""

    async def __call__(self, wake_up: asyncio.Event, seconds: float) -> object:
        """Return when `seconds` have passed, or as soon as `wake_up` is set."""


async def pause(wake_up: asyncio.Event, seconds: float) -> bool:
    """Return when `seconds` have passed, or as soon as `wake_up` is set; whether it is."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake_up.wait()
    return wake_up.is_set()
