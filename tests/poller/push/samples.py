"""Samples of a host that pushes, and an intake whose store is in memory."""

import json
from collections.abc import Sequence
from typing import Any

from inventory.host import Connection, HostSpec
from metrics.current.state import CurrentState
from metrics.push_outcome import PushOutcome
from metrics.results import Point, PollResult
from poller.push.intake import PushIntake

START = 1_700_000_000.0
HOST = HostSpec(name="kiosk", address="kiosk", connection=Connection.PUSH, tags={"env": "test"})


class Clock:
    """Stands until it is set; seconds."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def sample(at: float, **more: Any) -> bytes:
    """A sample taken `at` seconds after the start: an interface that sends 100 bytes a second."""
    fields = {
        "id": 1,
        "time": START + at,
        "monotonic": 1000.0 + at,
        "boot": "b",
        "net": {"names": ["bytes_sent"], "rows": {"eth0": [int(at * 100)]}},
    }
    return json.dumps({**fields, **more}).encode()


class Taking:
    """An intake, what it emitted, and how often it waited for the store."""

    def __init__(self, current: CurrentState | None = None) -> None:
        self.current = current or CurrentState()
        self.clock = Clock()
        self.emitted: list[PollResult] = []
        self.waits = 0
        self.failure: Exception | None = None
        self.intake = PushIntake(self.emit, self.current, self.written, clock=self.clock, store_seconds=0.05)

    def emit(self, result: PollResult) -> None:
        self.emitted.append(result)
        self.current.accept(result)

    async def written(self) -> None:
        self.waits += 1
        if self.failure is not None:
            raise self.failure

    async def take(self, *answers: bytes, now: float = 0.0, **more: Any) -> Sequence[PushOutcome]:
        """Take samples `now` seconds after the start."""
        host = more.pop("host", HOST)
        return await self.intake.take(host, answers, hello=more.pop("hello", None), now=START + now, **more)

    @property
    def times(self) -> list[float]:
        """When the emitted samples were taken, in seconds after the start."""
        return [round(result.time - START, 3) for result in self.emitted]


def reasons(taken: Sequence[PushOutcome]) -> list[str | None]:
    return [None if one.reason is None else str(one.reason) for one in taken]


def point(result: PollResult, measurement: str) -> Point:
    (found,) = (point for point in result.points if point.measurement == measurement)
    return found
