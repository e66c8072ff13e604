"""The sink that carries poll results into a store, a batch at a time, and runs the store's maintenance.

What the store does not take waits in the spool, on disk, until the store works again.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foundation.outage import Outage
from foundation.pause import pause
from foundation.stopping import run_until_stopped
from metrics.errors import StoreCorrupt, StoreError, StoreUnavailable
from metrics.results import PollResult
from metrics.store import MetricStore
from metrics.stores.spool.health import StoreHealth
from metrics.stores.spool.replay import SpoolReplayer
from metrics.stores.spool.spool import Spool

_log = logging.getLogger(__name__)

MAX_QUEUED = 20_000
"""Results that wait in memory at most, without a spool or with its disk full; the oldest are dropped."""

MAX_BATCH = 2_000
"""Results given to the store at once."""

FLUSH_SECONDS = 1.0
"""How long results are gathered: what a kill loses at most while the store is quick."""

FRESH_SECONDS = 2.0
"""How long the store may take for a batch before it goes to the spool."""

STOP_SECONDS = 3.0
"""What a flush under way is given when the sink is stopped: more than FRESH_SECONDS, to reach the spool."""

LAST_FLUSH_SECONDS = 2.0
"""How long the last flush may take after that."""

_GATHER_SECONDS = 0.02  # so that many who wait for their results share a transaction


@dataclass(slots=True)
class SinkCounters:
    """What a sink has done since its start with fresh results."""

    written_results: int = 0
    spooled: int = 0
    dropped: int = 0


class StoreSink:
    """Takes results without waiting; a task writes them once a second and runs the store's maintenance.

    A batch that the store does not take, or not in time, goes to the spool; without one, or where its disk
    is full, results wait in memory, within the bound, and are tried again after a pause that doubles. A batch
    that the store refuses permanently is dropped, logged and counted.
    """

    def __init__(
        self,
        store: MetricStore,
        spool: Spool | None = None,
        *,
        clock: Callable[[], float] = time.time,
        flush_seconds: float = FLUSH_SECONDS,
        max_queued: int = MAX_QUEUED,
    ) -> None:
        self._store = store
        self._spool = spool
        self._clock = clock
        self._flush_seconds = flush_seconds
        self._max_queued = max_queued
        self._queue: deque[PollResult] = deque()
        self._writing = asyncio.Lock()
        self._health = StoreHealth()
        self._replayer = None if spool is None else SpoolReplayer(store, spool, self._health)
        self._maintenance = Outage(
            _log,
            begins="maintenance of the metric store fails",
            ends="maintenance of the metric store works again",
        )
        self._spooling = Outage(
            _log,
            begins="the spool cannot be written, results wait in memory",
            ends="the spool can be written again",
        )
        self._accepted_count = 0
        self._settled_count = 0
        self._is_awaited = asyncio.Event()
        self._progress = asyncio.Event()
        self._stop_event = asyncio.Event()
        self.counters = SinkCounters()

    @property
    def queued(self) -> int:
        """Results that wait in memory."""
        return len(self._queue)

    @property
    def spooled(self) -> int:
        """Results that wait on disk."""
        return 0 if self._spool is None else self._spool.fill.results

    @property
    def spooled_bytes(self) -> int:
        """What they take there."""
        return 0 if self._spool is None else self._spool.fill.size_bytes

    @property
    def replayed(self) -> int:
        """Results that were brought from the spool into the store."""
        return 0 if self._replayer is None else self._replayer.counters.replayed

    @property
    def dropped(self) -> int:
        """Results that are lost: no room for them, or refused by the store."""
        spool = 0 if self._spool is None else self._spool.dropped
        replay = 0 if self._replayer is None else self._replayer.counters.dropped
        return self.counters.dropped + spool + replay

    @property
    def errors(self) -> int:
        """Calls of the store that failed."""
        return self._health.errors + self._maintenance.failures

    @property
    def is_failing(self) -> bool:
        """The store did not take the last batch."""
        return self._health.is_failing

    def problem(self) -> str | None:
        """Why results do not arrive in the store, for people; None while they do."""
        if not self.is_failing:
            return None
        if self._spool is None or self._spooling.is_on:
            return f"the metric store does not take results: {self.queued} wait in memory"
        return f"the metric store does not take results: {self.spooled} wait in the spool"

    def accept(self, result: PollResult) -> None:
        """Queue a result; the oldest is dropped where there is no room."""
        if len(self._queue) >= self._max_queued:
            # The oldest, not the newest: what is going on now is worth more than what was.
            self._queue.popleft()
            self._drop(1)
        self._queue.append(result)
        self._accepted_count += 1

    async def wait_until_written(self) -> None:
        """Wait until everything accepted so far is in the store, or on disk in the spool.

        Raises StoreError when results were dropped meanwhile. Waits for as long as neither takes results:
        the caller bounds it.
        """
        # Counting is enough, since results settle in the order in which they came; one that is dropped out of
        # turn makes this raise.
        awaited, dropped = self._accepted_count, self.counters.dropped
        while self._settled_count < awaited:
            # Each time anew: every flush clears it, and one that fails ends without having settled all.
            self._is_awaited.set()
            await self._progress.wait()
        if self.counters.dropped > dropped:
            raise StoreError("the metric store did not take some results")

    async def run(self) -> None:
        """Flush, replay and maintain until cancelled; then flush a last time, after what is under way.

        The end is bounded by STOP_SECONDS and LAST_FLUSH_SECONDS.
        """
        if self._spool is not None:
            await self._spool.open()
        try:
            # The replayer is cancelled at once: what it was writing stays in the spool. A flush is given
            # time, since what it holds is nowhere else.
            async with asyncio.TaskGroup() as group:
                if self._replayer is not None:
                    group.create_task(self._replayer.run(), name="spool")
                await run_until_stopped(self._run_flushes(), stop=self._stop, seconds=STOP_SECONDS)
        finally:
            await self._flush_last()
            if self._spool is not None:
                await self._spool.close()

    def _stop(self) -> None:
        self._stop_event.set()
        self._is_awaited.set()

    async def _run_flushes(self) -> None:
        loop = asyncio.get_running_loop()
        maintained_at = loop.time()
        while not self._stop_event.is_set():
            await self._pause_before_flush()
            is_flushed = await self.flush()
            # Not while the store fails: maintenance would only add to its load, and to the errors.
            is_due = loop.time() - maintained_at >= self._flush_seconds and not self._stop_event.is_set()
            if is_flushed and is_due and not self.is_failing:
                await self._maintain()
                maintained_at = loop.time()

    async def _pause_before_flush(self) -> None:
        """Sleep until the next flush is due, somebody waits for one, or the sink is stopped.

        Where results can go nowhere, the store is left alone for longer.
        """
        if (self.is_failing and self._queue) or not self._flush_seconds:
            await pause(self._stop_event, self._health.pause_seconds)
        elif await pause(self._is_awaited, self._flush_seconds):
            await pause(self._stop_event, _GATHER_SECONDS)

    async def flush(self) -> bool:
        """Bring everything queued into the store or the spool; False when it could not."""
        # One at a time: batches of two flushes would be put back in any order.
        async with self._writing:
            # Before the queue is emptied: who asks from now on may wait for a result that this flush misses.
            self._is_awaited.clear()
            while self._queue:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), MAX_BATCH))]
                try:
                    is_kept = await self._keep(batch)
                except asyncio.CancelledError:
                    # Whether they arrived is unknown; a result written twice is kept once.
                    self._put_back(batch)
                    raise
                if not is_kept:
                    self._put_back(batch)
                    return False
        return True

    async def _keep(self, batch: list[PollResult]) -> bool:
        """Bring a batch into the store, else into the spool; True when it need not be tried again."""
        if self.is_failing and self.spooled:
            # The replayer tries whether the store is back; two that try would double its load, and what is
            # fresh would overtake what waits.
            return await self._to_spool(batch)
        try:
            await self._write(batch)
        except (StoreUnavailable, StoreCorrupt) as error:
            self._health.failed(error)
            return await self._to_spool(batch)
        except StoreError as error:
            self._health.note_refusal()
            self._drop(len(batch))
            _log.error("the metric store refused %d results: %s", len(batch), error)
        else:
            self._health.worked()
            self.counters.written_results += len(batch)
            self._settle(len(batch))
        return True

    async def _write(self, batch: Sequence[PollResult]) -> None:
        if self._spool is None:
            # Without a deadline: there is nowhere else to go, and a write given up would only be done twice.
            await self._store.write(batch)
            return
        try:
            async with asyncio.timeout(FRESH_SECONDS):
                # The store's thread may still write it: what the spool then brings again is kept once.
                await self._store.write(batch)
        except TimeoutError:
            raise StoreUnavailable(f"it took nothing for {FRESH_SECONDS:g} s") from None

    async def _to_spool(self, batch: Sequence[PollResult]) -> bool:
        if self._spool is None:
            return False
        try:
            await self._spool.append(batch)
        except StoreError as error:
            self._spooling.failed(error)
            return False
        self._spooling.worked()
        self.counters.spooled += len(batch)
        self._settle(len(batch))
        return True

    def _drop(self, count: int) -> None:
        self.counters.dropped += count
        self._settle(count)

    def _settle(self, count: int) -> None:
        """Note that so many results are kept or dropped, and tell those who wait."""
        self._settled_count += count
        # A new event for each step, so that who waits again waits for the next one.
        progress, self._progress = self._progress, asyncio.Event()
        progress.set()

    def _put_back(self, batch: list[PollResult]) -> None:
        # To the front, where they were; meanwhile others came, so that the oldest of these may have no room.
        room = max(0, self._max_queued - len(self._queue))
        if len(batch) > room:
            self._drop(len(batch) - room)
        self._queue.extendleft(reversed(batch[len(batch) - min(room, len(batch)) :]))

    async def _maintain(self) -> None:
        try:
            await self._store.maintain(self._clock())
        except StoreError as error:
            self._maintenance.failed(error)
        else:
            self._maintenance.worked()

    async def _flush_last(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_FLUSH_SECONDS):
                await self.flush()
        if self._queue:
            _log.error("%d results were not written: the metric store did not take them", len(self._queue))
