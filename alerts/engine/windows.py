"""The windows of functions over time, one for each series: avg, min, max, rate and predict.

Samples come in the order of their times (unix seconds); `span_seconds` is how far back they matter.
"""

import math
from collections.abc import Callable, Iterable, Sequence

from alerts.engine.samples import samples_over
from metrics.catalog import METRICS, Kind
from metrics.sampling.rates import increase

Add = Callable[[float, float], object]
"""Takes one sample: its time and its value."""

Read = Callable[[], float | None]
"""The function's value now; None where it is not known."""

_COVERED_SHARE = 0.5
"""A window whose samples span less than this share of it has no value yet."""

_FEW_INTERVALS = 2.5
"""A window shorter than so many intervals has a value from its first sample on."""

_RATE_GAP_SECONDS = 300.0
_RATE_GAP_INTERVALS = 10.0
_SHORTEST_LOOKBACK_SECONDS = 600.0
_LONGEST_LOOKBACK_SECONDS = 86_400.0
_LOOKBACK_SHARE = 0.25


class SpanWindow:
    """avg, min and max of the last `seconds`; `interval`: seconds between samples, about."""

    def __init__(self, seconds: float, interval: float) -> None:
        self.span_seconds = seconds
        self.samples = samples_over(seconds, interval)
        self.add: Add = self.samples.add
        # So few samples span half of it by chance at best: there would be a value by turns, or never.
        self._covered_seconds = 0.0 if seconds <= _FEW_INTERVALS * interval else _COVERED_SHARE * seconds

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Take samples, ascending, as far as they are older than those here."""
        self.samples.prepend(samples)

    def average(self) -> float | None:
        """The mean of all samples; None while they cover too little."""
        samples = self.samples
        if samples.count == 0 or samples.newest - samples.oldest < self._covered_seconds:
            return None
        return samples.total / samples.count

    def lowest(self) -> float | None:
        """The least sample; None while they cover too little."""
        return None if self.average() is None else self.samples.lowest()

    def highest(self) -> float | None:
        """The greatest sample; None while they cover too little."""
        return None if self.average() is None else self.samples.highest()

    def reader(self, function: str) -> Read:
        """The method for a function's name."""
        return {"min": self.lowest, "max": self.highest}.get(function, self.average)


class RateWindow:
    """Growth per second between the last two samples; of a counter never negative, None across its reset."""

    def __init__(self, metric: str, interval: float) -> None:
        self.span_seconds = max(_RATE_GAP_SECONDS, _RATE_GAP_INTERVALS * interval)
        self._is_counter = METRICS[metric].kind is Kind.COUNTER
        self._before: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None

    def add(self, time: float, value: float) -> None:
        """Take one sample."""
        # the same sample can come twice, by two rules that share the window
        if self._last is None or time != self._last[0]:
            self._before, self._last = self._last, (time, value)

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Do nothing: after a start two samples come soon enough."""

    def rate(self) -> float | None:
        """Per second; None without two samples near enough to each other."""
        if self._before is None or self._last is None:
            return None
        elapsed = self._last[0] - self._before[0]
        # Below 0 where the clock was set back.
        if not 0 < elapsed <= self.span_seconds:
            return None
        if not self._is_counter:
            return (self._last[1] - self._before[1]) / elapsed
        grown = increase(int(self._before[1]), int(self._last[1]))
        return None if grown is None else grown / elapsed

    def reader(self, _function: str) -> Read:
        """The method for a function's name."""
        return self.rate


class PredictWindow:
    """What a metric will be in `horizon` seconds if it goes on as in the last hours, by least squares.

    It looks back over a quarter of the horizon, at least ten minutes and at most a day; the line is drawn
    anew with each bucket of samples that begins.
    """

    def __init__(self, horizon: float) -> None:
        share = _LOOKBACK_SHARE * horizon
        self.span_seconds = min(max(share, _SHORTEST_LOOKBACK_SECONDS), _LONGEST_LOOKBACK_SECONDS)
        # Interval 0, so always in buckets: the line is fitted anew with each of them, not with each sample.
        self.samples = samples_over(self.span_seconds, 0.0)
        self._horizon = horizon
        self._line: tuple[float, float, float] | None = None

    def add(self, time: float, value: float) -> None:
        """Take one sample."""
        if self.samples.add(time, value) or self._line is None:
            self._line = _fitted(self.samples.rows())

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Take samples, ascending, as far as they are older than those here."""
        self.samples.prepend(samples)
        if self.samples.count:
            self._line = _fitted(self.samples.rows())

    def predicted(self) -> float | None:
        """The line's value a horizon after the last sample; None while samples cover too little."""
        samples = self.samples
        if self._line is None or samples.newest - samples.oldest < _COVERED_SHARE * self.span_seconds:
            return None
        mean_time, mean_value, slope = self._line
        value = mean_value + slope * (samples.newest + self._horizon - mean_time)
        # Great values, carried on over a long horizon, may leave what a double holds.
        return value if math.isfinite(value) else None

    def reader(self, _function: str) -> Read:
        """The method for a function's name."""
        return self.predicted


Window = SpanWindow | RateWindow | PredictWindow


def _fitted(rows: Sequence[tuple[float, float, int]]) -> tuple[float, float, float] | None:
    """(mean time, mean value, slope per second) of (time, value, samples), weighted by the samples."""
    weight = sum(count for _, _, count in rows)
    # Around the means: in squares of unix seconds a double has no digits left for what differs.
    mean_time = sum(time * count for time, _, count in rows) / weight
    mean_value = sum(value * count for _, value, count in rows) / weight
    spread = sum(count * (time - mean_time) ** 2 for time, _, count in rows)
    if spread <= 0:
        return None
    covariance = sum(count * (time - mean_time) * (value - mean_value) for time, value, count in rows)
    return mean_time, mean_value, covariance / spread
