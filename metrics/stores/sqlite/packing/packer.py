"""The background work: log rows into raw blocks, small blocks into large ones, rollups, retention.

Each host has its turn every ten minutes, at a time of its own, and a call works for some milliseconds only:
the thread is also the one that writes what comes in.
"""

import heapq
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from metrics.errors import StoreCorrupt
from metrics.stores.retention import Retention
from metrics.stores.sqlite.formats.frames import Frame, merge
from metrics.stores.sqlite.formats.rows import StateCodec
from metrics.stores.sqlite.hosts import Host
from metrics.stores.sqlite.levels import (
    BY_MINUTE,
    BY_QUARTER,
    LEVELS,
    RAW,
    SECOND,
    WINDOW,
    Level,
    compactable_until,
    next_turn,
    packable_until,
)
from metrics.stores.sqlite.packing.block_table import Block, BlockTable
from metrics.stores.sqlite.packing.orphan_cleanup import OrphanCleanup
from metrics.stores.sqlite.packing.rollups import roll_up
from metrics.stores.sqlite.packing.state import take_rows, telling_ids
from metrics.stores.sqlite.schema import transaction
from metrics.stores.sqlite.writing.layouts import Layouts
from metrics.stores.sqlite.writing.log import Entries, LogIndex, distinct, read_extras, read_numbers
from metrics.stores.sqlite.writing.log_frames import frames_of

_log = logging.getLogger(__name__)

SLICE_SECONDS = 0.03
"""How long one call may work before it leaves the rest to the next; one host's step may exceed it."""

WORK_EVERY = 10 * SECOND
"""Time between two calls that work, unless work is left over: several hosts' steps share a transaction."""

PACK_ROWS = 4096
"""Log rows packed at most in one step of a host."""

TRIM_ROWS = 4096
"""Log rows deleted at most each `WORK_EVERY`."""

KEEP_FREE_PAGES = 2048
"""Free pages that stay in the file for what is written next (8 MiB)."""

VACUUM_PAGES = 256
"""Free pages given back at most each `WORK_EVERY`."""


_NO_TIMES = np.empty(0, dtype=np.int64)


