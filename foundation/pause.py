"""Waiting for a time or for news, whichever comes first."""

import asyncio
import contextlib


async def pause(woken: asyncio.Event, seconds: float) -> bool:
    """Return when `seconds` have passed, or as soon as `woken` is set; whether it is."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
    return woken.is_set()
