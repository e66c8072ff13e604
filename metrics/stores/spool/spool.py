"""The spool as the sink sees it: a bounded queue on disk that blocks nobody's event loop."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from foundation.outage import Outage
from metrics.errors import StoreCorrupt
from metrics.results import PollResult
from metrics.stores.spool.file import SpooledBatch, SpoolFile, SpoolFill

T = TypeVar("T")

MAX_BYTES = 1_000_000_000
"""What a spool may take on disk, unless the settings say otherwise."""

_log = logging.getLogger(__name__)


class Spool:
    """Results on disk, oldest first. Beyond the bound the oldest are dropped, logged and counted.

    Methods raise StoreUnavailable where the disk does not let them.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._file = SpoolFile(path, max_bytes=max_bytes)
        # A single thread: no two share SQLite's connection, and jobs are done in their order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="metrics-spool")
        self._filled = asyncio.Event()
        self._fullness = Outage(
            _log, begins=f"the spool {path} is full", ends=f"the spool {path} has room again"
        )
        self.fill = SpoolFill()
        self.dropped = 0

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not self.fill.results

    async def open(self) -> None:
        """Count what an earlier run left; a damaged file is renamed, which is logged."""
        try:
            self._take(await self._run(self._file.look))
        except StoreCorrupt as error:
            # Not an error for the caller: the file is out of the way, and the next batch begins a new one.
            _log.error("the spool cannot be read: %s", error)
        if not self.is_empty:
            _log.warning("%d results of an earlier run wait in the spool", self.fill.results)

    async def append(self, results: Sequence[PollResult]) -> None:
        """Keep results; when this returns they survive the loss of power."""
        dropped, fill = await self._run(lambda: self._file.append(results))
        self._take(fill)
        self._note_dropped(dropped)

    async def filled(self) -> None:
        """Wait until the spool holds something."""
        await self._filled.wait()

    async def oldest(self, limit: int) -> SpooledBatch | None:
        """The oldest results, about `limit` at most."""
        spooled = await self._run(lambda: self._file.oldest(limit))
        if spooled is None:
            # Against what was counted: say, somebody deleted the file. Else `filled` would not wait any more.
            self._take(SpoolFill())
        return spooled

    async def remove(self, spooled: SpooledBatch) -> None:
        """Delete what `oldest` gave."""
        self._take(await self._run(lambda: self._file.remove(spooled.last_id)))
        if self.is_empty:
            # Not as soon as there is some room: a spool at its bound would be full and not full by turns.
            self._fullness.worked()

    async def close(self) -> None:
        """Close the file; its content stays."""
        await self._run(self._file.close)
        # Nothing to wait for: jobs are done in order, and the one before this was the last.
        self._thread.shutdown(wait=False)

    def _take(self, fill: SpoolFill) -> None:
        self.fill = fill
        if self.is_empty:
            self._filled.clear()
        else:
            self._filled.set()

    def _note_dropped(self, dropped: int) -> None:
        self.dropped += dropped
        if dropped:
            self._fullness.failed("the oldest results are dropped")

    async def _run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
