"""Whether the metric store takes results, as its writers have last seen it."""

import logging

_log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0
"""The longest pause between two attempts: what a store that is back waits at most."""


class StoreHealth:
    """`is_failing` from the first failure to the next success; each transition is logged once.

    `pause_seconds`: how long to leave the store alone before the next attempt; it doubles.
    """

    def __init__(self) -> None:
        self.is_failing = False
        self.pause_seconds = 0.0
        self.errors = 0

    def failed(self, error: Exception) -> None:
        """An attempt has failed."""
        self.errors += 1
        if not self.is_failing:
            _log.error("the metric store is unavailable, results wait: %s", error)
        self.is_failing = True
        self.pause_seconds = min(MAX_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, 2 * self.pause_seconds))

    def worked(self, *, is_slow: bool = False) -> None:
        """An attempt has succeeded; one that was slow is no recovery, but nor a reason to pause."""
        self.pause_seconds = 0.0
        if self.is_failing and not is_slow:
            self.is_failing = False
            _log.warning("the metric store takes results again")
