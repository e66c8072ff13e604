"""Long work in the event loop's thread, cut so that nobody waits for it."""

import asyncio
import time

_SLICE_SECONDS = 0.003


class Slices:
    """To be asked after each small piece of work."""

    def __init__(self) -> None:
        self._slice_start = time.perf_counter()

    async def rest(self) -> None:
        """Let others run, if they have waited for a while."""
        if time.perf_counter() - self._slice_start > _SLICE_SECONDS:
            await asyncio.sleep(0)
            self._slice_start = time.perf_counter()
