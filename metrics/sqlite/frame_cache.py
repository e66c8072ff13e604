"""Decoded parts of blocks, kept from one question to the next: dashboards ask the same again and again."""

from metrics.sqlite.arrays import I32
from metrics.sqlite.blocks import BlockCodec, FrameHead, ReadData
from metrics.sqlite.frames import Frame

MAX_BYTES = 16 * 1024 * 1024
"""Of one reader's decoded columns, about; the oldest go first."""

_MAX_HEADS = 2000
_KEY_BYTES = 400

_Key = tuple[FrameHead, bytes, tuple[bytes, ...]]


class FrameCache:
    """Reads frames through a codec; one for each reader.

    What is kept is found again by the very bytes that it was decoded from, which are still read each time:
    it cannot be out of date, whatever was written to the database.
    """

    def __init__(self, codec: BlockCodec, *, max_bytes: int = MAX_BYTES) -> None:
        self._codec = codec
        self._max_bytes = max_bytes
        self._heads: dict[bytes, list[FrameHead]] = {}
        self._frames: dict[_Key, Frame] = {}
        self._bytes = 0

    def heads(self, head: bytes) -> list[FrameHead]:
        """See BlockCodec.heads."""
        found = self._heads.get(head)
        if found is None:
            if len(self._heads) >= _MAX_HEADS:
                self._heads.clear()
            found = self._heads[head] = self._codec.heads(head)
        return found

    def frame(self, head: FrameHead, wanted: I32, read: ReadData) -> Frame:
        """See BlockCodec.frame; the frame's arrays are not to be changed."""
        packed = {span: read(*span) for span in self._codec.spans(head, wanted)}
        key = (head, wanted.tobytes(), tuple(packed.values()))
        frame = self._frames.get(key)
        if frame is None:
            frame = self._codec.frame(head, wanted, lambda offset, length: packed[offset, length])
            self._keep(key, frame)
        return frame

    def _keep(self, key: _Key, frame: Frame) -> None:
        self._frames[key] = frame
        self._bytes += _size(key, frame)
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._frames))
            self._bytes -= _size(oldest, self._frames.pop(oldest))


def _size(key: _Key, frame: Frame) -> int:
    arrays = frame.times.nbytes + frame.values.nbytes + (0 if frame.counts is None else frame.counts.nbytes)
    return arrays + sum(map(len, key[2])) + _KEY_BYTES
