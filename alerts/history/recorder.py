"""Writes the engine's changes into the database as they come, each host's in their order, hosts in turn."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from alerts.engine.changes import AlertChange
from alerts.history.change_queue import ChangeQueue
from alerts.history.writer import AlertWriter
from alerts.tables import AlertRow
from foundation.outage import Outage
from foundation.pause import pause
from foundation.stopping import run_until_stopped

MAX_QUEUED = 10_000
"""The most changes that wait; beyond it the engine evaluates nothing: alerts are late, but none is lost."""

_HOST_SHARE = 10
"""A host may have a tenth of them; beyond it only this host is evaluated no more."""

_MAX_BATCH = 500
_FIRST_BATCH = 50
_MIN_BATCH = 10
_BATCH_SECONDS = 0.1
"""A batch that takes longer keeps others from the database: the next one is smaller."""

_BREATH = 0.25
_LONGEST_BREATH_SECONDS = 0.1
"""Between two batches other processes get at the database: a part of the time that a batch takes."""

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STOP_SECONDS = 3.0

log = logging.getLogger(__name__)


class Recorder:
    """Takes changes without waiting; a task writes them. While the database is away they wait, in order.

    `on_written` is called in the event loop's thread with the alerts of each batch that was written.
    `unavailable`: errors which say that the database is away. `stop_seconds`: what the end may take.
    """

    def __init__(
        self,
        writer: AlertWriter,
        *,
        on_written: Callable[[Sequence[AlertRow]], None],
        unavailable: tuple[type[Exception], ...],
        max_queued: int = MAX_QUEUED,
        stop_seconds: float = _STOP_SECONDS,
    ) -> None:
        self._writer = writer
        self._on_written = on_written
        self._unavailable = unavailable
        self._max_queued = max_queued
        self._stop_seconds = stop_seconds
        self._queue = ChangeQueue()
        self._batch_size = _FIRST_BATCH
        self._is_wanted = asyncio.Event()
        self._is_stopped = asyncio.Event()
        self._pause = 0.0
        self._outage = Outage(
            log, begins="alerts cannot be written, they wait", ends="alerts can be written again"
        )

    @property
    def queued(self) -> int:
        """Changes that wait to be written."""
        return len(self._queue)

    @property
    def is_failing(self) -> bool:
        """Whether the database did not take the last batch."""
        return self._outage.is_on

    def put(self, change: AlertChange) -> None:
        """Take one change."""
        self._queue.put(change)
        self._is_wanted.set()

    def is_full(self) -> bool:
        """Whether the engine should emit no more changes for now."""
        return len(self._queue) >= self._max_queued

    def is_host_full(self, host: str) -> bool:
        """Whether the engine should emit no more changes of this host for now."""
        return self._queue.of(host) >= self._max_queued // _HOST_SHARE

    async def run(self) -> None:
        """Write until cancelled; then write what is left, and what is put meanwhile, in a bounded time.

        There is one flush at a time. When it is stopped, a write that is under way is waited for: nobody
        could say of one that was torn off whether it was done.
        """
        try:
            await run_until_stopped(self._run_flushes(), stop=self._stop, seconds=self._stop_seconds)
        finally:
            if self._queue:
                log.error("%d changes of alerts were not written in time", len(self._queue))

    async def _run_flushes(self) -> None:
        while not self._is_stopped.is_set():
            self._is_wanted.clear()
            await self.flush()
            if self.is_failing:
                await pause(self._is_stopped, self._pause)
            else:
                await self._is_wanted.wait()
        await self.flush()

    def _stop(self) -> None:
        self._is_stopped.set()
        self._is_wanted.set()

    async def flush(self) -> bool:
        """Write everything that waits; False when the database did not take it. Not beside `run`."""
        while self._queue:
            # Taken from the queue only when written: a batch that the database refuses stays in its place.
            began = time.monotonic()
            if not await self._write(self._queue.first(self._batch_size)):
                return False
            if self._queue and not self._is_stopped.is_set():
                breath = min(_BREATH * (time.monotonic() - began), _LONGEST_BREATH_SECONDS)
                await pause(self._is_stopped, breath)
        return True

    async def _write(self, batch: Sequence[AlertChange]) -> bool:
        started = time.monotonic()
        try:
            rows = await asyncio.to_thread(self._writer.write, batch)
        except self._unavailable as error:
            self._outage.failed(error)
            self._pause = min(max(2 * self._pause, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
            return False
        self._queue.take_out(batch)
        self._adapt_batch_size(time.monotonic() - started)
        self._outage.worked()
        self._pause = 0.0
        self._on_written(rows)
        return True

    def _adapt_batch_size(self, seconds: float) -> None:
        factor = _BATCH_SECONDS / max(seconds, _BATCH_SECONDS / 100)
        size = int(self._batch_size * min(max(factor, 0.2), 2.0))
        self._batch_size = min(max(size, _MIN_BATCH), _MAX_BATCH)
