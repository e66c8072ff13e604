"""Long work in the event loop's thread, cut into slices so that other tasks run in between."""

import asyncio
import time

_SLICE_SECONDS = 0.003


class Slices:
    """Await `rest` after each small piece of the work."""

    def __init__(self) -> None:
        self._slice_start = time.perf_counter()

    async def rest(self) -> None:
        """Let other tasks run if this one has kept the loop for a slice of time."""
        if time.perf_counter() - self._slice_start > _SLICE_SECONDS:
            await asyncio.sleep(0)
            self._slice_start = time.perf_counter()
