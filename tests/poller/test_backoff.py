"""Refused log-ins are tried so seldom that nobody is locked out for them."""

import asyncio
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.backoff import Backoff
from poller.errors import LoginRefused, PollFailed
from poller.loop import HostPoller
from poller.ssh.jumps import JumpPool

_KEY = LoginRefused("does not let monitor in")
_PASSWORD = LoginRefused("does not let monitor in", used_password=True)
_DOWN = PollFailed(Outcome.REFUSED, "refuses connections")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _tries(failures: list[PollFailed]) -> list[float]:
    """When the attempts are made that fail in this way, each as early as it may."""
    clock = Clock()
    backoff = Backoff(clock=clock, jitter=lambda low, high: low)
    times = []
    for failure in failures:
        times.append(clock.now)
        clock.now += backoff.failed(failure)
    return times


def _most_within(seconds: float, times: list[float]) -> int:
    return max(sum(1 for other in times if at <= other <= at + seconds) for at in times)


@given(st.lists(st.sampled_from([_KEY, _PASSWORD, _DOWN]), min_size=1, max_size=40))
def test_refusals_stay_below_what_faillock_and_fail2ban_count(failures: list[PollFailed]) -> None:
    tries = list(zip(failures, _tries(failures), strict=True))
    passwords = [at for failure, at in tries if failure is _PASSWORD]
    refusals = [at for failure, at in tries if failure is not _DOWN]
    assert not passwords or _most_within(15 * 60, passwords) < 3
    assert not refusals or _most_within(10 * 60, refusals) < 5


def test_a_wrong_password_is_tried_twice_in_fifteen_minutes_without_an_end() -> None:
    times = _tries([_PASSWORD] * 20)
    assert _most_within(15 * 60, times) == 2
    assert all(later - at < 10 * 60 for at, later in pairwise(times))


def test_a_refused_key_is_tried_again_soon_at_first() -> None:
    times = _tries([_KEY] * 20)
    assert times[1] - times[0] <= 15
    assert times[2] - times[0] <= 75
    assert _most_within(10 * 60, times) == 4


def test_a_log_in_that_went_well_begins_anew() -> None:
    clock = Clock()
    backoff = Backoff(clock=clock, jitter=lambda low, high: low)
    assert backoff.failed(_PASSWORD) > 400
    backoff.succeeded()
    assert backoff.failed(_KEY) == 15


def test_other_failures_wait_no_longer_than_before() -> None:
    backoff = Backoff(clock=Clock(), jitter=lambda low, high: high)
    assert [backoff.failed(_DOWN) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_refused_log_in_is_not_repeated_at_each_poll() -> None:
    attempts = []

    async def connect(host: HostSpec) -> Any:
        attempts.append(host.name)
        raise _PASSWORD

    async def scenario() -> list[str]:
        poller = HostPoller(HostSpec(name="web-1", address="127.0.0.1"), connect)
        results = [await poller.poll() for _ in range(5)]
        assert {result.outcome for result in results} == {Outcome.AUTH_FAILED}
        return [result.detail for result in results]

    first, *later = asyncio.run(scenario())
    assert first == "does not let monitor in"
    assert len(set(later)) == 1
    assert later[0].startswith("does not let monitor in; the next try is at 2")
    assert attempts == ["web-1"]


def test_a_jump_host_that_refuses_is_asked_once_for_all_behind_it() -> None:
    attempts = []

    async def connect(host: HostSpec, hops: tuple[str, ...]) -> Any:
        attempts.append(host.name)
        raise _PASSWORD

    async def lend(hop: HostSpec, behind: HostSpec) -> HostSpec:
        return hop

    async def scenario() -> set[Outcome]:
        pool = JumpPool(connect, lambda name: None, lend)

        async def behind(host: HostSpec) -> Any:
            await pool.borrow("bastion", host, hops=())

        hosts = [HostSpec(name=f"web-{number}", address="127.0.0.1") for number in range(5)]
        return {(await HostPoller(host, behind).poll()).outcome for host in hosts}

    assert asyncio.run(scenario()) == {Outcome.JUMP_DOWN}
    assert attempts == ["bastion"]
