"""A block: frames as two byte strings, a head that says what is where and the compressed data.

Numbers are stored as differences from one time to the next (zigzag), split into planes of equal bytes,
without the planes that are all zero, and compressed with zstd. A segment holds one column (so that it can
be read alone) or all columns of a frame (smaller and faster where blocks are short-lived).
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import zstandard

from metrics.stores.sqlite.formats.arrays import I32, I64
from metrics.stores.sqlite.formats.decimals import BITS
from metrics.stores.sqlite.formats.frames import Frame

ReadData = Callable[[int, int], bytes]
"""(offset, length) -> that part of a block's data."""


class FrameHead(msgspec.Struct, frozen=True, array_like=True):
    """What a block's head says of one frame; byte strings are arrays of little-endian numbers.

    `offset`: of its first segment (times) in the data. `width`, `length`: bytes a number and compressed
    bytes of each segment; the first is of the times, the second of the counts in rollups.
    """

    offset: int
    rows: int
    stats: int
    columns_each: int
    first_time: int
    # Bytes rather than lists: NumPy reads them in place, and a head can be hashed, as the frame cache needs.
    series: bytes
    codes: bytes
    firsts: bytes
    widths: bytes
    lengths: bytes


class BlockCodec:
    """Encodes and decodes blocks; one for each thread."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[FrameHead])

    def encode(self, frames: Sequence[Frame], *, by_column: bool) -> tuple[bytes, bytes]:
        """The head and the data of a block."""
        heads, data, offset = [], [], 0
        for frame in frames:
            each = 1 if by_column else len(frame.series)
            head, segments = self._encode_frame(frame, each, offset)
            heads.append(head)
            data.extend(segments)
            offset += sum(map(len, segments))
        # The head by itself: whoever looks for a series reads it without the data.
        return self._compressor.compress(self._encoder.encode(heads)), b"".join(data)

    def heads(self, head: bytes) -> list[FrameHead]:
        """What a block's head says."""
        return self._decoder.decode(self._decompressor.decompress(head))

    def decode(self, head: bytes, data: bytes) -> list[Frame]:
        """All frames of a block."""
        return [
            self.frame(one, None, lambda offset, length: data[offset : offset + length])
            for one in self.heads(head)
        ]

    def spans(self, head: FrameHead, positions: I32) -> list[tuple[int, int]]:
        """(offset, length) of what `frame` reads for these columns."""
        # Just what `_Segments.get` reads, which skips width 0: the frame cache hands out no other spans.
        single = 1 if head.stats == 1 else 2
        segment_columns = positions.tolist() if head.columns_each == 1 else [0]
        segments = [*range(single), *(single + at for at in segment_columns)]
        offsets, lengths = _places(head)
        return [(offsets[number], lengths[number]) for number in segments if head.widths[number]]

    def frame(self, head: FrameHead, columns: I32 | None, read_data: ReadData) -> Frame:
        """A frame with the wanted columns (positions, ascending) or, with None, all of them."""
        reader = _Segments(head, read_data, self._decompressor)
        positions = np.arange(len(head.codes)) if columns is None else columns
        # Summed up twice: of times the differences of differences are kept.
        times = np.cumsum(_undo(reader.get(0)), axis=1)[0] + head.first_time
        counts = reader.get(1)[0] if head.stats > 1 else None
        values = self._columns(head, positions, reader)
        return Frame(
            times, series_of(head)[positions], np.frombuffer(head.codes, np.int8)[positions], values, counts
        )

    def _columns(self, head: FrameHead, at: I32 | I64, reader: "_Segments") -> I64:
        skip = 1 if head.stats == 1 else 2
        each = head.columns_each
        coded: I64
        if not len(at):
            coded = np.empty(0, np.int64)
        elif each == 1:
            coded = np.concatenate([reader.get(skip + i) for i in at.tolist()])
        else:
            coded = reader.get(skip, rows=at)
        coded = coded.reshape(len(at), head.stats, head.rows)
        firsts = np.frombuffer(head.firsts, "<i8").reshape(-1, head.stats)[at]
        return _undo_deltas(coded, firsts, np.frombuffer(head.codes, np.int8)[at] >= BITS)

    def _encode_frame(self, frame: Frame, each: int, offset: int) -> tuple[FrameHead, list[bytes]]:
        count, stats, rows = frame.values.shape
        # A column that stays the same is its first value and zeros: there is nothing to take differences of.
        moving = ~frame.still()
        numbers = np.zeros_like(frame.values)
        firsts = np.zeros((count, stats), dtype=np.int64)
        firsts[:, 0] = frame.values[:, 0, 0]
        if moving.any():
            numbers[moving], firsts[moving] = _deltas(frame.columns(moving))
        # Differences of differences: at a steady interval nearly all are 0.
        steps = np.diff(frame.times, prepend=frame.times[:1])
        parts = [_zigzag(np.diff(steps, prepend=0))[None]]
        if frame.counts is not None:
            # As they are: small and never negative, so that zigzag would only widen them.
            parts.append(frame.counts[None])
        parts.append(numbers.reshape(count // each, each * stats * rows))
        widths: list[int] = []
        segments: list[bytes] = []
        for part in parts:
            self._compress(part, widths, segments)
        head = FrameHead(
            offset=offset,
            rows=rows,
            stats=stats,
            columns_each=each,
            first_time=int(frame.times[0]),
            series=frame.series.astype("<i4").tobytes(),
            codes=frame.codes.tobytes(),
            firsts=firsts.astype("<i8").tobytes(),
            widths=bytes(widths),
            lengths=np.array([len(segment) for segment in segments], "<u4").tobytes(),
        )
        return head, segments

    def _compress(self, numbers: I64, widths: list[int], segments: list[bytes]) -> None:
        """Append a width and a segment for each row of `numbers`."""
        # All or-ed together are as many bits long as the greatest; unsigned, as zigzag may set bit 63.
        greatest = np.bitwise_or.reduce(numbers.view(np.uint64), axis=1)
        # Bytes of equal weight together compress better: the high ones hardly ever change.
        planes = np.ascontiguousarray(numbers, "<i8").view(np.uint8).reshape(*numbers.shape, 8)
        for row, bits in enumerate(greatest.tolist()):
            width = (bits.bit_length() + 7) // 8
            widths.append(width)
            if width:
                segments.append(self._compressor.compress(planes[row, :, :width].T.tobytes()))
            else:
                segments.append(b"")


class _Segments:
    """The segments of one frame, read on demand."""

    def __init__(
        self, head: FrameHead, read_data: ReadData, decompressor: zstandard.ZstdDecompressor
    ) -> None:
        self._head = head
        self._read_data = read_data
        self._decompressor = decompressor
        self._offsets, self._lengths = _places(head)

    def get(self, number: int, *, rows: I32 | I64 | None = None) -> I64:
        """A segment's numbers as coded, shape (1, numbers), or only these of its columns, shape (rows, …)."""
        head = self._head
        has_counts = head.stats > 1
        single = number == 0 or (has_counts and number == 1)
        each = 1 if single else head.columns_each
        size = head.rows * (1 if single else head.stats)
        columns = each if rows is None else len(rows)
        out = np.zeros((columns * size, 8), np.uint8)
        width = head.widths[number]
        if width:
            compressed = self._read_data(self._offsets[number], self._lengths[number])
            # Bounded: a damaged block must not make zstd allocate what its header claims.
            data = self._decompressor.decompress(compressed, max_output_size=width * each * size)
            planes = np.frombuffer(data, np.uint8).reshape(width, each, size)
            if rows is not None:
                planes = planes[:, rows]
            out[:, :width] = planes.reshape(width, columns * size).T
        return out.view("<i8").reshape(1 if rows is None else columns, -1)


def _places(head: FrameHead) -> tuple[list[int], list[int]]:
    """The offset and the length of each segment."""
    lengths = np.frombuffer(head.lengths, "<u4").astype(np.int64)
    return (np.cumsum(lengths) - lengths + head.offset).tolist(), lengths.tolist()


def series_of(head: FrameHead) -> I32:
    """The ids of a frame's series, ascending."""
    return np.frombuffer(head.series, "<i4").astype(np.int32, copy=False)


def _zigzag(numbers: I64) -> I64:
    return (numbers << 1) ^ (numbers >> 63)


def _undo(numbers: I64) -> I64:
    """Undo zigzag and differences along the last axis."""
    # numpy shifts the sign in, as zigzag's undoing must not: the mask takes it out.
    signed = ((numbers >> 1) & np.int64(2**63 - 1)) ^ -(numbers & 1)
    return np.cumsum(signed, axis=-1)


def _deltas(frame: Frame) -> tuple[I64, I64]:
    """The numbers as stored and what must be added to each row: rollups' offsets stay as they are."""
    values = frame.values
    out = values.copy()
    firsts = np.zeros(values.shape[:2], dtype=np.int64)
    firsts[:, 0] = values[:, 0, 0]
    # Differences may wrap around, as between the bits of two doubles; so do the sums that undo them.
    out[:, 0] = _zigzag(np.diff(values[:, 0], axis=1, prepend=values[:, 0, :1]))
    # With these codes greatest, last and mean are values like the least, not offsets from it.
    plain = frame.codes >= BITS
    if values.shape[1] > 1 and plain.any():
        firsts[plain] = values[plain, :, 0]
        out[plain] = _zigzag(np.diff(values[plain], axis=2, prepend=values[plain, :, :1]))
    return out, firsts


def _undo_deltas(coded: I64, firsts: I64, plain: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> I64:
    out = coded.copy()
    out[:, 0] = _undo(coded[:, 0]) + firsts[:, :1]
    if coded.shape[1] > 1 and plain.any():
        out[plain] = _undo(coded[plain]) + firsts[plain][:, :, None]
    return out
