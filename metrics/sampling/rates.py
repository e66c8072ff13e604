"""Arithmetic on counters: what two readings of them say of the time between.

No rate is better than a wrong one: a counter that fell (a reset, a reboot), a rate that no machine can
have, a time span that is no time span give None. No rate is ever negative.
"""

import math
from collections.abc import Sequence
from operator import sub

from metrics.sampling.rounding import one_decimal, per_second, share_percent

MOST_BYTES_PER_SECOND = 1e12
"""More than the memory of any machine moves; a higher rate is a counter that jumped."""

MOST_PER_SECOND = 1e9
"""More packets or requests than any machine handles; a higher rate is a counter that jumped."""

MOST_AWAIT_MS = 86_400_000.0
"""A day: a request that took longer is a counter that jumped."""

SHORTEST_SECONDS = 0.001
"""Readings nearer to each other than this say nothing of a rate."""


_WRAP = 2**32
_WRAP_MARGIN = _WRAP // 16


def is_span(elapsed: float) -> bool:
    """Whether `elapsed` seconds can carry a rate: finite and at least `SHORTEST_SECONDS`."""
    return math.isfinite(elapsed) and elapsed >= SHORTEST_SECONDS


def increase(previous: int, current: int) -> int | None:
    """By how much a counter grew, or None if it fell without having wrapped.

    A counter of 32 bits is taken to have wrapped only where that is plausible: the previous reading was in
    the top sixteenth of its range, and the growth across the wrap is less than a sixteenth.
    """
    if current >= previous:
        return current - previous
    if _WRAP - _WRAP_MARGIN <= previous < _WRAP:
        growth_across_wrap = current + _WRAP - previous
        if growth_across_wrap < _WRAP_MARGIN:
            return growth_across_wrap
    return None


def rate(previous: int, current: int, elapsed: float, *, most: float = MOST_BYTES_PER_SECOND) -> float | None:
    """A counter's growth per second, not rounded; None after a reset, above `most`, without a time span."""
    grown = increase(previous, current)
    if grown is None or not is_span(elapsed):
        return None
    result = grown / elapsed
    return result if result <= most else None


def increases(previous: Sequence[int], current: Sequence[int]) -> list[int] | None:
    """By how much each counter of one row grew; None for all if one fell.

    Counters of one row (an interface's, a disk's) start anew together, so one that fell speaks for those
    that by chance did not.
    """
    # Nearly every row takes this way alone, without a loop in Python.
    grown = list(map(sub, current, previous))
    if not grown or min(grown) >= 0:
        return grown
    grown = []
    for before, now in zip(previous, current, strict=False):
        by = increase(before, now)
        if by is None:
            return None
        grown.append(by)
    return grown


def row_rates(grown: Sequence[int], elapsed: float, most: Sequence[float]) -> list[float] | None:
    """A row's growth per second, each to one decimal; None for all if one is above its bound in `most`.

    `elapsed` must be a span (`is_span`).
    """
    rates = per_second(grown, elapsed)
    # Nearly every row passes the lowest of the bounds at once.
    if rates and max(rates) > MOST_PER_SECOND and any(map(float.__gt__, rates, most)):
        return None
    return rates


def util_percent(io_milliseconds: int, elapsed: float) -> float:
    """The share of `elapsed` seconds in which a disk was busy, in percent, 0 to 100.

    The kernel counts in ticks, and some of a request only when it ends: what exceeds the interval is cut.
    """
    return share_percent(io_milliseconds, elapsed * 1000.0)


def await_ms(wait_milliseconds: int, requests: int) -> float | None:
    """The mean time of a request in milliseconds; 0.0 if there was none, None if absurd."""
    if requests <= 0:
        return 0.0  # an idle disk keeps nobody waiting
    mean = wait_milliseconds / requests
    return one_decimal(mean) if mean <= MOST_AWAIT_MS else None
