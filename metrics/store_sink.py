"""The sink that carries poll results into a store, a batch at a time, and keeps the store's house."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from metrics.errors import StoreError, StoreUnavailable
from metrics.results import PollResult
from metrics.store import MetricStore

_log = logging.getLogger(__name__)

MAX_QUEUED = 100_000
"""Results that wait at most; beyond it the oldest are dropped."""

MAX_BATCH = 2_000
"""Results given to the store at once."""

FLUSH_SECONDS = 1.0
"""How long results are gathered: what a kill loses at most."""

MAX_BACKOFF_SECONDS = 60.0
LAST_FLUSH_SECONDS = 3.0
"""How long the last flush may take when the sink is stopped."""

_GATHER_SECONDS = 0.02  # so that many who wait for their results share a transaction


@dataclass(slots=True)
class SinkCounters:
    """What a sink has done since its start; `errors` counts failed calls of the store."""

    written: int = 0
    dropped: int = 0
    errors: int = 0


class StoreSink:
    """Takes results without waiting; a task writes them once a second and runs the store's maintenance.

    When the store is unavailable the results wait, within the bound, and are tried again after a pause that
    doubles; a batch that the store refuses for another reason is dropped, logged and counted.
    """

    def __init__(
        self,
        store: MetricStore,
        *,
        clock: Callable[[], float] = time.time,
        flush_seconds: float = FLUSH_SECONDS,
        max_queued: int = MAX_QUEUED,
    ) -> None:
        self._store = store
        self._clock = clock
        self._flush_seconds = flush_seconds
        self._max_queued = max_queued
        self._queue: deque[PollResult] = deque()
        self._writing = asyncio.Lock()
        self._pause = 0.0
        self._is_unmaintained = False
        self._taken = 0
        self._settled = 0
        self._is_awaited = asyncio.Event()
        self._progress = asyncio.Event()
        self.counters = SinkCounters()

    @property
    def queued(self) -> int:
        """Results that wait to be written."""
        return len(self._queue)

    @property
    def is_failing(self) -> bool:
        """The store did not take the last batch."""
        return self._pause > 0

    def accept(self, result: PollResult) -> None:
        """Queue a result; the oldest is dropped where there is no room."""
        if len(self._queue) >= self._max_queued:
            self._queue.popleft()
            self._drop(1)
        self._queue.append(result)
        self._taken += 1

    async def written(self) -> None:
        """Wait until everything accepted so far is written, which is soon while the store takes results.

        Raises StoreError when results were dropped meanwhile. Waits for as long as the store is unavailable:
        the caller bounds it.
        """
        awaited, dropped = self._taken, self.counters.dropped
        while self._settled < awaited:
            self._is_awaited.set()
            await self._progress.wait()
        if self.counters.dropped > dropped:
            raise StoreError("the metric store did not take some results")

    async def run(self) -> None:
        """Flush and maintain until cancelled; then flush a last time, within LAST_FLUSH_SECONDS."""
        loop = asyncio.get_running_loop()
        maintained_at = loop.time()
        try:
            while True:
                await self._pause_before_flush()
                if await self.flush() and loop.time() - maintained_at >= self._flush_seconds:
                    await self._maintain()
                    maintained_at = loop.time()
        finally:
            await self._flush_last()

    async def _pause_before_flush(self) -> None:
        """Sleep until the next flush is due, or somebody waits for one; a failing store is left alone."""
        if self.is_failing or not self._flush_seconds:
            await asyncio.sleep(self._pause)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._flush_seconds):
                await self._is_awaited.wait()
                await asyncio.sleep(_GATHER_SECONDS)

    async def flush(self) -> bool:
        """Give the store everything queued; False when it did not take all."""
        async with self._writing:
            self._is_awaited.clear()
            while self._queue:
                if not await self._write_batch():
                    return False
        return True

    async def _write_batch(self) -> bool:
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
        try:
            await self._store.write(batch)
        except StoreUnavailable as error:
            self._put_back(batch)
            self._failed(error)
            return False
        except StoreError as error:
            self.counters.errors += 1
            self._drop(len(batch))
            _log.error("the metric store refused %d results: %s", len(batch), error)
            return True
        except asyncio.CancelledError:
            # Whether they arrived is unknown; the store keeps a result once, however often it is written.
            self._put_back(batch)
            raise
        self.counters.written += len(batch)
        self._settle(len(batch))
        self._recovered()
        return True

    def _drop(self, count: int) -> None:
        self.counters.dropped += count
        self._settle(count)

    def _settle(self, count: int) -> None:
        """Note that so many results are written or dropped, and tell those who wait."""
        self._settled += count
        progress, self._progress = self._progress, asyncio.Event()
        progress.set()

    def _put_back(self, batch: list[PollResult]) -> None:
        room = max(0, self._max_queued - len(self._queue))
        if len(batch) > room:
            self._drop(len(batch) - room)
        self._queue.extendleft(reversed(batch[len(batch) - min(room, len(batch)) :]))

    def _failed(self, error: StoreUnavailable) -> None:
        self.counters.errors += 1
        if not self.is_failing:
            _log.error("the metric store is unavailable, results wait: %s", error)
        self._pause = min(MAX_BACKOFF_SECONDS, max(self._flush_seconds, 2 * self._pause))

    def _recovered(self) -> None:
        if self.is_failing:
            _log.warning("the metric store takes results again")
        self._pause = 0.0

    async def _maintain(self) -> None:
        try:
            await self._store.maintain(self._clock())
        except StoreError as error:
            self.counters.errors += 1
            if not self._is_unmaintained:
                _log.error("maintenance of the metric store fails: %s", error)
            self._is_unmaintained = True
        else:
            if self._is_unmaintained:
                _log.warning("maintenance of the metric store works again")
            self._is_unmaintained = False

    async def _flush_last(self) -> None:
        try:
            async with asyncio.timeout(LAST_FLUSH_SECONDS):
                await self.flush()
        except TimeoutError:
            pass
        if self._queue:
            _log.error("%d results were not written: the metric store did not take them", len(self._queue))
