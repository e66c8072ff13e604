"""How long to wait after a channel failed, and when the rows that wait for it may be sent.

The attempts are counted in the rows, so that neither a restart nor another process forgets them.
"""

from collections.abc import Callable
from datetime import datetime

from alerts.tables import NotificationRow

BASE_SECONDS = 5.0
CEILING_SECONDS = 15 * 60.0
FRESH_SECONDS = 60.0
"""So long a new row waits at most behind the back-off of older ones."""

RETRY_AFTER_CEILING_SECONDS = 3600.0
"""A service that asks to be left alone for longer is asked once an hour."""

Jitter = Callable[[float, float], float]
"""A random number between two, as `random.uniform`."""


def delay_seconds(attempts: int, jitter: Jitter) -> float:
    """How long to wait after that many attempts (from 1): 5 s doubling to 15 min, give or take a half."""
    ceiling = min(CEILING_SECONDS, BASE_SECONDS * 2 ** min(max(attempts, 1) - 1, 30))
    return jitter(ceiling / 2, ceiling * 1.5)


def seconds_until_due(
    head: NotificationRow, *, now: float, group_wait_seconds: float, lease_seconds: float
) -> float:
    """Seconds until the oldest row of a channel, and with it all others, may be sent; 0 for now.

    A time that lies further ahead than any can was written by a clock that has been set back since, and does
    not count.
    """
    waits = (
        _ahead(head.created_at, now - group_wait_seconds, most=group_wait_seconds),
        _ahead(head.due_at, now, most=RETRY_AFTER_CEILING_SECONDS),
        _ahead(head.claimed_until, now, most=lease_seconds),
    )
    return max(waits)


def _ahead(time: datetime | None, now: float, *, most: float) -> float:
    seconds = 0.0 if time is None else time.timestamp() - now
    return seconds if 0 < seconds <= most else 0.0
