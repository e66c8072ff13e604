"""Answers questions for history from log, raw blocks and rollups."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
import numpy as np

from metrics.results import Labels
from metrics.store import Aggregate, History, HistoryQuery, Series
from metrics.stores.sqlite.boundary import decoding
from metrics.stores.sqlite.formats.arrays import I32, I64, Values
from metrics.stores.sqlite.formats.frames import Frame
from metrics.stores.sqlite.formats.rows import SeriesKey
from metrics.stores.sqlite.levels import RAW, SECOND, Level
from metrics.stores.sqlite.packing.block_table import Block, find_blocks
from metrics.stores.sqlite.packing.blocks import ReadData
from metrics.stores.sqlite.packing.buckets import (
    STATS,
    Buckets,
    Observations,
    join_observations,
    put_in_buckets,
    spacing_seconds,
)
from metrics.stores.sqlite.packing.rollups import column
from metrics.stores.sqlite.reading.frame_cache import FrameCache, positions
from metrics.stores.sqlite.reading.plan import Part, plan
from metrics.stores.sqlite.writing.layouts import Layout, Layouts
from metrics.stores.sqlite.writing.log import Entries, LogIndex, distinct, read_columns
from metrics.stores.sqlite.writing.log_frames import codes_of
from metrics.stores.steps import bucket_range, check_size, choose_step

_WHOLE_BYTES = 16 * 1024
"""Up to this size a block is read with its row: each reading lets go of Python's lock and waits for it."""

Pieces = dict[Labels, list[Observations]]


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One series in buckets; `spacing`: the usual seconds between its values."""

    filled: Buckets
    spacing: float


Lines = dict[tuple[str, Labels], _Line]
"""One question's series by host and labels."""


