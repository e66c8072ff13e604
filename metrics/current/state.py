"""What is last known of every host, in memory: filled from the store at the start, then by every result."""

from collections.abc import Iterable, Mapping
from typing import Any

from metrics.results import Outcome, Point, PollResult, TopProcesses
from metrics.store import Latest


class LastKnown:
    """What is known of one host; `points` by measurement, each as of its own last time.

    To be read, not changed: what a new result brings takes the place of an object, no object is altered.
    """

    __slots__ = ("errors", "facts", "failures", "last", "ok_time", "points", "top")

    def __init__(self, last: PollResult) -> None:
        self.last = last
        self.ok_time: float | None = None
        self.points: dict[str, list[Point]] = {}
        self.errors: Mapping[str, str] = {}
        self.top: TopProcesses | None = None
        self.facts: Mapping[str, Any] | None = None
        self.failures = 0


class CurrentState:
    """A sink that keeps the newest of everything; used in the event loop's thread alone.

    A result's points of a measurement take the place of all earlier points of that measurement; its top
    processes and facts those before it, where it has them. Errors are those of the last good poll.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, LastKnown] = {}

    def accept(self, result: PollResult) -> None:
        """Take one result; results of a host come in the order of their polls."""
        last_known = self._hosts.get(result.host)
        if last_known is None:
            last_known = self._hosts[result.host] = LastKnown(result)
        last_known.last = result
        if result.outcome is Outcome.OK:
            last_known.ok_time = result.time
            last_known.errors = result.errors
            last_known.failures = 0
        else:
            last_known.failures += 1
        if result.points:
            last_known.points.update(_by_measurement(result.points))
        if result.top is not None:
            last_known.top = result.top
        if result.facts is not None:
            last_known.facts = result.facts

    def forget(self, host: str) -> None:
        """Drop a host that is no longer polled."""
        self._hosts.pop(host, None)

    def load(self, latest: Iterable[Latest]) -> None:
        """Take over what a store knows; a host that gave a result meanwhile keeps its newer state."""
        for host_latest in latest:
            if host_latest.host not in self._hosts:
                self._hosts[host_latest.host] = _from_latest(host_latest)

    def get(self, host: str) -> Latest | None:
        """What is known of a host, None if it never gave a result."""
        last_known = self._hosts.get(host)
        return None if last_known is None else _to_latest(last_known)

    def last_known(self, host: str) -> LastKnown | None:
        """The same as `get` without a copy."""
        return self._hosts.get(host)

    def all(self) -> list[Latest]:
        """What is known of every host, by name."""
        return [_to_latest(self._hosts[host]) for host in sorted(self._hosts)]

    def consecutive_failures(self, host: str) -> int:
        """How many polls of a host failed since its last good one, as far as this state has seen."""
        last_known = self._hosts.get(host)
        return 0 if last_known is None else last_known.failures


def _by_measurement(points: Iterable[Point]) -> dict[str, list[Point]]:
    groups: dict[str, list[Point]] = {}
    for point in points:
        group = groups.get(point.measurement)
        if group is None:
            groups[point.measurement] = [point]
        else:
            group.append(point)
    return groups


def _from_latest(latest: Latest) -> LastKnown:
    last = PollResult(
        host=latest.host,
        time=latest.time,
        outcome=latest.outcome,
        duration=0.0,
        detail=latest.detail,
        tags=latest.tags,
    )
    last_known = LastKnown(last)
    last_known.ok_time = latest.ok_time
    last_known.points = _by_measurement(latest.points)
    last_known.errors = latest.errors
    last_known.top = latest.top
    last_known.facts = latest.facts
    # A store does not count failures: it was at least one.
    last_known.failures = 0 if latest.outcome is Outcome.OK else 1
    return last_known


def _to_latest(last_known: LastKnown) -> Latest:
    last = last_known.last
    return Latest(
        host=last.host,
        time=last.time,
        ok_time=last_known.ok_time,
        outcome=last.outcome,
        detail=last.detail,
        tags=dict(last.tags),
        points=tuple(point for points in last_known.points.values() for point in points),
        errors=dict(last_known.errors),
        top=last_known.top,
        facts=None if last_known.facts is None else dict(last_known.facts),
    )
