"""Turning a host's answers into points: the state that one host needs from poll to poll."""

from collections.abc import Mapping
from typing import Any

import msgspec

from metrics.results import Number, Point, TopProcesses
from metrics.sampling.answer import Answer
from metrics.sampling.clock import Clock
from metrics.sampling.counters import CounterPoints, CpuPoints, DiskioColumns, NetColumns
from metrics.sampling.disks import DiskPoints
from metrics.sampling.gauges import (
    gauge_points,
    mem_points,
    pressure_points,
    swap_points,
    system_points,
    temp_points,
)
from metrics.sampling.labels import MAX_LABEL_SETS_A_DAY, Labeller
from metrics.sampling.processes import top_processes
from metrics.sampling.rounding import CLOCK_OFFSET_DECIMALS, DURATION_DECIMALS, PROBE_CPU_DECIMALS
from metrics.sampling.totals import is_disk_name, is_external_name

USERS_MAX_AGE_SECONDS = 90.0
"""Three runs of the `users` collector at its default interval."""

_MAX_BOOT = 200  # characters remembered of what names a boot; the probe sends 36

_DAY_SECONDS = 86400.0
_TOO_MANY = f"more than {MAX_LABEL_SETS_A_DAY:,} different label sets today"


class PollFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the poller knows of a poll that the host's answer does not say.

    `duration_seconds`: from asking to the decoded answer. `connect_seconds`: what the present connection
    took to log in, None where there was nothing to log in to. `missed`: polls skipped so far.
    `monotonic_seconds`: the poller's monotonic clock when it asked; without it the difference of two
    polls' `time` is taken, which a step of the poller's wall clock makes wrong.
    """

    duration_seconds: float
    connect_seconds: float | None = None
    missed: int = 0
    monotonic_seconds: float | None = None


class Sample(msgspec.Struct, frozen=True):
    """One answer's points, its errors by collector, and its top processes where it had them.

    `excess`: what was left out since the host brought too much today, "" for nothing.
    """

    points: tuple[Point, ...]
    errors: dict[str, str]
    top: TopProcesses | None
    excess: str = ""


def failed_points(*, missed: int) -> tuple[Point, ...]:
    """The points of a failed poll."""
    return (Point("poll", (), {"up": 0, "missed": missed}),)


class HostSampler:
    """Makes points of one host's answers; outlives its connections.

    `max_gap_seconds`: after a longer silence counters give no rates. `users_max_age_seconds`: for how long
    the number of users, which is asked for less often, stands in the points of system.
    """

    def __init__(
        self, *, max_gap_seconds: float, users_max_age_seconds: float = USERS_MAX_AGE_SECONDS
    ) -> None:
        self._max_gap_seconds = max_gap_seconds
        self._users_max_age_seconds = users_max_age_seconds
        self._boot: str | None = None
        self._cpu = CpuPoints()
        self._net = CounterPoints("net", NetColumns, is_external_name)
        self._diskio = CounterPoints("diskio", DiskioColumns, is_disk_name)
        self._disk = DiskPoints()
        self._temp: Labeller[str] = Labeller("temp")
        self._users: tuple[int, float] | None = None
        self._day = 0.0
        self._labellers: Mapping[str, Labeller[Any]] = {
            "cpu": self._cpu.labeller,
            "net": self._net.labeller,
            "diskio": self._diskio.labeller,
            "disk": self._disk.labeller,
            "temp": self._temp,
        }

    def sample(self, answer: Answer, *, time: float, poll: PollFacts) -> Sample:
        """The points of an answer to a question asked at `time` (unix seconds, the poller's clock).

        Measurements, label sets and fields are in the same order from poll to poll. A collector that the
        answer has not gives no points; its counters are compared with the next that has it.
        """
        # Counters began anew: also one that is larger than before the restart must not give a rate.
        boot = answer.boot[:_MAX_BOOT]
        if boot != self._boot:
            self._start_anew(boot)
        if time // _DAY_SECONDS != self._day:
            self._begin_day(time // _DAY_SECONDS)
        poll_seconds = time if poll.monotonic_seconds is None else poll.monotonic_seconds
        clock = Clock(answer.monotonic, poll_seconds)
        points = [
            *self._counter_points(answer, clock),
            *self._single_points(answer, poll_seconds),
            *self._labelled_points(answer),
            _poll_point(answer, time, poll),
        ]
        top = top_processes(answer.top) if answer.top is not None else None
        return Sample(tuple(points), self._errors(answer), top, self._excess())

    def _start_anew(self, boot: str) -> None:
        self._boot = boot
        self._users = None
        self._cpu.forget()
        self._net.forget()
        self._diskio.forget()

    def _counter_points(self, answer: Answer, clock: Clock) -> list[Point]:
        points = []
        gap = self._max_gap_seconds
        if answer.cpu is not None:
            n_cpus = 0 if answer.system is None else answer.system.n_cpus or 0
            points += self._cpu.points(answer.cpu, clock, max_gap_seconds=gap, n_cpus=n_cpus)
        if answer.net is not None:
            points += self._net.points(answer.net, clock, max_gap_seconds=gap)
        if answer.diskio is not None:
            points += self._diskio.points(answer.diskio, clock, max_gap_seconds=gap)
        return points

    def _single_points(self, answer: Answer, poll_seconds: float) -> list[Point]:
        points = []
        if answer.mem is not None:
            points += mem_points(answer.mem)
        if answer.swap is not None:
            points += swap_points(answer.swap)
        n_users = self._n_users(answer, poll_seconds)
        if answer.system is not None or answer.users is not None:
            points += system_points(answer.system, n_users)
        if answer.netstat is not None:
            points += gauge_points("netstat", answer.netstat)
        if answer.processes is not None:
            points += gauge_points("processes", answer.processes)
        return points

    def _labelled_points(self, answer: Answer) -> list[Point]:
        points = []
        if answer.pressure is not None:
            points += pressure_points(answer.pressure)
        if answer.disk is not None:
            points += self._disk.points(answer.disk, is_complete="disk" not in answer.errors)
        if answer.temp is not None:
            points += temp_points(answer.temp, self._temp)
        return points

    def _n_users(self, answer: Answer, poll_seconds: float) -> int | None:
        """The number of users, remembered until it is too old or its collector failed."""
        if answer.users is not None:
            self._users = (answer.users.n_users, poll_seconds)
        elif "users" in answer.errors:
            self._users = None
        if self._users is None:
            return None
        n_users, since = self._users
        return n_users if 0.0 <= poll_seconds - since <= self._users_max_age_seconds else None

    def _errors(self, answer: Answer) -> dict[str, str]:
        """The answer's errors, and those collectors whose label sets were not all different."""
        errors = dict(answer.errors)
        for name, labeller in self._labellers.items():
            if not (labeller.duplicates or labeller.left_out) or getattr(answer, name) is None:
                continue
            if labeller.left_out:
                errors[name] = f"{_TOO_MANY}: {labeller.left_out} new ones left out"
            elif labeller.duplicates:
                text = f"label sets that occur twice: {labeller.duplicates}; the first is kept"
                errors.setdefault(name, text)
        if self._cpu.is_bounded and answer.cpu is not None:
            errors.setdefault(
                "cpu", "seconds that cannot be (more than passed, or fewer than before) replaced"
            )
        return errors

    def _begin_day(self, day: float) -> None:
        self._day = day
        for labeller in self._labellers.values():
            labeller.begin_day()

    def _excess(self) -> str:
        """What is left out of the last answer that had it."""
        names = [name for name, labeller in self._labellers.items() if labeller.left_out]
        return f"{_TOO_MANY} of {' and '.join(names)}: new ones are left out" if names else ""


def _poll_point(answer: Answer, time: float, poll: PollFacts) -> Point:
    fields: dict[str, Number] = {
        "up": 1,
        "duration_seconds": round(poll.duration_seconds, DURATION_DECIMALS),
        "clock_offset_seconds": round(
            answer.time - (time + poll.duration_seconds / 2.0), CLOCK_OFFSET_DECIMALS
        ),
        "missed": poll.missed,
    }
    if poll.connect_seconds is not None:
        fields["connect_seconds"] = round(poll.connect_seconds, DURATION_DECIMALS)
    if answer.cost is not None:
        fields["probe_cpu_seconds"] = round(answer.cost, PROBE_CPU_DECIMALS)
    return Point("poll", (), fields)
