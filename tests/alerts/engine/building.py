"""Rules, hosts and results for tests of the engine."""

from collections.abc import Mapping
from typing import Any

from alerts.engine.changes import AlertChange, ChangeKind
from alerts.engine.engine import AlertEngine
from alerts.rules.rule import Rule
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.results import Labels, Number, Outcome, Point, PollResult

TOTAL: Labels = (("cpu", "cpu-total"),)
START = 1_800_000_000.0


def rule(name: str = "r", when: str = "mem.used_percent > 90", **fields: Any) -> Rule:
    """A rule; by default one on memory."""
    return Rule(name=name, when=when, **fields)


def host(name: str = "web-1", **fields: Any) -> HostSpec:
    """A host."""
    return HostSpec(**({"name": name, "address": "10.0.0.1"} | fields))


def point(measurement: str, labels: Labels = (), **fields: Number) -> Point:
    """A point."""
    return Point(measurement, labels, dict(fields))


def good(time: float, *points: Point, host: str = "web-1") -> PollResult:
    """A poll that went well."""
    return PollResult(host=host, time=time, outcome=Outcome.OK, duration=0.01, points=points)


def failed(
    time: float, outcome: Outcome = Outcome.TIMEOUT, *, host: str = "web-1", jump: str | None = None
) -> PollResult:
    """A poll that went wrong."""
    points = (point("poll", up=0, missed=0),)
    return PollResult(
        host=host, time=time, outcome=outcome, duration=1.0, points=points, detail="why", jump=jump
    )


def memory(time: float, percent: float, *, host: str = "web-1") -> PollResult:
    """A poll that says how full memory is."""
    return good(time, point("mem", used_percent=percent), host=host)


class Bench:
    """An engine, and what it said."""

    def __init__(self, *rules: Rule, hosts: Mapping[str, HostSpec] | None = None, now: float = START) -> None:
        self.changes: list[AlertChange] = []
        self.current = CurrentState()
        self.engine = AlertEngine(self.changes.append, current=self.current)
        self.engine.apply_rules(rules, now)
        self.engine.apply_hosts({"web-1": host()} if hosts is None else hosts, now)

    def feed(self, *results: PollResult) -> "Bench":
        """Give it results."""
        for result in results:
            self.current.accept(result)
            self.engine.accept(result)
        return self

    def said(self) -> list[tuple[ChangeKind, str]]:
        """What it has said since it was last asked: kind and host."""
        found = [(change.kind, change.key.host) for change in self.changes]
        self.changes.clear()
        return found

    def kinds(self) -> list[ChangeKind]:
        """What it has said since it was last asked."""
        return [kind for kind, _ in self.said()]
