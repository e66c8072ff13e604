"""A histogram for one thread that writes and another that reads."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class DurationHistogram:
    """Counts durations in seconds; costs a fraction of a microsecond each."""

    __slots__ = ("_bounds", "_counts", "total_seconds")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self.total_seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count a duration."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total_seconds += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """(upper bound as text, how many were at most that), ascending; the last is all."""
        # copied first: another thread may count while this one adds up
        counts = accumulate(list(self._counts))
        bounds = [*(str(bound) for bound in self._bounds), "+Inf"]
        return [(bound, float(count)) for bound, count in zip(bounds, counts, strict=True)]
