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
        known = self._hosts.get(result.host)
        if known is None:
            known = self._hosts[result.host] = LastKnown(result)
        known.last = result
        if result.outcome is Outcome.OK:
            known.ok_time = result.time
            known.errors = result.errors
            known.failures = 0
        else:
            known.failures += 1
        if result.points:
            known.points.update(_by_measurement(result.points))
        if result.top is not None:
            known.top = result.top
        if result.facts is not None:
            known.facts = result.facts

    def forget(self, host: str) -> None:
        """Drop a host that is no longer polled."""
        self._hosts.pop(host, None)

    def load(self, latest: Iterable[Latest]) -> None:
        """Take over what a store knows; a host that gave a result meanwhile keeps its newer state."""
        for found in latest:
            if found.host not in self._hosts:
                self._hosts[found.host] = _from_latest(found)

    def get(self, host: str) -> Latest | None:
        """What is known of a host, None if it never gave a result."""
        known = self._hosts.get(host)
        return None if known is None else _to_latest(known)

    def known(self, host: str) -> LastKnown | None:
        """The same as `get` without a copy."""
        return self._hosts.get(host)

    def all(self) -> list[Latest]:
        """What is known of every host, by name."""
        return [_to_latest(self._hosts[host]) for host in sorted(self._hosts)]

    def consecutive_failures(self, host: str) -> int:
        """How many polls of a host failed since its last good one, as far as this state has seen."""
        known = self._hosts.get(host)
        return 0 if known is None else known.failures


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
    known = LastKnown(last)
    known.ok_time = latest.ok_time
    known.points = _by_measurement(latest.points)
    known.errors = latest.errors
    known.top = latest.top
    known.facts = latest.facts
    known.failures = 0 if latest.outcome is Outcome.OK else 1
    return known


def _to_latest(known: LastKnown) -> Latest:
    last = known.last
    return Latest(
        host=last.host,
        time=last.time,
        ok_time=known.ok_time,
        outcome=last.outcome,
        detail=last.detail,
        tags=dict(last.tags),
        points=tuple(point for points in known.points.values() for point in points),
        errors=dict(known.errors),
        top=known.top,
        facts=None if known.facts is None else dict(known.facts),
    )
