"""Windows of time that come back every week, by the clock on the wall of a time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_DAYS_BEFORE = 2
"""A window that is open now began at most this many days ago: a day long, and clocks shift less than one."""
_DAYS_AHEAD = 9
"""Within so many days every window has come once."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), unix seconds."""

    start: float
    end: float

    def has(self, at: float) -> bool:
        """Whether a moment lies within."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySchedule:
    """A window on some weekdays (Monday is 0), each the weekday of the window's start.

    `end` not after `start` is a time of the next day; the same time makes 24 hours. Where clocks go back, the
    window begins at the first and ends at the second of two equal times; a time that clocks skip is as much
    later as they skip.
    """

    weekdays: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo

    def is_active(self, at: float) -> bool:
        """Whether a window is open at a moment (unix seconds)."""
        return any(span.has(at) for span in self._spans(at, _DAYS_BEFORE, 1))

    def next_change(self, at: float) -> float | None:
        """The first moment after `at` at which the silence begins or ends; None when it never ends."""
        spans = list(self._spans(at, _DAYS_BEFORE, _DAYS_AHEAD))
        end = at
        while (span := next((span for span in spans if span.has(end)), None)) is not None:
            end = span.end
        if end > at:
            horizon = max(span.end for span in spans)
            return None if end == horizon else end
        return min((span.start for span in spans if span.start > at), default=None)

    def span_of(self, day: date) -> Span:
        """The window that begins on a day, whatever its weekday; never empty."""
        start = datetime.combine(day, self.start)
        end = datetime.combine(day, self.end)
        if end <= start:
            end += _DAY
        begins, ends = self._instant(start), self._instant(end, is_end=True)
        if ends <= begins:  # clocks skipped the start, and what came after them was short
            ends = begins + (end - start).total_seconds()
        return Span(begins, ends)

    def _spans(self, at: float, before: int, after: int) -> Iterator[Span]:
        """The windows that begin around a moment, by their start."""
        today = datetime.fromtimestamp(at, self.zone).date()
        for number in range(-before, after + 1):
            day = today + number * _DAY
            if day.weekday() in self.weekdays:
                yield self.span_of(day)

    def _instant(self, local: datetime, *, is_end: bool = False) -> float:
        """When clocks show a time: of two such moments the first, of ends the second."""
        offset = self._offset(local, fold=0)
        if is_end:
            offset = min(offset, self._offset(local, fold=1))
        return (local.replace(tzinfo=UTC) - offset).timestamp()

    def _offset(self, local: datetime, *, fold: int) -> timedelta:
        return self.zone.utcoffset(local.replace(tzinfo=self.zone, fold=fold)) or timedelta()