class Packer:
    """Does each host's work in its turn; on the writer's thread and connection."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        layouts: Layouts,
        index: LogIndex,
        retention: Retention,
        on_orphans_deleted: Callable[[], None],
    ) -> None:
        """`on_orphans_deleted` is called when layouts or series were deleted."""
        self._db = db
        self._layouts = layouts
        self._index = index
        self._blocks = BlockTable(db)
        self._on_orphans_deleted = on_orphans_deleted
        self._orphans = OrphanCleanup(db, blocks=self._blocks, index=index)
        self._states = StateCodec()
        self._keep = {
            RAW: int(retention.raw * SECOND),
            BY_MINUTE: int(retention.minute * SECOND),
            BY_QUARTER: int(retention.quarter * SECOND),
        }
        self._turns: list[tuple[int, str]] = []
        self._queued: set[str] = set()
        self._worked = -WORK_EVERY
        self._is_behind = True

    def is_due(self, now: int) -> bool:
        """Whether `work` would do anything at `now` (ms); may be asked from any thread."""
        # Two plain reads without a lock: at worst one call of `work` comes for nothing, or a second late.
        return self._is_behind or not 0 <= now - self._worked < WORK_EVERY

    def work(self, now: int, hosts: Mapping[str, Host]) -> None:
        """Do what is due at `now` (ms), within the slice."""
        if not self.is_due(now):
            return
        self._queue_new(now, hosts)
        self._visit_due(now, hosts)
        self._is_behind = self._has_turn(now)
        if not 0 <= now - self._worked < WORK_EVERY:
            self._worked = now
            self._trim(hosts)
            self._delete_orphans(now, hosts)

    def _visit_due(self, now: int, hosts: Mapping[str, Host]) -> None:
        """Do steps of the hosts whose turn it is, all in one transaction."""
        deadline = time.perf_counter() + SLICE_SECONDS
        if not self._has_turn(now):
            return
        # One transaction for all: a page of the tables that several hosts' steps change is written once.
        with transaction(self._db):
            while self._has_turn(now) and time.perf_counter() < deadline:
                _, name = heapq.heappop(self._turns)
                host = hosts.get(name)
                if host is None:
                    self._queued.discard(name)
                    continue
                is_done = self._visit_safely(now, name, host)
                # A host with more to do queues up again behind the others: one backlog does not hold up all.
                heapq.heappush(self._turns, (next_turn(now, host.place) if is_done else now, name))

    def _has_turn(self, now: int) -> bool:
        return bool(self._turns) and self._turns[0][0] <= now

    def _queue_new(self, now: int, hosts: Mapping[str, Host]) -> None:
        if now < self._worked - WINDOW:  # The clock was set back: turns would come too late.
            self._turns.clear()
            self._queued.clear()
        if len(hosts) > len(self._queued):
            for name in hosts.keys() - self._queued:
                heapq.heappush(self._turns, (now, name))
                self._queued.add(name)

    def _visit_safely(self, now: int, name: str, host: Host) -> bool:
        packed_before = host.packed_until
        # A savepoint, so that a damaged block undoes this host's step and not those of the hosts before it.
        self._db.execute("SAVEPOINT visit")
        try:
            return self._visit(now, host)
        except StoreCorrupt as error:
            # The other hosts' work must go on; what can be read of this one still is.
            _log.error("metrics of host %s cannot be packed: %s", name, error)
            self._db.execute("ROLLBACK TO visit")
            host.packed_until = packed_before
            return True  # at once again it would meet the same damage
        finally:
            self._db.execute("RELEASE visit")

    def _visit(self, now: int, host: Host) -> bool:
        """Do one step of a host's work; False when there may be more."""
        if self._pack(now, host) or any(self._compact_next(now, host, level) for level in LEVELS):
            return False
        # Only when nothing is due to be rolled up: after a long pause raw values would go before that.
        for level, keep in self._keep.items():
            self._blocks.delete_before(host.id, level, now - keep)
        self._orphans.visit(host.id)
        return True

    def _pack(self, now: int, host: Host) -> bool:
        """Move a host's due rows from the log into raw blocks; whether some are left."""
        entries = self._index.of(host.id, host.packed_until)
        due_positions = np.flatnonzero(entries["time"] < packable_until(now, host.place))
        if not len(due_positions):
            return False
        # `packed_until` is one id, so all rows up to the last due one are packed, due or not.
        rest = bool(due_positions[-1] + 1 > PACK_ROWS)
        entries = entries[: min(due_positions[-1] + 1, PACK_ROWS)]
        packed_until = int(entries["id"][-1])
        entries = distinct(entries)
        by_id = np.argsort(entries["id"])  # read_numbers answers in ascending order of the ids
        numbers = dict(
            zip(entries["id"][by_id].tolist(), read_numbers(self._db, entries["id"][by_id]), strict=True)
        )
        windows = entries["time"] // WINDOW
        edges = [0, *(np.flatnonzero(np.diff(windows)) + 1).tolist(), len(entries)]
        for begin, end in pairwise(edges):
            self._pack_window(now, host, entries[begin:end], numbers)
        self._keep_latest(host, entries, numbers)
        # In the blocks' transaction: readers find each row in the log or in a block, never in both.
        self._db.execute("UPDATE host SET packed = ? WHERE id = ?", (packed_until, host.id))
        host.packed_until = packed_until
        return rest

    def _pack_window(self, now: int, host: Host, entries: Entries, numbers: Mapping[int, bytes]) -> None:
        start = int(entries["time"][0]) // WINDOW * WINDOW
        for block in self._blocks.find(host.id, RAW, start, start + WINDOW):
            # The window was packed before: these rows came late, from a push or out of the spool.
            self._add_late(host, block, entries, numbers)
            return
        if start + WINDOW <= now - self._keep[RAW] and self._is_rolled_up(host, start):
            return  # Too late: the raw values that its rollups were made of are gone.
        frames = self._frames(entries, numbers)
        self._blocks.add(host.id, RAW, start, frames, stage=0)

    def _add_late(self, host: Host, block: Block, entries: Entries, numbers: Mapping[int, bytes]) -> None:
        block_frames = self._blocks.frames(block)
        times = np.concatenate([_NO_TIMES, *(frame.times for frame in block_frames)])
        # What is there already stays: a result that was written twice, as after a timeout, is kept once.
        late = entries[~np.isin(entries["time"], times)]
        if not len(late):
            return
        frames = merge([*block_frames, *self._frames(late, numbers)])
        self._blocks.replace(block, frames, by_column=block.stage == 1)
        if block.stage:  # its rollups were made without these rows
            self._roll_up(host, block.start, frames)

    def _frames(self, entries: Entries, numbers: Mapping[int, bytes]) -> list[Frame]:
        return frames_of(entries, [numbers[row] for row in entries["id"].tolist()], self._layouts)

    def _is_rolled_up(self, host: Host, start: int) -> bool:
        span = start // BY_MINUTE.small * BY_MINUTE.small
        return bool(self._blocks.find(host.id, BY_MINUTE, span, span + BY_MINUTE.small))

    def _keep_latest(self, host: Host, entries: Entries, numbers: Mapping[int, bytes]) -> None:
        row = self._db.execute("SELECT state FROM latest WHERE host = ?", (host.id,)).fetchone()
        state = self._states.decode(row[0] if row else None)
        extras = read_extras(self._db, telling_ids(entries, self._layouts))
        take_rows(state, entries, numbers, extras, layouts=self._layouts, codec=self._states)
        encoded = self._states.encode(state)
        self._db.execute("INSERT OR REPLACE INTO latest (host, state) VALUES (?, ?)", (host.id, encoded))

    def _compact_next(self, now: int, host: Host, level: Level) -> bool:
        """Make one large block of small ones; False when none is due."""
        oldest = self._blocks.first_small(host.id, level, compactable_until(now, host.place, level))
        if oldest is None:
            return False
        start = oldest // level.large * level.large
        small = self._blocks.find(host.id, level, start, start + level.large)
        frames = merge([frame for block in small for frame in self._blocks.frames(block)])
        self._blocks.delete(small)
        self._blocks.add(host.id, level, start, frames, stage=1)
        # Only now, when the two hours are complete: a rollup of half an hour would have to be made again.
        if level is RAW:
            self._roll_up(host, start, frames)
        return True

    def _roll_up(self, host: Host, start: int, frames: list[Frame]) -> None:
        by_minute = [roll_up(frame, BY_MINUTE.period) for frame in frames]
        self._blocks.put(host.id, BY_MINUTE, start, by_minute)
        # From the minutes, a fraction of the work: rollups are such that it gives the same (rollups.py).
        by_quarter = [roll_up(frame, BY_QUARTER.period) for frame in by_minute]
        self._blocks.put(host.id, BY_QUARTER, start, by_quarter)

    def _trim(self, hosts: Mapping[str, Host]) -> None:
        """Delete the log's oldest rows once all of them are packed, and give free space back."""
        # Only from the front: the hosts' rows lie mixed, and gaps would leave pages half empty.
        packed_until = {host.id: host.packed_until for host in hosts.values()}
        below = self._index.first_unpacked(packed_until, TRIM_ROWS)
        if below is not None:
            with transaction(self._db):
                self._db.execute("DELETE FROM log WHERE id < ?", (below,))
                # A batch goes when the next one's first row may stay.
                statement = "DELETE FROM batch WHERE first < (SELECT max(first) FROM batch WHERE first <= ?)"
                self._db.execute(statement, (below,))
            self._index.trim(below)
        free: int = self._db.execute("PRAGMA freelist_count").fetchone()[0]
        if free > KEEP_FREE_PAGES:
            # A little at a time, since it moves pages; fetchall, since a step of the cursor frees one page.
            self._db.execute(
                f"PRAGMA incremental_vacuum({min(VACUUM_PAGES, free - KEEP_FREE_PAGES)})"
            ).fetchall()

    def _delete_orphans(self, now: int, hosts: Mapping[str, Host]) -> None:
        """Delete series and layouts that are in use no more."""
        numbers = {host.id for host in hosts.values()}
        self._orphans.begin_if_due(now, numbers)
        if self._orphans.is_ready(numbers):
            with transaction(self._db):
                self._orphans.delete_some()
            # A cached id of a layout that is gone must not be written into a new row.
            self._on_orphans_deleted()
