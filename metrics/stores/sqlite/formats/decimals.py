"""Columns of doubles as scaled integers where that loses nothing.

A column's code says what its int64 numbers are: 0 to 3, the value times ten to that power (0 for metrics
that are int); `BITS`, the bits of a double; `WIDE`, ints whose rollups need all 64 bits (see rollups.py).
"""

import numpy as np

from metrics.stores.sqlite.formats.arrays import F64, I8, I64

MAX_EXPONENT = 3
BITS = 8
WIDE = 9

_LIMIT = float(2**50)
"""A value times a thousand stays below this: sums of rollups then fit in 62 bits."""


def scale(bits: I64) -> tuple[I64, I8]:
    """The columns (rows of `bits`: doubles seen as int64) as integers, and each one's code."""
    floats = bits.view(np.float64)
    out = bits.copy()
    codes = np.full(len(bits), BITS, dtype=np.int8)
    small = np.abs(floats).max(axis=1, initial=0.0) < _LIMIT / 10**MAX_EXPONENT
    unscaled = np.flatnonzero(small)
    for exponent in range(MAX_EXPONENT + 1):
        if not len(unscaled):
            break
        scaled, fits = _try(floats[unscaled], exponent)
        scaled_now = unscaled[fits]
        out[scaled_now] = scaled[fits]
        codes[scaled_now] = exponent
        unscaled = unscaled[~fits]
    return out, codes


def _try(floats: F64, exponent: int) -> tuple[I64, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    power = 10.0**exponent
    scaled = np.rint(floats * power).astype(np.int64)
    # Bits are compared, not values: -0.0 must not become 0.0.
    same = (scaled / power).view(np.int64) == floats.view(np.int64)
    return scaled, same.all(axis=1)


def to_floats(numbers: I64, code: int) -> F64:
    """The doubles of a column."""
    if code == BITS:
        return numbers.view(np.float64)
    return numbers / 10.0**code
