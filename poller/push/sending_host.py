"""What is kept of one host that sends, from request to request."""

import asyncio
import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.host import HostSpec
from metrics.push_outcome import PushOutcome, Refusal
from metrics.results import Outcome, Point, PollResult
from metrics.sampling.answer import Answer, Hello, without_unasked
from metrics.sampling.rounding import CLOCK_OFFSET_DECIMALS
from metrics.sampling.sampler import PollFacts
from poller.probing.sampler import host_sampler

FUTURE_SECONDS = 60.0
"""How far ahead of ours a host's clock may be."""

STALE_SECONDS = 48 * 3600.0
"""How old a sample may be when it comes."""

_REMEMBERED = 2_000


class SendingHost:
    """One host. `lock`: held while a request of it is worked on. `newest`: unix seconds of the newest sample.

    `heard_at`: when a sample was last accepted, on the intake's clock. `refusal`: why the last request
    brought nothing, "" where it did.
    """

    def __init__(self, host: HostSpec, *, newest: float | None) -> None:
        self.lock = asyncio.Lock()
        self.heard_at: float | None = None
        self.refusal = ""
        self._host = host
        self._collectors = _collectors(host)
        self._sampler = host_sampler(host)
        self._newest = -math.inf if newest is None else newest
        self._times: deque[float] = deque()
        self._remembered_times: set[float] = set()
        self._errors: Mapping[str, str] = {}
        self._facts: dict[str, object] | None = None
        if newest is not None:
            self._remember(newest)

    def use(self, host: HostSpec) -> None:
        """Go by this spec from now on; a changed one begins anew with the rates."""
        if host != self._host:
            self._host = host
            self._collectors = _collectors(host)
            self._sampler = host_sampler(host)

    def judge(self, time: float, now: float) -> PushOutcome:
        """Accept or refuse a sample of `time`; samples come oldest first. Both in unix seconds."""
        if time > now + FUTURE_SECONDS:
            detail = (
                f"the host's clock is {time - now:,.0f} s ahead; at most {FUTURE_SECONDS:.0f} s are accepted"
            )
            return PushOutcome(time=time, reason=Refusal.FUTURE, detail=detail)
        if time in self._remembered_times:
            return PushOutcome(
                time=time, reason=Refusal.DUPLICATE, detail="a sample of this time was taken before"
            )
        if time < now - STALE_SECONDS:
            hours = STALE_SECONDS / 3600
            detail = f"{(now - time) / 3600:,.1f} hours old; at most {hours:.0f} hours are accepted"
            return PushOutcome(time=time, reason=Refusal.STALE, detail=detail)
        if time < self._newest:
            detail = f"out of order: {self._newest - time:,.3f} s older than the newest sample of the host"
            return PushOutcome(time=time, reason=Refusal.STALE, detail=detail)
        self._newest = time
        self._remember(time)
        return PushOutcome(time=time)

    def result(
        self, answer: Answer, *, facts: dict[str, object] | None = None, clock_offset: float | None = None
    ) -> PollResult:
        """What a polled host's answer would have become."""
        answer = without_unasked(answer, self._collectors)
        time = round(answer.time, 3)
        # rates go by the host's monotonic clock alone: there is no poller's clock to hold against it
        poll = PollFacts(duration_seconds=0.0, monotonic_seconds=answer.monotonic)
        sampled = self._sampler.sample(answer, time=time, poll=poll)
        return PollResult(
            host=self._host.name,
            time=time,
            outcome=Outcome.OK,
            duration=0.0,
            points=_with_clock_offset(sampled.points, clock_offset),
            tags=self._host.tags,
            errors=self._errors_now(answer, sampled.errors),
            top=sampled.top,
            facts=facts,
            excess=sampled.excess,
        )

    def new_facts(self, hello: Hello | None) -> dict[str, Any] | None:
        """What the host says of itself, where that is new."""
        if hello is None or hello.facts() == self._facts:
            return None
        self._facts = hello.facts()
        return self._facts

    def note(self, outcomes: Sequence[PushOutcome], accepted: Sequence[Answer], *, at: float) -> None:
        """Note what a request at `at` brought."""
        if accepted:
            self.heard_at, self.refusal = at, ""
        elif outcomes and any(one.reason is not Refusal.DUPLICATE for one in outcomes):
            self.refusal = next(one.detail for one in outcomes if one.reason is not Refusal.DUPLICATE)

    def forget(self, accepted: Iterable[Answer]) -> None:
        """Let these samples, which were not stored, be sent again."""
        for answer in accepted:
            self._remembered_times.discard(round(answer.time, 3))
        self._times = deque(time for time in self._times if time in self._remembered_times)
        self._newest = self._times[-1] if self._times else -math.inf

    def _remember(self, time: float) -> None:
        self._times.append(time)
        self._remembered_times.add(time)
        if len(self._times) > _REMEMBERED:
            self._remembered_times.discard(self._times.popleft())

    def _errors_now(self, answer: Answer, errors: Mapping[str, str]) -> Mapping[str, str]:
        """This answer's errors, and those of collectors that it did not run, which hold until they do."""
        earlier_errors = {
            name: text
            for name, text in self._errors.items()
            if name in self._host.collectors and getattr(answer, name, None) is None
        }
        self._errors = {**earlier_errors, **errors}
        return self._errors


def _collectors(host: HostSpec) -> frozenset[str]:
    """The collectors that the host is to run."""
    return frozenset(name for name, every in host.collectors.items() if every is not None)


def _with_clock_offset(points: Iterable[Point], offset: float | None) -> tuple[Point, ...]:
    """The points with the offset where it is known, and without it where it would be a sample's age."""
    return tuple(_poll_point(point, offset) if point.measurement == "poll" else point for point in points)


def _poll_point(point: Point, offset: float | None) -> Point:
    fields = {name: value for name, value in point.fields.items() if name != "clock_offset_seconds"}
    if offset is not None:
        fields["clock_offset_seconds"] = round(offset, CLOCK_OFFSET_DECIMALS)
    return Point("poll", point.labels, fields)
