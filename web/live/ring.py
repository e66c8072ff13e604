"""The last events, for clients that come back."""

from collections import deque
from collections.abc import Iterable

from web.live.events import LiveEvent
from web.live.streams import Fields

KEPT_SECONDS = 60.0
MAX_EVENTS = 20_000
MAX_BYTES = 48 * 1024 * 1024

Numbered = tuple[int, LiveEvent]


class EventRing:
    """Events of the last minute, numbered without gaps, within bounds of number and bytes."""

    def __init__(self, *, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: deque[tuple[float, int, LiveEvent]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._events)

    def extend(self, events: Iterable[Numbered], *, now: float) -> None:
        """Add events that happen now (unix seconds), and let go of what is too old or too much."""
        for number, event in events:
            self._events.append((now, number, event))
            self._bytes += event.size
        while self._events and self._is_too_much(now):
            self._bytes -= self._events.popleft()[2].size

    def clear(self) -> None:
        """Let go of everything."""
        self._events.clear()
        self._bytes = 0

    def after(self, number: int, *, newest: int, fields: Fields) -> list[Numbered] | None:
        """The events after that number up to `newest`; None when they are not all there for these fields."""
        if not 0 <= number <= newest:
            return None
        # a number is missing where its event was let go: then the client needs a snapshot
        events = [(each, event) for _, each, event in self._events if each > number]
        if len(events) != newest - number or not all(event.serves(fields) for _, event in events):
            return None
        return events

    def _is_too_much(self, now: float) -> bool:
        return (
            len(self._events) > self._max_events
            or self._bytes > self._max_bytes
            or now - self._events[0][0] > KEPT_SECONDS
        )
