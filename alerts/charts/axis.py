"""Round numbers and round times for the axes of a chart."""

import math
from collections.abc import Iterator

_STEPS = (1.0, 2.0, 5.0, 10.0)
_BINARY_UNITS = frozenset({"bytes", "bytes_per_second"})
_LEAST_SPAN = 1e-12
_TIME_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def value_range(values: list[float], *, unit: str) -> tuple[float, float]:
    """The least and the most that the axis shows: from 0 where nothing is below, with some room above.

    A percentage's axis ends at 100 unless a value is beyond.
    """
    least, most = min(values, default=0.0), max(values, default=1.0)
    bottom = 0.0 if least >= 0 else least - 0.1 * (most - least)
    top = most + 0.15 * (most - bottom)
    if unit == "percent" and most <= 100:
        top = min(top, 100.0)
    if top - bottom < _LEAST_SPAN:  # all the same, or too near to each other to tell
        top = bottom + (abs(bottom) if abs(bottom) > _LEAST_SPAN else 1.0)
    return bottom, top


def value_ticks(bottom: float, top: float, *, unit: str, count: int = 5) -> list[float]:
    """Up to about `count` round values within the range, ascending."""
    step = _round_step((top - bottom) / count, unit)
    first = math.ceil(bottom / step - 1e-9)
    return [tick * step for tick in range(first, first + 2 * count + 2) if tick * step <= top + step * 1e-9]


def time_ticks(start: float, end: float, *, count: int = 6) -> list[float]:
    """Up to `count` round times (unix seconds, UTC) within the range, ascending."""
    span = end - start
    step = next((step for step in _TIME_STEPS if span / step <= count), None)
    size = step if step is not None else math.ceil(span / count / 86400) * 86400
    return list(_multiples(start, end, size))


def _multiples(start: float, end: float, step: int) -> Iterator[float]:
    past = math.fmod(start, step)  # exact, which a quotient is not
    tick = round(start - past) + (step if past > 0 else 0)
    while tick <= end:
        yield float(tick)
        tick += step


def _round_step(least: float, unit: str) -> float:
    """The smallest round number that is not less than `least`; of bytes, a power of two."""
    if unit in _BINARY_UNITS:
        return 2.0 ** math.ceil(math.log2(least))
    size = 10.0 ** math.floor(math.log10(least))
    return next((step * size for step in _STEPS if step * size >= least), 10 * size)
