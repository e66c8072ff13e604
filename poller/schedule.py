"""When a host is asked, and for what."""

import hashlib
import math
from collections.abc import Mapping

_FIRST_POLL_WITHIN_SECONDS = 5.0
_FIRST_POLLS_PER_SECOND = 20
_CLOCK_SLACK_SECONDS = 0.5


def offset_fraction(name: str) -> float:
    """Where in its interval a host is polled: in [0, 1), from the name alone, the same on every machine."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def first_due(now: float, interval: float, fraction: float, *, hosts: int) -> float:
    """The unix time of a host's first poll, when so many hosts start together.

    Spread like the later ones, but within 5 s at most, and at once where there is little to spread.
    """
    return now + fraction * min(interval, _FIRST_POLL_WITHIN_SECONDS, hosts / _FIRST_POLLS_PER_SECOND)


def next_due(now: float, interval: float, fraction: float) -> float:
    """The first unix time after `now` at which a host is due: a whole number of intervals and its offset."""
    offset = fraction * interval
    due_time = (math.floor((now - offset) / interval) + 1) * interval + offset
    return due_time if due_time > now else due_time + interval


def due_after(
    due_time: float, *, now: float, took: float, interval: float, fraction: float
) -> tuple[float, int]:
    """When a host polled at `due_time` is polled next, and how many polls are skipped as that one took long.

    `now` is the unix time at the poll's end, `took` its seconds on a monotonic clock. A clock that was set
    back would leave the host alone until it has caught up, and one set forward would count as polls missed:
    both begin anew from `now`.
    """
    # From the due time, not from now: a poll that ends early or late does not move the host's place.
    following = next_due(due_time, interval, fraction)
    if now < following <= now + interval + _CLOCK_SLACK_SECONDS:
        return following, 0
    following_now = next_due(now, interval, fraction)
    skipped = round((following_now - following) / interval)
    return following_now, max(0, min(skipped, math.ceil(took / interval)))


class CollectorPlan:
    """Which collectors to ask for now. Times are seconds on any clock that only goes forward."""

    def __init__(self, collectors: Mapping[str, float | None], interval: float) -> None:
        self._every = tuple(name for name, gap in collectors.items() if gap is not None and gap <= interval)
        self._slow = {name: gap for name, gap in collectors.items() if gap is not None and gap > interval}
        self._slack = interval / 2
        self._due_at = dict.fromkeys(self._slow, -math.inf)
        self._soonest = -math.inf if self._slow else math.inf

    def collectors_due(self, now: float) -> tuple[str, ...]:
        """The collectors to ask for at `now`: those of every poll, and the slow ones whose time has come."""
        # Most polls end here: slow collectors run once in a dozen polls or less.
        if now + self._slack < self._soonest:
            return self._every
        return self._every + tuple(
            name for name, due_time in self._due_at.items() if now + self._slack >= due_time
        )

    def ran(self, collectors: tuple[str, ...], now: float) -> None:
        """Note that an answer with these collectors came for the request made at `now`."""
        if len(collectors) == len(self._every):
            return
        for name in collectors[len(self._every) :]:
            self._due_at[name] = now + self._slow[name]
        self._soonest = min(self._due_at.values())
