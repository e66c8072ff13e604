"""Whether a host is fine, judged from what is last known of it."""

from enum import StrEnum
from typing import Protocol

import msgspec

from metrics.results import Outcome

DOWN_AFTER_LATE = 3
"""So many late polls one after another make a host down."""

_GRACE_SECONDS = 1.0


class HostState(StrEnum):
    """What people are shown of a host."""

    OK = "ok"
    LATE = "late"
    DOWN = "down"
    PAUSED = "paused"
    PENDING = "pending"


class HostStateView(msgspec.Struct, frozen=True):
    """A host's state; `reason` is None where it is fine, paused or pending.

    `age_seconds`: since the last poll, failed or not; None if the host was never polled.
    """

    state: HostState
    reason: Outcome | None
    age_seconds: float | None


class LastPoll(Protocol):
    """When a host was last polled (unix seconds), and how that ended."""

    @property
    def time(self) -> float:
        """Unix seconds."""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""


def host_state(
    latest: LastPoll | None,
    *,
    now: float,
    interval: float,
    timeout: float,
    paused: bool,
    consecutive_failures: int = 0,
    ok_time: float | None = None,
) -> HostStateView:
    """The state of a host at `now` (unix seconds), of which `latest` is the last known.

    `ok_time`: unix seconds of its last good poll, None where that is not known.

    1. Paused, whatever else is known; pending if it was never polled.
    2. Down if its last poll failed other than by being late, or if three in a row were late; whoever has not
       counted them (another process, or this one after a restart) goes by how long no poll was good.
    3. Late if its last poll was late, or is longer ago than two intervals, the timeout and a second.
    4. Else ok.
    """
    age = None if latest is None else max(0.0, round(now - latest.time, 3))
    if paused:
        return HostStateView(HostState.PAUSED, None, age)
    if latest is None or age is None:
        return HostStateView(HostState.PENDING, None, None)
    if latest.outcome is Outcome.LATE:
        longest = (1 + DOWN_AFTER_LATE) * interval + timeout + _GRACE_SECONDS
        is_long_ago = ok_time is not None and latest.time - ok_time > longest
        is_down = consecutive_failures >= DOWN_AFTER_LATE or is_long_ago
        return HostStateView(HostState.DOWN if is_down else HostState.LATE, Outcome.LATE, age)
    if latest.outcome is not Outcome.OK:
        return HostStateView(HostState.DOWN, latest.outcome, age)
    if age > 2 * interval + timeout + _GRACE_SECONDS:
        return HostStateView(HostState.LATE, Outcome.LATE, age)
    return HostStateView(HostState.OK, None, age)
