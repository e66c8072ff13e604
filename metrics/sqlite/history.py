"""Answers one question for history from log, raw blocks and rollups."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import numpy as np

from metrics.results import Labels
from metrics.sqlite.arrays import I32, I64, Values
from metrics.sqlite.block_table import Block, find_blocks
from metrics.sqlite.blocks import ReadData
from metrics.sqlite.boundary import decoding
from metrics.sqlite.buckets import STATS, Buckets, Observations, bucketed, joined, spacing_seconds
from metrics.sqlite.frame_cache import FrameCache, positions
from metrics.sqlite.frames import Frame
from metrics.sqlite.gather import codes_of
from metrics.sqlite.layouts import Layout, Layouts, SeriesKey
from metrics.sqlite.levels import RAW, SECOND, Level
from metrics.sqlite.log import Entries, LogIndex, distinct, read_columns
from metrics.sqlite.plan import Part, plan
from metrics.sqlite.rollups import column
from metrics.steps import bucket_range, check_size, choose_step
from metrics.store import History, HistoryQuery, Series

_WHOLE_BYTES = 16 * 1024
"""Up to this size a block is read with its row: each reading lets go of Python's lock and waits for it."""

Pieces = dict[Labels, list[Observations]]


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One series in buckets; `spacing`: the usual seconds between its values."""

    filled: Buckets
    spacing: float


class HistoryReader:
    """One question and where its answer is; lives within one snapshot."""

    def __init__(
        self,
        db: sqlite3.Connection,
        query: HistoryQuery,
        *,
        layouts: Layouts,
        index: LogIndex,
        frames: FrameCache,
        since: dict[Level, int],
    ) -> None:
        self._db = db
        self._query = query
        self._layouts = layouts
        self._index = index
        self._frames = frames
        self._since = since
        self._wanted = self._find_series()
        self._ids = np.array(sorted(self._wanted), dtype=np.int32)

    def answer(self) -> History:
        """The history, with the query's step or a chosen one."""
        query = self._query
        if query.step is not None:
            return self._history(query.step, self._collect(query.step))
        span = query.end - query.start
        step = choose_step(span)
        found = self._collect(step)
        better = choose_step(span, max((line.spacing for line in found.values()), default=0.0))
        if better != step:
            step, found = better, self._collect(better)
        return self._history(step, found)

    def _find_series(self) -> dict[int, SeriesKey]:
        measurement, _, field = self._query.metric.partition(".")
        rows = self._db.execute(
            "SELECT id FROM series WHERE measurement = ? AND field = ?", (measurement, field)
        )
        keys = {number: self._layouts.series(number) for (number,) in rows.fetchall()}
        asked = set(self._query.labels)
        return {number: key for number, key in keys.items() if asked <= set(key.labels)}

    def _history(self, step: float, found: dict[tuple[str, Labels], _Line]) -> History:
        start, end, step_ms = bucket_range(self._query.start, self._query.end, step)
        times = [at / SECOND for at in range(start, end, step_ms)]
        series = [
            Series(
                host=host,
                labels=labels,
                points=tuple(zip(times, line.filled.spread(len(times)), strict=True)),
            )
            for (host, labels), line in sorted(found.items(), key=lambda item: item[0])
        ]
        return History(step=step_ms / SECOND, series=tuple(series))

    def _collect(self, step: float) -> dict[tuple[str, Labels], _Line]:
        """Every series' buckets; what they are made of is held of one host at a time."""
        query = self._query
        start, end, step_ms = bucket_range(query.start, query.end, step)
        count = (end - start) // step_ms
        check_size(count, len(query.hosts), query.max_points)
        parts = plan(start, end, step_ms, self._since)
        found: dict[tuple[str, Labels], _Line] = {}
        for name, host, packed in self._hosts():
            for labels, pieces in self._of_host(host, packed, parts).items():
                observations = joined(pieces)
                filled = bucketed(observations, query.aggregate, start=start, step=step_ms)
                spacing = 0.0 if query.step is not None else spacing_seconds(observations)
                found[name, labels] = _Line(filled, spacing)
            check_size(count, len(found), query.max_points)
        return found

    def _hosts(self) -> list[tuple[str, int, int]]:
        names = msgspec.json.encode(self._query.hosts).decode()
        statement = "SELECT name, id, packed FROM host WHERE name IN (SELECT value FROM json_each(?))"
        return self._db.execute(statement, (names,)).fetchall()

    def _of_host(self, host: int, packed: int, parts: list[Part]) -> Pieces:
        pieces: Pieces = {}
        entries = distinct(self._index.of(host, packed))
        if self._has_late(host, entries):
            # Rollups lack these rows and do not say when in a bucket the last value was: read the raw values.
            parts = plan(parts[0].start, parts[-1].end, RAW.period, self._since) if parts else []
        for part in parts:
            for block in self._blocks(host, part.level, part):
                self._take_block(pieces, block, part)
            if part.level is not RAW:
                # Raw blocks that are still small are not in the rollups yet.
                for block in self._blocks(host, RAW, part, only_small=True):
                    self._take_block(pieces, block, part)
        self._take_log(pieces, entries, parts)
        return pieces

    def _has_late(self, host: int, entries: Entries) -> bool:
        """Whether some of a host's log rows (by time) are of a time that is rolled up already."""
        if not len(entries):
            return False
        blocks = find_blocks(self._db, host, RAW, int(entries["time"][0]), int(entries["time"][-1]) + 1)
        return any(block.stage == 1 for block in blocks)

    def _blocks(self, host: int, level: Level, part: Part, *, only_small: bool = False) -> list[Block]:
        bounds = part.start, part.end
        found = find_blocks(self._db, host, level, *bounds, only_small=only_small, data_up_to=_WHOLE_BYTES)
        return list(found)

    def _take_block(self, pieces: Pieces, block: Block, part: Part) -> None:
        with decoding(f"block {block.id}"), self._data(block) as read:
            for place in self._frames.places(block.head, self._ids):
                frame = self._frames.frame(place, read)
                self._take_columns(pieces, frame.between(part.start, part.end))

    @contextmanager
    def _data(self, block: Block) -> Iterator[ReadData]:
        data = block.data
        if data is not None:
            yield lambda offset, length: data[offset : offset + length]
            return
        with self._db.blobopen("block", "data", block.id, readonly=True) as blob:

            def read(offset: int, length: int) -> bytes:
                blob.seek(offset)
                return blob.read(length)

            yield read

    def _take_log(self, pieces: Pieces, entries: Entries, parts: list[Part]) -> None:
        times = entries["time"]
        inside = np.zeros(len(entries), dtype=np.bool_)
        for part in parts:
            inside |= (times >= part.start) & (times < part.end)
        entries = entries[inside]
        for number in np.unique(entries["layout"]).tolist():
            layout = self._layouts.get(number)
            wanted = positions(layout.series, self._ids)
            if len(wanted):
                rows = entries[entries["layout"] == number]
                self._take_columns(pieces, self._log_frame(layout, wanted, rows["id"], rows["time"]))

    def _log_frame(self, layout: Layout, wanted: I32, ids: I64, times: I64) -> Frame:
        order = np.argsort(ids)
        numbers = read_columns(self._db, ids[order], layout.first[wanted])
        frame = Frame(times[order], layout.series[wanted], codes_of(layout, wanted), numbers[:, None, :])
        if (np.diff(order) > 0).all():
            return frame
        by_time = np.argsort(frame.times)
        return Frame(frame.times[by_time], frame.series, frame.codes, frame.values[:, :, by_time])

    def _take_columns(self, pieces: Pieces, frame: Frame) -> None:
        """Take every column of a frame that has only those wanted."""
        if not len(frame.times):
            return
        counts = np.ones(len(frame.times), dtype=np.int64) if frame.counts is None else frame.counts
        for at, series in enumerate(frame.series.tolist()):
            key = self._wanted[series]
            values: Values = column(frame, at, STATS[self._query.aggregate])
            if key.is_float:
                values = values.astype(np.float64, copy=False)
            pieces.setdefault(key.labels, []).append(Observations(frame.times, values, counts))
