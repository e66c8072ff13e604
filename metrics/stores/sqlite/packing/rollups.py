"""Rollups: least, greatest, mean and last value and their number, of each minute or quarter of an hour.

They are kept as exact integers wherever the values are (frames.py says how), so that rolling up rollups gives
what rolling up the values gives.
"""

import numpy as np

from metrics.stores.sqlite.formats.arrays import F64, I8, I64, Bools
from metrics.stores.sqlite.formats.decimals import BITS, WIDE, to_floats
from metrics.stores.sqlite.formats.frames import EXCESS, LAST, LOW, SPAN, Frame

# One bit less than there is: `_too_wide` reckons with doubles, which round.
_ROOM = float(2**62)


def roll_up(frame: Frame, period: int) -> Frame:
    """The rollup of a frame, raw or itself a rollup, into buckets of `period` ms."""
    buckets = frame.times // period
    starts = np.flatnonzero(np.diff(buckets, prepend=buckets[:1] - 1))
    ends = np.append(starts[1:], len(buckets))
    cut = _Cut(starts, ends, _counts(frame))
    codes = frame.codes.copy()
    values = np.zeros((len(codes), 4, len(starts)), dtype=np.int64)
    still = frame.still()
    # About half of all columns: each bucket of theirs is the one value, with offsets of 0.
    values[still, LOW] = frame.values[still, LOW, :1]
    moving = ~still
    if moving.any():
        values[moving], codes[moving] = _roll_up_moving(frame.columns(moving), cut)
    return Frame(buckets[starts] * period, frame.series, codes, values, cut.totals)


def _roll_up_moving(frame: Frame, cut: "_Cut") -> tuple[I64, I8]:
    codes = frame.codes.copy()
    values = np.empty((len(codes), 4, len(cut.starts)), dtype=np.int64)
    exact = codes < BITS
    if exact.any():
        values[exact] = _exact(frame.values[exact], cut)
    bits = codes == BITS
    if bits.any():
        values[bits] = _plain(*_floats_of(frame, bits), cut)
    # After the exact ones, whose sums may have wrapped around: those that could are done again here.
    wide = (codes == WIDE) | _too_wide(frame, exact, cut)
    if wide.any():
        values[wide] = _plain(*_ints_of(frame, wide), cut)
        # Only ints get here: scaled doubles are small enough (decimals.py).
        codes[wide] = WIDE
    return values, codes


class _Cut:
    """Where the buckets start and end in a frame, and how many values each time and bucket stands for."""

    def __init__(self, starts: I64, ends: I64, counts: I64) -> None:
        self.starts = starts
        self.last = ends - 1
        self.sizes = ends - starts
        self.counts = counts
        self.totals: I64 = np.add.reduceat(counts, starts)


def _counts(frame: Frame) -> I64:
    return np.ones(len(frame.times), dtype=np.int64) if frame.counts is None else frame.counts


def _exact(values: I64, cut: _Cut) -> I64:
    # All is kept above the least value, as integers: then sums are exact and small enough for 63 bits.
    low = values[:, LOW]
    least = np.minimum.reduceat(low, cut.starts, axis=1)
    above = low - np.repeat(least, cut.sizes, axis=1)
    raw = values.shape[1] == 1
    high = above if raw else above + values[:, SPAN]
    last = above if raw else above + values[:, LAST]
    # Each number of a rollup is an offset from its own bucket's least: `above` brings it to the new one's.
    excess = above if raw else above * cut.counts + values[:, EXCESS]
    out = [
        least,
        np.maximum.reduceat(high, cut.starts, axis=1),
        last[:, cut.last],
        np.add.reduceat(excess, cut.starts, axis=1),
    ]
    return np.stack(out, axis=1)


def _too_wide(frame: Frame, exact: Bools, cut: _Cut) -> Bools:
    """Columns whose sums above the least could leave 63 bits."""
    low = frame.values[:, LOW].astype(np.float64)
    high = low if frame.counts is None else low + frame.values[:, SPAN]
    # Of the whole frame rather than of each bucket: too early rounds a mean, too late would wrap a sum.
    spans = high.max(axis=1) - low.min(axis=1)
    result: Bools = exact & (spans * float(cut.totals.max(initial=1)) >= _ROOM)
    return result


def _floats_of(frame: Frame, columns: Bools) -> tuple[F64, F64, F64, F64]:
    values = frame.values[columns].view(np.float64)
    if frame.counts is None:
        raw = values[:, 0]
        return raw, raw, raw, raw
    return values[:, 0], values[:, 1], values[:, 2], values[:, 3]


def _ints_of(frame: Frame, columns: Bools) -> tuple[I64, I64, I64, F64]:
    values = frame.values[columns]
    if frame.counts is None:
        raw = values[:, 0]
        return raw, raw, raw, raw.astype(np.float64)
    low, high, last = values[:, LOW], values[:, SPAN].copy(), values[:, LAST].copy()
    mean = values[:, 3].view(np.float64).copy()
    # These become wide only now: until here they were kept as offsets.
    narrow = frame.codes[columns] != WIDE
    high[narrow] += low[narrow]
    last[narrow] += low[narrow]
    mean[narrow] = low[narrow] + values[narrow, EXCESS] / frame.counts
    return low, high, last, mean


def _plain(low: I64 | F64, high: I64 | F64, last: I64 | F64, mean: F64, cut: _Cut) -> I64:
    least = np.minimum.reduceat(low, cut.starts, axis=1)
    greatest = np.maximum.reduceat(high, cut.starts, axis=1)
    # Each value is divided before it is summed: a sum of doubles could overflow, a mean cannot.
    weights = cut.counts / np.repeat(cut.totals, cut.sizes)
    means = np.add.reduceat(mean * weights, cut.starts, axis=1)
    out = [
        least.view(np.int64),
        greatest.view(np.int64),
        last[:, cut.last].view(np.int64),
        means.view(np.int64),
    ]
    return np.stack(out, axis=1)


def column(frame: Frame, at: int, stat: int) -> I64 | F64:
    """One column's LOW, SPAN (read: greatest), LAST or EXCESS (read: mean); scaled ones as doubles.

    A column of ints (code 0 or WIDE) comes as int64 except its mean; the caller knows whether the series
    is int or float.
    """
    code = int(frame.codes[at])
    values = frame.values[at]
    if frame.counts is None:
        return values[0] if code in (0, WIDE) else to_floats(values[0], code)
    if code >= BITS:
        doubles: F64 = values[stat].view(np.float64)
        return doubles if code == BITS or stat == EXCESS else values[stat]
    if stat == EXCESS:
        mean: F64 = (values[LOW] + values[EXCESS] / frame.counts) / 10.0**code
        return mean
    number = values[LOW] if stat == LOW else values[LOW] + values[stat]
    return number if code == 0 else to_floats(number, code)