class HistoryReader:
    """Answers questions about the same hosts and time; lives within one snapshot of the database.

    With a step, which they must share, many may be answered from one reading; without one, a single question.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        queries: Sequence[HistoryQuery],
        *,
        layouts: Layouts,
        index: LogIndex,
        frames: FrameCache,
        since: dict[Level, int],
    ) -> None:
        self._db = db
        self._queries = queries
        self._first = queries[0]
        self._layouts = layouts
        self._index = index
        self._frames = frames
        self._since = since
        self._series_by_query = [self._find_series(query) for query in queries]
        self._ids = np.array(
            sorted({number for series in self._series_by_query for number in series}), dtype=np.int32
        )

    def answers(self) -> list[History]:
        """The history for each question, with its step or a chosen one; raises TooManyPoints."""
        query = self._first
        if query.step is not None:
            return [self._history(query.step, lines) for lines in self._collect(query.step)]
        span = query.end - query.start
        step = choose_step(span)
        # The data may be coarser than the step that suits the span: then buckets would be empty in turns.
        (by_series,) = self._collect(step)
        better = choose_step(span, max((line.spacing for line in by_series.values()), default=0.0))
        if better != step:
            step, (by_series,) = better, self._collect(better)
        return [self._history(step, by_series)]

    def _find_series(self, query: HistoryQuery) -> dict[int, SeriesKey]:
        measurement, _, field = query.metric.partition(".")
        rows = self._db.execute(
            "SELECT id FROM series WHERE measurement = ? AND field = ?", (measurement, field)
        )
        keys = {number: self._layouts.series(number) for (number,) in rows.fetchall()}
        query_labels = set(query.labels)
        return {number: key for number, key in keys.items() if query_labels <= set(key.labels)}

    def _history(self, step: float, lines: Lines) -> History:
        start, end, step_ms = bucket_range(self._first.start, self._first.end, step)
        times = [at / SECOND for at in range(start, end, step_ms)]
        series = [
            Series(
                host=host,
                labels=labels,
                points=tuple(zip(times, line.filled.spread(len(times)), strict=True)),
            )
            for (host, labels), line in sorted(lines.items(), key=lambda item: item[0])
        ]
        return History(step=step_ms / SECOND, series=tuple(series))

    def _collect(self, step: float) -> list[Lines]:
        """Every question's series in buckets; what they are made of is held of one host at a time."""
        start, end, step_ms = bucket_range(self._first.start, self._first.end, step)
        count = (end - start) // step_ms
        for query in self._queries:
            # Before anything is read; again below, when it is known how many label sets the hosts have.
            check_size(count, len(query.hosts), query.max_points)
        parts = plan(start, end, step_ms, self._since)
        lines_by_query: list[Lines] = [{} for _ in self._queries]
        for name, host, packed_until in self._hosts():
            # Read once for all questions of the batch; a dashboard asks for a dozen metrics of one host.
            frames = list(self._of_host(host, packed_until, parts))
            for query, series, lines in zip(
                self._queries, self._series_by_query, lines_by_query, strict=True
            ):
                for labels, pieces in _pieces(frames, series, query.aggregate).items():
                    observations = join_observations(pieces)
                    filled = put_in_buckets(observations, query.aggregate, start=start, step=step_ms)
                    spacing = 0.0 if query.step is not None else spacing_seconds(observations)
                    lines[name, labels] = _Line(filled, spacing)
                check_size(count, len(lines), query.max_points)
        return lines_by_query

    def _hosts(self) -> list[tuple[str, int, int]]:
        names = msgspec.json.encode(self._first.hosts).decode()
        # `packed` from the same snapshot as log and blocks: so no row counts twice, and none is missed.
        statement = "SELECT name, id, packed FROM host WHERE name IN (SELECT value FROM json_each(?))"
        return self._db.execute(statement, (names,)).fetchall()

    def _of_host(self, host: int, packed_until: int, parts: list[Part]) -> Iterator[Frame]:
        """Frames with the columns that are wanted, each of one part's time."""
        entries = distinct(self._index.of(host, packed_until))
        if self._has_late(host, entries):
            # Rollups lack these rows and do not say when in a bucket the last value was: read the raw values.
            parts = plan(parts[0].start, parts[-1].end, RAW.period, self._since) if parts else []
        for part in parts:
            for block in self._blocks(host, part.level, part):
                yield from self._block_frames(block, part)
            if part.level is not RAW:
                # Raw blocks that are still small are not in the rollups yet.
                for block in self._blocks(host, RAW, part, only_small=True):
                    yield from self._block_frames(block, part)
        # Last, since of two values of one time the first is kept: what was packed counts, as in packing.
        yield from self._log_frames(entries, parts)

    def _has_late(self, host: int, entries: Entries) -> bool:
        """Whether some of a host's log rows (by time) are of a time that is rolled up already."""
        if not len(entries):
            return False
        # A raw block becomes large in the same transaction that makes its rollups.
        blocks = find_blocks(self._db, host, RAW, int(entries["time"][0]), int(entries["time"][-1]) + 1)
        return any(block.stage == 1 for block in blocks)

    def _blocks(self, host: int, level: Level, part: Part, *, only_small: bool = False) -> list[Block]:
        bounds = part.start, part.end
        blocks = find_blocks(self._db, host, level, *bounds, only_small=only_small, data_up_to=_WHOLE_BYTES)
        return list(blocks)

    def _block_frames(self, block: Block, part: Part) -> Iterator[Frame]:
        with decoding(f"block {block.id}"), self._data(block) as read_data:
            for place in self._frames.places(block.head, self._ids):
                # A block may reach beyond the part, into time that is answered from another level.
                yield self._frames.frame(place, read_data).between(part.start, part.end)

    @contextmanager
    def _data(self, block: Block) -> Iterator[ReadData]:
        data = block.data
        if data is not None:
            yield lambda offset, length: data[offset : offset + length]
            return
        # Of a large block only the segments asked for are read: one metric is a small part of it.
        with self._db.blobopen("block", "data", block.id, readonly=True) as blob:

            def read(offset: int, length: int) -> bytes:
                blob.seek(offset)
                return blob.read(length)

            yield read

    def _log_frames(self, entries: Entries, parts: list[Part]) -> Iterator[Frame]:
        times = entries["time"]
        inside = np.zeros(len(entries), dtype=np.bool_)
        for part in parts:
            inside |= (times >= part.start) & (times < part.end)
        entries = entries[inside]
        for number in np.unique(entries["layout"]).tolist():
            layout = self._layouts.get(number)
            positions_in_layout = positions(layout.series, self._ids)
            if len(positions_in_layout):
                rows = entries[entries["layout"] == number]
                yield self._log_frame(layout, positions_in_layout, rows["id"], rows["time"])

    def _log_frame(self, layout: Layout, positions_in_layout: I32, ids: I64, times: I64) -> Frame:
        # Rows are read by id, and a late one has a higher id than rows of later times.
        order = np.argsort(ids)
        numbers = read_columns(self._db, ids[order], layout.first[positions_in_layout])
        frame = Frame(
            times[order],
            layout.series[positions_in_layout],
            codes_of(layout, positions_in_layout),
            numbers[:, None, :],
        )
        if (np.diff(order) > 0).all():
            return frame
        by_time = np.argsort(frame.times)
        return Frame(frame.times[by_time], frame.series, frame.codes, frame.values[:, :, by_time])


def _pieces(frames: Iterable[Frame], keys: Mapping[int, SeriesKey], aggregate: Aggregate) -> Pieces:
    """One question's columns of the frames."""
    pieces: Pieces = {}
    for frame in frames:
        if not len(frame.times):
            continue
        counts = np.ones(len(frame.times), dtype=np.int64) if frame.counts is None else frame.counts
        for at, series in enumerate(frame.series.tolist()):
            key = keys.get(series)
            if key is None:
                continue
            values: Values = column(frame, at, STATS[aggregate])
            if key.is_float:
                # A column of whole doubles is kept as integers, and must not come back as such.
                values = values.astype(np.float64, copy=False)
            pieces.setdefault(key.labels, []).append(Observations(frame.times, values, counts))
    return pieces
