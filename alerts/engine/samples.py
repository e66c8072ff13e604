"""Samples of one series over a span of time, their sum kept up to date; gathered where they are many."""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from math import inf
from typing import Protocol

MOST_SAMPLES = 300
"""A span that holds more samples than this is kept as buckets."""

_BUCKETS = 120
_GONE_AT_MOST = 32


class SampleWindow(Protocol):
    """Samples of the last `seconds`, the newest always among them, taken in the order of their times.

    One that is not newer than the newest is left out, unless the clock was set back by more than the span.
    """

    count: int
    total: float
    newest: float
    oldest: float

    def add(self, time: float, value: float) -> bool:
        """Take one at a time (unix seconds); whether a new bucket began."""

    def lowest(self) -> float:
        """The least value; there must be one."""

    def highest(self) -> float:
        """The greatest value; there must be one."""

    def rows(self) -> list[tuple[float, float, int]]:
        """(time, mean value, samples) of every bucket, ascending."""

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Take samples, ascending, as far as they are older than those here."""


def samples_over(seconds: float, interval: float) -> SampleWindow:
    """What to keep the samples of a span in that come about every `interval` seconds (0: often)."""
    is_short = interval > 0 and seconds / interval <= MOST_SAMPLES
    return EverySample(seconds) if is_short else GatheredSamples(seconds)


class EverySample:
    """Keeps each sample by itself: 16 bytes, and at most as much again for old ones not deleted yet."""

    __slots__ = ("_first", "_seconds", "_times", "_values", "count", "newest", "oldest", "total")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._forget()

    def _forget(self) -> None:
        self._times = array("d")
        self._values = array("d")
        self._first = 0  # index of the first that counts
        self.count = 0
        self.total = 0.0
        self.newest = self.oldest = 0.0

    def add(self, time: float, value: float) -> bool:
        """Take one."""
        if self.count and time <= self.newest:
            if self.newest - time <= self._seconds:
                return False
            self._forget()
        times = self._times
        times.append(time)
        self._values.append(value)
        self.total += value
        self.count += 1
        self.newest = time
        first, limit = self._first, time - self._seconds
        while times[first] <= limit:
            self.total -= self._values[first]
            self.count -= 1
            first += 1
        self.oldest = times[first]
        self._first = first
        # Deleting at the front of an array moves all that is behind: done only when half of it is old.
        if first > _GONE_AT_MOST and first > self.count:
            self._tidy()
        return True

    def lowest(self) -> float:
        """The least value."""
        return min(self._values[self._first :])

    def highest(self) -> float:
        """The greatest value."""
        return max(self._values[self._first :])

    def rows(self) -> list[tuple[float, float, int]]:
        """One for each sample."""
        return [(time, value, 1) for time, value in self._samples()]

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Take older ones."""
        samples_here = self._samples()
        self._forget()
        for time, value in [*_older(samples, samples_here[0][0] if samples_here else inf), *samples_here]:
            self.add(time, value)

    def _samples(self) -> list[tuple[float, float]]:
        return list(zip(self._times[self._first :], self._values[self._first :], strict=True))

    def _tidy(self) -> None:
        """Delete those that no longer count, and sum up anew, so that rounding errors do not accumulate."""
        del self._times[: self._first]
        del self._values[: self._first]
        self._first = 0
        self.total = sum(self._values)


class _Bucket:
    __slots__ = ("count", "first", "highest", "last", "lowest", "time_total", "total")

    def __init__(self, time: float, value: float) -> None:
        self.first = self.last = time
        self.count = 1
        self.total = self.lowest = self.highest = value
        self.time_total = 0.0

    def add(self, time: float, value: float) -> None:
        self.last = time
        self.count += 1
        self.total += value
        self.time_total += time - self.first
        self.lowest = min(self.lowest, value)
        self.highest = max(self.highest, value)


class GatheredSamples:
    """Keeps at most about `_BUCKETS` buckets; a bucket goes when its last sample is too old."""

    __slots__ = ("_buckets", "_seconds", "_width", "count", "newest", "oldest", "total")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._width = seconds / _BUCKETS
        self._buckets: deque[_Bucket] = deque()
        self.count = 0
        self.total = 0.0
        self.newest = self.oldest = 0.0

    def __len__(self) -> int:
        return len(self._buckets)

    def add(self, time: float, value: float) -> bool:
        """Take one."""
        buckets = self._buckets
        if buckets and time <= self.newest:
            if self.newest - time <= self._seconds:
                return False
            buckets.clear()
        is_new = not buckets or time - buckets[-1].first >= self._width
        if is_new:
            buckets.append(_Bucket(time, value))
        else:
            buckets[-1].add(time, value)
        self.newest = time
        limit = time - self._seconds
        while buckets[0].last <= limit:
            buckets.popleft()
        self.oldest = buckets[0].first
        self._sum(value, is_new=is_new)
        return is_new

    def lowest(self) -> float:
        """The least value."""
        return min(bucket.lowest for bucket in self._buckets)

    def highest(self) -> float:
        """The greatest value."""
        return max(bucket.highest for bucket in self._buckets)

    def rows(self) -> list[tuple[float, float, int]]:
        """The mean time and value of each bucket."""
        return [(b.first + b.time_total / b.count, b.total / b.count, b.count) for b in self._buckets]

    def prepend(self, samples: Iterable[tuple[float, float]]) -> None:
        """Take older ones."""
        buckets, newest = list(self._buckets), self.newest
        self._buckets.clear()
        for time, value in _older(samples, buckets[0].first if buckets else inf):
            self.add(time, value)
        if buckets:
            self._buckets.extend(buckets)
            self.newest, self.oldest = newest, self._buckets[0].first
        self._sum(0.0, is_new=True)

    def _sum(self, value: float, *, is_new: bool) -> None:
        """Sum up anew with each new bucket: none has to be subtracted, and no rounding error accumulates."""
        if not is_new:
            self.count += 1
            self.total += value
            return
        self.count = sum(bucket.count for bucket in self._buckets)
        self.total = sum(bucket.total for bucket in self._buckets)


def _older(samples: Iterable[tuple[float, float]], first: float) -> Iterator[tuple[float, float]]:
    return ((time, value) for time, value in samples if time < first)
