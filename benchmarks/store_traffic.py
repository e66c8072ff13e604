"""What a simulated fleet sends the store: a second's answers at a time, hosts spread over the interval."""

import random
import struct
from collections.abc import Iterator, Sequence
from typing import Protocol

from benchmarks.store_answers import SLOW_EVERY, Host
from metrics.results import Outcome, Point, PollResult

START = 1_699_920_000.0
"""Unix seconds; a whole day."""

INTERVAL = 5.0
_RECORDED_HOSTS = 8
_RECORDED_POLLS = 1800
"""More than a large block holds: within a block nothing repeats."""


class Polled(Protocol):
    """A host that answers."""

    @property
    def name(self) -> str:
        """The host's name."""

    def poll(self, time: float) -> PollResult:
        """The next answer."""


class Recorded:
    """An answer kept as bytes: its values become new objects each time, as a decoder's are."""

    def __init__(self, answer: PollResult) -> None:
        self.top = answer.top
        self.tags = answer.tags
        self._shapes = [(point.measurement, point.labels, tuple(point.fields)) for point in answer.points]
        values = [value for point in answer.points for value in point.fields.values()]
        self._codec = struct.Struct("".join("d" if isinstance(value, float) else "q" for value in values))
        self._values = self._codec.pack(*values)

    def points(self) -> tuple[Point, ...]:
        """The answer's points."""
        values = iter(self._codec.unpack(self._values))
        return tuple(
            Point(measurement, labels, dict(zip(fields, values, strict=False)))
            for measurement, labels, fields in self._shapes
        )


class Replayed:
    """A host that gives the answers of another one over again, from a place of its own: cheap to make."""

    def __init__(self, name: str, recorded: Sequence[Recorded]) -> None:
        self.name = name
        self._recorded = recorded
        self._at = random.Random(name).randrange(len(recorded)) // SLOW_EVERY * SLOW_EVERY

    def poll(self, time: float) -> PollResult:
        """The next answer, at `time`."""
        answer = self._recorded[self._at % len(self._recorded)]
        self._at += 1
        return PollResult(
            host=self.name, time=round(time, 3), outcome=Outcome.OK, duration=0.004,
            points=answer.points(), top=answer.top, tags=answer.tags,
        )  # fmt: skip


def fresh_hosts(count: int) -> list[Host]:
    """Hosts of which every answer is made anew, for measuring sizes."""
    return [Host(f"host-{number:04}", seed=number) for number in range(count)]


def replayed_hosts(count: int) -> list[Replayed]:
    """Hosts of which every answer was made before, for measuring time."""
    recorded = [
        [Recorded(host.poll(START + at * INTERVAL)) for at in range(_RECORDED_POLLS)]
        for host in fresh_hosts(_RECORDED_HOSTS)
    ]
    return [Replayed(f"host-{at:04}", recorded[at % _RECORDED_HOSTS]) for at in range(count)]


def by_second(
    hosts: Sequence[Polled], hours: float, *, start: float = START
) -> Iterator[tuple[float, list[PollResult]]]:
    """(the second's end in unix seconds, its answers), one after the other."""
    offsets = {host.name: random.Random(host.name).uniform(0, INTERVAL) for host in hosts}
    seconds = range(int(INTERVAL))
    groups = [[host for host in hosts if int(offsets[host.name]) == second] for second in seconds]
    for poll in range(int(hours * 3600 / INTERVAL)):
        base = start + poll * INTERVAL
        for second, group in zip(seconds, groups, strict=True):
            yield base + second + 1.0, [host.poll(base + offsets[host.name]) for host in group]
