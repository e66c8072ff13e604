"""Browser sessions that were logged out of."""

import time
from collections.abc import Callable

_LIMIT = 10_000


class RevokedSessions:
    """Remembers them for `seconds`, the life of a token: none is made anew for a session that has ended.

    It is this process' memory: another one on the same database learns nothing of it.
    """

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._ended_at: dict[str, float] = {}

    def add(self, session: str) -> None:
        """The session has ended."""
        now = self._clock()
        self._ended_at.pop(session, None)
        while self._ended_at:
            oldest = next(iter(self._ended_at))
            if len(self._ended_at) < _LIMIT and now - self._ended_at[oldest] <= self._seconds:
                break
            del self._ended_at[oldest]
        self._ended_at[session] = now

    def __contains__(self, session: str) -> bool:
        return session in self._ended_at
