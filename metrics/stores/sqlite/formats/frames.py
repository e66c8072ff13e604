"""A frame: columns that all have a value at each of the same times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.stores.sqlite.formats.arrays import I8, I32, I64, Bools
from metrics.stores.sqlite.formats.decimals import BITS, WIDE, to_floats

LOW, SPAN, LAST, EXCESS = range(4)
"""The numbers of a rollup: least; greatest, last and the sum of all, each less the least.

With code BITS or WIDE they are least, greatest, last and mean instead, the mean as a double's bits.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Columns over the same times.

    `times`: ms, ascending, each once (of a rollup: the bucket's start). `series`: ids, ascending. `codes`:
    what the numbers are, see decimals.py. `values`: shape (series, 1 or 4, times). `counts`: how many values
    each bucket stands for, None in raw frames.
    """

    times: I64
    series: I32
    codes: I8
    values: I64
    counts: I64 | None = None

    def between(self, start: int, end: int, *, inside: bool = True) -> "Frame":
        """The part with start <= time < end, or the rest of it."""
        keep = ((self.times >= start) & (self.times < end)) == inside
        return self if keep.all() else self._at(keep)

    def columns(self, selection: Bools) -> "Frame":
        """The frame with only these columns."""
        return Frame(
            self.times, self.series[selection], self.codes[selection], self.values[selection], self.counts
        )

    def still(self) -> Bools:
        """Columns of exact integers that are the same all over: about half of a server's."""
        # Not with BITS or WIDE: in rollups their other numbers are values, for which zeros cannot stand.
        same = (self.values[:, LOW] == self.values[:, LOW, :1]).all(axis=1) & (self.codes < BITS)
        result: Bools = same if self.counts is None else same & ~self.values[:, SPAN:].any(axis=(1, 2))
        return result

    def _at(self, keep: Bools | I64) -> "Frame":
        counts = None if self.counts is None else self.counts[keep]
        return Frame(self.times[keep], self.series, self.codes, self.values[:, :, keep], counts)


def merge(frames: Sequence[Frame]) -> list[Frame]:
    """The same values in as few frames as there are sets of times; of equal times the first is kept."""
    frames = [frame for frame in frames if len(frame.times) and len(frame.series)]
    if len(frames) < 2:
        return list(frames)
    # Series that occur in the same frames have the same times in the end, and go into one frame.
    holders: dict[int, list[int]] = {}
    for number, frame in enumerate(frames):
        for series in frame.series.tolist():
            holders.setdefault(series, []).append(number)
    groups: dict[tuple[int, ...], list[int]] = {}
    for series, numbers in holders.items():
        groups.setdefault(tuple(numbers), []).append(series)
    return [_join([frames[number] for number in numbers], group) for numbers, group in groups.items()]


def _join(frames: list[Frame], group: list[int]) -> Frame:
    series = np.array(sorted(group), dtype=np.int32)
    parts = same_codes([_pick(frame, series) for frame in frames])
    joined_frame = Frame(
        np.concatenate([part.times for part in parts]),
        series,
        parts[0].codes,
        np.concatenate([part.values for part in parts], axis=2),
        _join_counts(parts),
    )
    return _in_order(joined_frame)


def _join_counts(parts: Iterable[Frame]) -> I64 | None:
    counts = [part.counts for part in parts if part.counts is not None]
    return np.concatenate(counts) if counts else None


def _pick(frame: Frame, series: I32) -> Frame:
    # All of the group's series are in the frame: as many can only be the same.
    if len(frame.series) == len(series):
        return frame
    at = np.searchsorted(frame.series, series)  # all are there: the frame is one that holds them
    return Frame(frame.times, series, frame.codes[at], frame.values[at], frame.counts)


def _in_order(frame: Frame) -> Frame:
    if (np.diff(frame.times) > 0).all():
        return frame
    # np.unique tells where each time occurs first, which is in the earlier of the frames.
    _, first = np.unique(frame.times, return_index=True)
    return frame._at(first)


def same_codes(frames: list[Frame]) -> list[Frame]:
    """Frames of the same series with each column brought to one code."""
    # Codes are ordered by what they can hold, so that the greatest loses nothing of any frame.
    # Ints never meet BITS, nor doubles WIDE: a series has one type.
    codes = np.stack([frame.codes for frame in frames])
    widest = codes.max(axis=0)
    if (codes == widest).all():
        return frames
    return [_recode_frame(frame, widest) for frame in frames]


def _recode_frame(frame: Frame, codes: I8) -> Frame:
    values = frame.values.copy()
    for at in np.flatnonzero(frame.codes != codes).tolist():
        values[at] = _recode(values[at], int(frame.codes[at]), int(codes[at]), frame.counts)
    return Frame(frame.times, frame.series, codes, values, frame.counts)


def _recode(column: I64, code: int, new_code: int, counts: I64 | None) -> I64:
    if new_code < BITS:
        # Cannot overflow, since doubles too large for the largest exponent are not scaled (decimals.py).
        return column * np.int64(10 ** (new_code - code))
    if counts is None:
        return column if new_code == WIDE else _bits(column, code)
    mean = (column[LOW] + column[EXCESS] / counts) / 10.0**code
    plain = np.stack([column[LOW], column[LOW] + column[SPAN], column[LOW] + column[LAST]])
    if new_code == BITS:
        plain = _bits(plain, code)
    recoded: I64 = np.concatenate([plain, mean.view(np.int64)[None]])
    return recoded


def _bits(numbers: I64, code: int) -> I64:
    bits: I64 = to_floats(numbers, code).view(np.int64)
    return bits
