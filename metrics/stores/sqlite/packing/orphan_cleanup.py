"""Deletes the series and layouts that nothing refers to any more: part of the retention.

1. Once a day a cycle begins: the newest series is noted.
2. Each host, in its turn, has the series of its blocks collected.
3. Once all are through, series up to the one noted that are in no block and in no layout are doomed.
4. Doomed series and layouts without log rows are deleted, so many at a time.

A block made after its host's turn has no other series than its blocks had then and the layouts have: none of
those is deleted before step 4. The newest row of each table stays, so that no id is used twice.
"""

import logging
import sqlite3
from collections.abc import Set as AbstractSet

import numpy as np

from metrics.errors import StoreCorrupt
from metrics.stores.sqlite.levels import DAY
from metrics.stores.sqlite.packing.block_table import BlockTable
from metrics.stores.sqlite.writing.log import LogIndex

_log = logging.getLogger(__name__)

CYCLE_EVERY = DAY
DELETE_ROWS = 500
"""Series, and layouts, deleted at most in one step."""


class OrphanCleanup:
    """Deletes in cycles, one a day; within the caller's transactions."""

    def __init__(self, db: sqlite3.Connection, *, blocks: BlockTable, index: LogIndex) -> None:
        self._db = db
        self._blocks = blocks
        self._index = index
        self._cycle_start = -CYCLE_EVERY
        self._is_active = False
        self._hosts_to_visit: set[int] = set()
        self._series_in_blocks: set[int] = set()
        self._newest_series = 0
        self._doomed_series: list[int] | None = None

    def begin_if_due(self, now: int, hosts: AbstractSet[int]) -> None:
        """Begin a cycle over these hosts once a day; `now` in ms."""
        if self._is_active or 0 <= now - self._cycle_start < CYCLE_EVERY:
            return
        self._is_active = True
        self._cycle_start = now
        self._hosts_to_visit = set(hosts)
        self._series_in_blocks = set()
        self._doomed_series = None
        self._newest_series = self._db.execute("SELECT ifnull(max(id), 0) FROM series").fetchone()[0]

    def visit(self, host: int) -> None:
        """Collect the series of a host's blocks, unless that is done."""
        if host not in self._hosts_to_visit:
            return
        self._hosts_to_visit.discard(host)
        try:
            self._series_in_blocks |= self._blocks.series(host)
        except StoreCorrupt as error:
            # What a damaged block refers to is unknown, so nothing may be deleted.
            _log.error("unused series stay for today: %s", error)
            self._is_active = False
            self._hosts_to_visit.clear()

    def is_ready(self, hosts: AbstractSet[int]) -> bool:
        """Whether all of these hosts are through and there may be something to delete."""
        self._hosts_to_visit &= hosts
        return self._is_active and not self._hosts_to_visit

    def delete_some(self) -> None:
        """Delete some of what is unused."""
        in_layouts = self._series_in_layouts()
        if self._doomed_series is None:
            self._doomed_series = self._unused_series(in_layouts)
        # A layout made since the cycle began may have taken a doomed series into use again.
        series = [number for number in self._doomed_series[:DELETE_ROWS] if number not in in_layouts]
        del self._doomed_series[:DELETE_ROWS]
        layouts = self._unused_layouts()[:DELETE_ROWS]
        self._db.executemany("DELETE FROM series WHERE id = ?", [(number,) for number in series])
        self._db.executemany("DELETE FROM layout WHERE id = ?", [(number,) for number in layouts])
        self._is_active = bool(self._doomed_series) or len(layouts) == DELETE_ROWS

    def _unused_series(self, in_layouts: set[int]) -> list[int]:
        rows = self._db.execute("SELECT id FROM series WHERE id < ?", (self._newest_series,))
        return [
            number for (number,) in rows if number not in self._series_in_blocks and number not in in_layouts
        ]

    def _series_in_layouts(self) -> set[int]:
        series_ids: set[int] = set()
        for (series,) in self._db.execute("SELECT series FROM layout"):
            series_ids.update(np.frombuffer(series, "<i4").tolist())
        return series_ids

    def _unused_layouts(self) -> list[int]:
        self._index.refresh(self._db)
        layouts_in_log = set(np.unique(self._index.all()["layout"]).tolist())
        rows = self._db.execute("SELECT id FROM layout WHERE id < (SELECT max(id) FROM layout)")
        return [number for (number,) in rows if number not in layouts_in_log]
