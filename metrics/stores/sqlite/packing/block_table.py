"""The table of blocks: reading, writing, replacing and deleting them."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.stores.sqlite.boundary import decoding
from metrics.stores.sqlite.formats.frames import Frame, merge
from metrics.stores.sqlite.levels import RAW, Level
from metrics.stores.sqlite.packing.blocks import BlockCodec, series_of


@dataclass(frozen=True, slots=True)
class Block:
    """A block's row; `start` and `until` in ms; `data`: None where it was not asked for, or is large."""

    id: int
    start: int
    until: int
    stage: int
    head: bytes
    data: bytes | None = None


class BlockTable:
    """The blocks of all hosts, over the writer's connection; within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._codec = BlockCodec()

    def find(self, host: int, level: Level, start: int, until: int) -> list[Block]:
        """A host's blocks that overlap the time from start to until, by time."""
        return list(find_blocks(self._db, host, level, start, until))

    def first_small(self, host: int, level: Level, before: int) -> int | None:
        """The start of a host's oldest small block of before this time."""
        statement = "SELECT min(start) FROM block WHERE host = ? AND level = ? AND stage = 0 AND start < ?"
        start: int | None = self._db.execute(statement, (host, level.number, before)).fetchone()[0]
        return start

    def frames(self, block: Block) -> list[Frame]:
        """All that a block holds."""
        data = self._db.execute("SELECT data FROM block WHERE id = ?", (block.id,)).fetchone()[0]
        with decoding(f"block {block.id}"):
            return self._codec.decode(block.head, data)

    def series(self, host: int) -> set[int]:
        """The ids of all series in a host's blocks."""
        series_ids: set[int] = set()
        for block, head in self._db.execute("SELECT id, head FROM block WHERE host = ?", (host,)):
            with decoding(f"block {block}"):
                for frame in self._codec.heads(head):
                    series_ids.update(series_of(frame).tolist())
        return series_ids

    def add(self, host: int, level: Level, start: int, frames: Sequence[Frame], *, stage: int) -> None:
        """Write a new block of the level's small (stage 0) or large (stage 1) size."""
        size = level.large if stage else level.small
        by_column = stage == 1 or level is not RAW
        head, data = self._codec.encode(frames, by_column=by_column)
        statement = (
            "INSERT INTO block (host, level, stage, start, until, head, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._db.execute(statement, (host, level.number, stage, start, start + size, head, data))

    def replace(self, block: Block, frames: Sequence[Frame], *, by_column: bool) -> None:
        """Put other frames in a block's place."""
        head, data = self._codec.encode(frames, by_column=by_column)
        self._db.execute("UPDATE block SET head = ?, data = ? WHERE id = ?", (head, data, block.id))

    def put(self, host: int, level: Level, start: int, frames: Sequence[Frame]) -> None:
        """Make these frames what the level has for the small block's time at `start`, whatever it had."""
        until = start + level.small
        for block in self.find(host, level, start, until):
            # The block may be a large one already, of which this is a part: the rest of it stays.
            rest = [frame.between(start, until, inside=False) for frame in self.frames(block)]
            self.replace(block, merge([*rest, *frames]), by_column=True)
            return
        self.add(host, level, start, frames, stage=0)

    def delete(self, blocks: Iterable[Block]) -> None:
        """Delete blocks."""
        self._db.executemany("DELETE FROM block WHERE id = ?", [(block.id,) for block in blocks])

    def delete_before(self, host: int, level: Level, time: int) -> None:
        """Delete a host's blocks that end by `time`."""
        statement = "DELETE FROM block WHERE host = ? AND level = ? AND start < ? AND until <= ?"
        self._db.execute(statement, (host, level.number, time, time))


def find_blocks(
    db: sqlite3.Connection,
    host: int,
    level: Level,
    start: int,
    until: int,
    *,
    only_small: bool = False,
    data_up_to: int = -1,
) -> Iterable[Block]:
    """A host's blocks (or its small ones) of a level that overlap the time from start to until, by time.

    They come with their data where it has at most `data_up_to` bytes.
    """
    # No block is longer than a large one: this bounds `start` too, which is what the index has.
    statement = (
        "SELECT id, start, until, stage, head, CASE WHEN length(data) <= ? THEN data END FROM block"
        " WHERE host = ? AND level = ? AND start > ? AND start < ? AND until > ?"
    )
    if only_small:
        statement += " AND stage = 0"
    bounds = (data_up_to, host, level.number, start - level.large, until, start)
    return (Block(*row) for row in db.execute(f"{statement} ORDER BY start", bounds))
