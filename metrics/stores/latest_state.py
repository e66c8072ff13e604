"""What is last known of a host, made of its answers one by one, in the form in which stores keep it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from metrics.results import Outcome, Point, PollResult, TopProcesses
from metrics.store import Latest


class Extra(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a result has beside points and tags; most have none of it."""

    outcome: Outcome = Outcome.OK
    detail: str = ""
    errors: dict[str, str] = {}
    top: TopProcesses | None = None
    facts: dict[str, Any] | None = None


def extra_of(result: PollResult) -> Extra | None:
    """What there is to keep of a result beside numbers and tags, or None."""
    plain = result.outcome is Outcome.OK and not result.detail and not result.errors
    if plain and result.top is None and result.facts is None:
        return None
    facts = None if result.facts is None else dict(result.facts)
    return Extra(result.outcome, result.detail, dict(result.errors), result.top, facts)


class LatestHostState(msgspec.Struct, omit_defaults=True):
    """What is last known of a host; times in ms, each part with its own."""

    time: int = -1
    outcome: Outcome = Outcome.OK
    detail: str = ""
    ok_time: int = -1
    errors: dict[str, str] = {}
    top_time: int = -1
    top: TopProcesses | None = None
    facts_time: int = -1
    facts: dict[str, object] | None = None
    measurements: dict[str, tuple[int, tuple[Point, ...]]] = {}

    def take(self, time: int, extra: Extra, points: Sequence[Point]) -> None:
        """Bring one answer into the state; what is newer already stays."""
        if time > self.time:
            self.time, self.outcome, self.detail = time, extra.outcome, extra.detail
        if extra.outcome is Outcome.OK and time > self.ok_time:
            self.ok_time, self.errors = time, extra.errors
        if extra.top is not None and time > self.top_time:
            self.top_time, self.top = time, extra.top
        if extra.facts is not None and time > self.facts_time:
            self.facts_time, self.facts = time, extra.facts
        self._take_points(time, points)

    def _take_points(self, time: int, points: Sequence[Point]) -> None:
        new: dict[str, list[Point]] = {}
        for point in points:
            if point.fields:
                new.setdefault(point.measurement, []).append(point)
        for measurement, group in new.items():
            earlier = self.measurements.get(measurement)
            if earlier is None or time > earlier[0]:
                self.measurements[measurement] = (time, tuple(group))

    def latest(self, host: str, tags: dict[str, str]) -> Latest:
        """The state as a store gives it."""
        return Latest(
            host=host,
            time=self.time / 1000,
            ok_time=self.ok_time / 1000 if self.ok_time >= 0 else None,
            outcome=self.outcome,
            detail=self.detail,
            tags=tags,
            points=tuple(point for _, points in self.measurements.values() for point in points),
            errors=self.errors,
            top=self.top,
            facts=self.facts,
        )
