"""Decoded parts of blocks, kept from one question to the next: dashboards ask the same again and again."""

from dataclasses import dataclass

import numpy as np

from metrics.stores.sqlite.formats.arrays import I32
from metrics.stores.sqlite.formats.frames import Frame
from metrics.stores.sqlite.packing.blocks import BlockCodec, FrameHead, ReadData, series_of

MAX_BYTES = 16 * 1024 * 1024
"""Of one reader's decoded columns, about; the oldest go first."""

_MAX_PLACES = 2000
# Stands for what `_size` does not add up: the tuples, the objects, their places in the dictionary.
_KEY_BYTES = 400

_Key = tuple[FrameHead, bytes, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnsPlace:
    """Where some columns are: the frame's head, their positions, (offset, length) of what is to be read."""

    head: FrameHead
    at: I32
    columns: bytes
    spans: list[tuple[int, int]]


class FrameCache:
    """Reads frames through a codec; one for each reader.

    What is kept is found again by the very bytes that it was decoded from, which are still read each time:
    it cannot be out of date, whatever was written to the database.
    """

    def __init__(self, codec: BlockCodec, *, max_bytes: int = MAX_BYTES) -> None:
        self._codec = codec
        self._max_bytes = max_bytes
        self._places: dict[tuple[bytes, bytes], list[ColumnsPlace]] = {}
        self._frames: dict[_Key, Frame] = {}
        self._bytes = 0

    def places(self, head: bytes, series: I32) -> list[ColumnsPlace]:
        """Where in a block, by its head, these series (ids, ascending) are."""
        key = head, series.tobytes()
        places = self._places.get(key)
        if places is None:
            if len(self._places) >= _MAX_PLACES:  # rather emptied than kept in order: refilling costs little
                self._places.clear()
            places = self._places[key] = self._find(head, series)
        return places

    def frame(self, place: ColumnsPlace, read_data: ReadData) -> Frame:
        """The columns at a place; the frame's arrays are not to be changed."""
        segments = {span: read_data(*span) for span in place.spans}
        key = (place.head, place.columns, tuple(segments.values()))
        frame = self._frames.get(key)
        if frame is None:
            frame = self._codec.frame(place.head, place.at, lambda offset, length: segments[offset, length])
            self._keep(key, frame)
        return frame

    def _find(self, head: bytes, series: I32) -> list[ColumnsPlace]:
        places = []
        for one in self._codec.heads(head):
            at = positions(series_of(one), series)
            if len(at):
                places.append(ColumnsPlace(one, at, at.tobytes(), self._codec.spans(one, at)))
        return places

    def _keep(self, key: _Key, frame: Frame) -> None:
        self._frames[key] = frame
        self._bytes += _size(key, frame)
        # May take the new frame too, where it alone is too large: whoever asked for it has it all the same.
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._frames))
            self._bytes -= _size(oldest, self._frames.pop(oldest))


def _size(key: _Key, frame: Frame) -> int:
    arrays = frame.times.nbytes + frame.values.nbytes + (0 if frame.counts is None else frame.counts.nbytes)
    return arrays + sum(map(len, key[2])) + _KEY_BYTES


def positions(series: I32, subset: I32) -> I32:
    """Where in the ascending `series` those of the ascending `subset` are that it has."""
    if not len(series):
        return _NOWHERE
    at = series.searchsorted(subset)
    # Beyond the last there is nothing to compare with; the first will do, since it is another series.
    at[at == len(series)] = 0
    result: I32 = at[series[at] == subset].astype(np.int32)
    return result


_NOWHERE: I32 = np.empty(0, dtype=np.int32)
