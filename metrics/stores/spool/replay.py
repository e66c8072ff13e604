"""Brings what waits in the spool into the store, oldest first, beside the writing of fresh results."""

import asyncio
import logging
from dataclasses import dataclass

from foundation.outage import Outage
from metrics.errors import StoreCorrupt, StoreError, StoreUnavailable
from metrics.store import MetricStore
from metrics.stores.spool.file import SpooledBatch
from metrics.stores.spool.health import StoreHealth
from metrics.stores.spool.spool import Spool

REPLAY_SECONDS = 60.0
"""How long the store may take for a batch of the spool: a slow store gets its results too."""

SLOW_SECONDS = 1.0
"""A store that takes longer for a batch is slow: fresh results keep going to the spool."""

BATCH = 500
LARGE_BATCH = 2_000
"""Results at once; the more for a slow store, which may be slow for each call rather than for each result."""

_REST_SHARE = 0.1
"""Of the time that a batch took, left to fresh results."""

_RETRY_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReplayCounters:
    """What was replayed, and what the store refused or the spool could not give back."""

    replayed: int = 0
    dropped: int = 0


class SpoolReplayer:
    """Moves batches from the spool into the store; its attempts tell when a store that failed works again."""

    def __init__(self, store: MetricStore, spool: Spool, health: StoreHealth) -> None:
        self._store = store
        self._spool = spool
        self._health = health
        self._emptying = Outage(
            _log, begins="the spool cannot be emptied", ends="the spool can be emptied again"
        )
        self._is_slow = False
        self.counters = ReplayCounters()

    async def run(self) -> None:
        """Replay until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._spool.filled()
            await asyncio.sleep(self._health.pause_seconds)
            began = loop.time()
            if await self.replay():
                await asyncio.sleep(_REST_SHARE * (loop.time() - began))

    async def replay(self) -> bool:
        """Bring the oldest batch into the store; False where that failed and a pause is due."""
        try:
            spooled = await self._spool.oldest(LARGE_BATCH if self._is_slow else BATCH)
            if spooled is None or not await self._write(spooled):
                return False
            # After the write: a crash in between writes the batch twice, which the stores keep once.
            await self._spool.remove(spooled)
        except StoreError as error:
            self._emptying.failed(error)
            await asyncio.sleep(_RETRY_SECONDS)
            return False
        # Only after the removal: a spool that lets nothing be deleted gives the same batch again and again.
        self._emptying.worked()
        if self._spool.is_empty:
            _log.warning("the spool is empty: %d results were brought into the store", self.counters.replayed)
        return True

    async def _write(self, spooled: SpooledBatch) -> bool:
        """Write a batch; True when the spool can do without it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(REPLAY_SECONDS):
                await self._store.write(spooled.results)
        # A damaged store is waited for as well: it goes on once somebody has replaced its file.
        except (StoreUnavailable, StoreCorrupt) as error:
            self._health.failed(error)
            return False
        except TimeoutError:
            self._health.failed(StoreUnavailable(f"it took nothing for {REPLAY_SECONDS:g} s"))
            return False
        except StoreError as error:
            # Refused for good: kept, it would be tried again and again, and hold up all behind it.
            self._health.note_refusal()
            self._drop(len(spooled.results), str(error))
        else:
            self.counters.replayed += len(spooled.results)
            self._is_slow = loop.time() - began > SLOW_SECONDS
            self._health.worked(is_slow=self._is_slow)
        # Only now: a batch that stays in the spool is read again, and would count its losses again.
        if spooled.lost_results:
            self._drop(spooled.lost_results, "the spool is damaged")
        return True

    def _drop(self, count: int, reason: str) -> None:
        self.counters.dropped += count
        _log.error("%d results of the spool are lost: %s", count, reason)
