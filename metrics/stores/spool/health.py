"""Whether the metric store takes results, as its writers have last seen it."""

import logging

from foundation.outage import Outage

_log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0
"""The longest pause between two attempts: what a store that is back waits at most."""


class StoreHealth:
    """`pause_seconds`: how long to leave the store alone before the next attempt; it doubles."""

    def __init__(self) -> None:
        self._outage = Outage(
            _log,
            begins="the metric store is unavailable, results wait",
            ends="the metric store takes results again",
        )
        self._refusals = 0
        self.pause_seconds = 0.0

    @property
    def is_failing(self) -> bool:
        """From the first failure to the next success."""
        return self._outage.is_on

    @property
    def errors(self) -> int:
        """Attempts that failed or were refused."""
        return self._outage.failures + self._refusals

    def note_refusal(self) -> None:
        """Count an attempt that was refused permanently, by a store that works."""
        self._refusals += 1

    def failed(self, error: Exception) -> None:
        """An attempt has failed."""
        self._outage.failed(error)
        self.pause_seconds = min(MAX_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, 2 * self.pause_seconds))

    def worked(self, *, is_slow: bool = False) -> None:
        """An attempt has succeeded; one that was slow is no recovery, but nor a reason to pause."""
        self.pause_seconds = 0.0
        if not is_slow:
            self._outage.worked()
