"""How many decimals are kept of what is measured: more would be noise that costs storage.

| what                                             | decimals |
| ------------------------------------------------ | -------- |
| percent                                          | 2        |
| load                                             | 2        |
| per second, milliseconds                         | 1        |
| degrees                                          | 1        |
| seconds: of a poll and of connecting             | 4        |
| seconds: between the host's and the poller's clock | 3      |
| seconds: of the probe's CPU time                 | 6        |

Figures that are never negative are rounded half up by `int(x * 10**n + 0.5) / 10**n`, a quarter of the
cost of `round`; the hot loops spell it out, and pass over the many that are 0. The result is the float
nearest to that decimal number.
"""

from collections.abc import Iterable

TEMPERATURE_DECIMALS = 1
DURATION_DECIMALS = 4
CLOCK_OFFSET_DECIMALS = 3
PROBE_CPU_DECIMALS = 6


def two_decimals(value: float) -> float:
    """A percentage or load (finite, not negative) to two decimals."""
    return int(value * 100.0 + 0.5) / 100.0


def one_decimal(value: float) -> float:
    """A rate or a number of milliseconds (finite, not negative) to one decimal."""
    return int(value * 10.0 + 0.5) / 10.0


def share_percent(part: float, whole: float) -> float:
    """`part` of `whole` in percent, within 0 and 100, to two decimals; 0.0 of nothing."""
    if whole <= 0:
        return 0.0
    return int(min(max(part / whole, 0.0), 1.0) * 10_000.0 + 0.5) / 100.0


def per_second(deltas: Iterable[float], elapsed: float) -> list[float]:
    """Each of `deltas` (not negative) over `elapsed` seconds, to one decimal."""
    scale = 10.0 / elapsed
    return [int(delta * scale + 0.5) / 10.0 if delta else 0.0 for delta in deltas]


def percents(parts: Iterable[float], whole: float) -> list[float]:
    """Each of `parts` (not negative) in percent of `whole`, to two decimals."""
    scale = 10_000.0 / whole
    return [int(part * scale + 0.5) / 100.0 if part else 0.0 for part in parts]
