"""StartLimiter: as many at once as the machines behind it can take, and nobody held up for long."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.start_limiter import StartLimiter
from tests.support.virtual_time import run_in_virtual_time

Start = Callable[[], Awaitable[None]]


class _Machine:
    """Shares its processors among the starts that are under way; those that nobody waits for go on."""

    def __init__(self, cores: int, cpu_seconds: float) -> None:
        self._cores = cores
        self._cpu_seconds = cpu_seconds
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.most = 0

    async def start(self) -> None:
        task = asyncio.create_task(self._run())
        self._tasks.add(task)
        await asyncio.shield(task)

    async def _run(self) -> None:
        self._running += 1
        self.most = max(self.most, self._running)
        left = self._cpu_seconds
        while left > 0:
            share = min(1.0, self._cores / self._running)
            step = min(left / share, 0.5)
            await asyncio.sleep(step)
            left -= step * share
        self._running -= 1


async def _hang() -> None:
    await asyncio.Event().wait()


async def _start_until_it_succeeds(limiter: StartLimiter, start: Start, *, deadline: float) -> float:
    """What a host's loop does; the time at which it is up."""
    failures = 0
    while True:
        try:
            async with limiter.turn(seconds=deadline, is_retry=failures > 0), asyncio.timeout(deadline):
                await start()
            return asyncio.get_running_loop().time()
        except TimeoutError:
            await asyncio.sleep(random.uniform(0.0, min(30.0, 2.0**failures)))
            failures += 1


async def _bring_up(limiter: StartLimiter, start: Start, *, hosts: int, deadline: float = 30.0) -> float:
    """The time at which the last of so many hosts is up."""
    starts = (_start_until_it_succeeds(limiter, start, deadline=deadline) for _ in range(hosts))
    return max(await asyncio.gather(*starts))


def _limiter(most: int = 32) -> StartLimiter:
    return StartLimiter(most, patience_seconds=2.0, adapts=True)


async def _succeed(limiter: StartLimiter, count: int) -> None:
    async def one() -> None:
        async with limiter.turn(seconds=30.0):
            await asyncio.sleep(0.1)

    await asyncio.gather(*(one() for _ in range(count)))


async def _fail(limiter: StartLimiter, count: int, error: type[BaseException] | PollFailed) -> None:
    async def one() -> None:
        async with limiter.turn(seconds=30.0):
            await asyncio.sleep(0.1)
            raise error

    await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)


@pytest.mark.parametrize(("cores", "cpu_seconds"), [(2, 0.6), (1, 0.6), (1, 3.0)])
def test_many_hosts_on_one_machine_all_come_up_about_as_soon_as_it_can(
    cores: int, cpu_seconds: float
) -> None:
    hosts, machine = 200, _Machine(cores, cpu_seconds)
    took = run_in_virtual_time(_bring_up(_limiter(), machine.start, hosts=hosts))
    assert took < 1.3 * hosts * cpu_seconds / cores


def test_short_deadlines_are_met_by_fewer_at_once() -> None:
    machine = _Machine(cores=1, cpu_seconds=0.6)
    took = run_in_virtual_time(_bring_up(_limiter(), machine.start, hosts=40, deadline=3.0))
    assert took < 2 * 40 * 0.6
    assert machine.most < 20


def test_hosts_on_machines_of_their_own_are_held_back_by_nothing_but_the_bound() -> None:
    took = run_in_virtual_time(_bring_up(_limiter(), lambda: asyncio.sleep(0.3), hosts=1000))
    assert took < 1.2 * 1000 / 32 * 0.3


def test_no_more_than_the_bound_have_a_turn_at_once() -> None:
    async def scenario() -> int:
        limiter = _limiter(3)
        now = most = 0

        async def one() -> None:
            nonlocal now, most
            async with limiter.turn(seconds=30.0):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.1)
                now -= 1

        await asyncio.gather(*(one() for _ in range(50)))
        return most

    assert run_in_virtual_time(scenario()) == 3


def test_one_that_does_not_adapt_admits_as_many_whatever_happens() -> None:
    async def scenario() -> float:
        limiter = StartLimiter(8, patience_seconds=0.3)
        hanging = [
            asyncio.create_task(_start_until_it_succeeds(limiter, _hang, deadline=30.0)) for _ in range(80)
        ]
        await asyncio.sleep(0.1)
        up_at = await _bring_up(limiter, lambda: asyncio.sleep(0.1), hosts=1)
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        return up_at

    assert run_in_virtual_time(scenario()) < 10 * 0.3 + 0.5


def test_the_limit_doubles_with_each_round_of_successes_and_is_halved_by_a_round_of_time_outs() -> None:
    async def scenario() -> list[int]:
        limiter = _limiter()
        limits = [limiter.limit]
        await _succeed(limiter, limits[-1])
        limits.append(limiter.limit)
        await _succeed(limiter, limits[-1])
        limits.append(limiter.limit)
        await _fail(limiter, limits[-1], TimeoutError)
        limits.append(limiter.limit)
        await _succeed(limiter, limits[-1])
        return [*limits, limiter.limit]

    # The last of a round find a limit that is not made use of.
    first, second, third, halved, after = run_in_virtual_time(scenario())
    assert first < second < third
    assert halved <= third * 0.8
    assert halved <= after <= halved + 1


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.LATE])
def test_a_poll_that_failed_by_a_time_out_counts_as_one(outcome: Outcome) -> None:
    async def scenario() -> tuple[int, int]:
        limiter = _limiter()
        before = limiter.limit
        await _fail(limiter, before, PollFailed(outcome, "too slow"))
        return before, limiter.limit

    before, after = run_in_virtual_time(scenario())
    assert after < before


@pytest.mark.parametrize("outcome", [Outcome.AUTH_FAILED, Outcome.REFUSED, Outcome.NO_PYTHON])
def test_other_failures_say_nothing_of_how_busy_a_machine_is(outcome: Outcome) -> None:
    async def scenario() -> tuple[int, int]:
        limiter = _limiter()
        before = limiter.limit
        await _fail(limiter, 100, PollFailed(outcome, "for a reason of its own"))
        return before, limiter.limit

    before, after = run_in_virtual_time(scenario())
    assert after == before


def test_a_limit_that_is_not_made_use_of_does_not_move() -> None:
    async def scenario() -> tuple[int, int]:
        limiter = _limiter()
        before = limiter.limit
        for _ in range(50):
            await _fail(limiter, 1, TimeoutError)
        return before, limiter.limit

    before, after = run_in_virtual_time(scenario())
    assert after == before


def test_hosts_that_hang_hold_up_a_sound_one_for_seconds() -> None:
    async def scenario() -> float:
        limiter = _limiter()
        hanging = [
            asyncio.create_task(_start_until_it_succeeds(limiter, _hang, deadline=30.0)) for _ in range(100)
        ]
        await _bring_up(limiter, lambda: asyncio.sleep(0.3), hosts=300)
        await asyncio.sleep(100.0)
        came = asyncio.get_running_loop().time()
        took = await _bring_up(limiter, lambda: asyncio.sleep(0.3), hosts=1) - came
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        return took

    assert run_in_virtual_time(scenario()) < 20


def test_where_all_hang_a_sound_host_still_gets_its_turn() -> None:
    async def scenario() -> float:
        limiter = _limiter()
        hanging = [
            asyncio.create_task(_start_until_it_succeeds(limiter, _hang, deadline=30.0)) for _ in range(60)
        ]
        await asyncio.sleep(0.1)
        up_at = await _bring_up(limiter, lambda: asyncio.sleep(0.3), hosts=1)
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        return up_at

    assert run_in_virtual_time(scenario()) < 180


def test_it_tells_how_many_are_under_way_and_wait() -> None:
    async def scenario() -> tuple[int, int]:
        limiter = _limiter(2)

        async def hold() -> None:
            async with limiter.turn(seconds=1000.0):
                await _hang()

        tasks = [asyncio.create_task(hold()) for _ in range(7)]
        await asyncio.sleep(0.1)
        tasks[-1].cancel()
        await asyncio.sleep(0.1)
        counts = limiter.under_way, limiter.waiting
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert (limiter.under_way, limiter.waiting) == (0, 0)
        return counts

    assert run_in_virtual_time(scenario()) == (2, 4)


def test_who_failed_before_waits_behind_who_did_not() -> None:
    async def scenario() -> list[str]:
        limiter = _limiter(1)
        order: list[str] = []

        async def one(name: str, *, is_retry: bool) -> None:
            async with limiter.turn(seconds=30.0, is_retry=is_retry):
                order.append(name)
                await asyncio.sleep(0.1)

        await asyncio.gather(
            one("first", is_retry=False), one("failed", is_retry=True), one("fresh", is_retry=False)
        )
        return order

    assert run_in_virtual_time(scenario()) == ["first", "fresh", "failed"]


def test_a_turn_that_ended_by_patience_is_not_given_back_twice() -> None:
    async def scenario() -> None:
        limiter = _limiter(1)
        async with limiter.turn(seconds=30.0):
            await asyncio.sleep(10.0)
        async with limiter.turn(seconds=30.0):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1), limiter.turn(seconds=30.0):
                    pass

    run_in_virtual_time(scenario())


def test_a_turn_is_given_back_when_its_holder_or_who_waits_for_it_is_cancelled() -> None:
    async def scenario() -> None:
        limiter = _limiter(1)

        async def hold() -> None:
            async with limiter.turn(seconds=1000.0):
                await _hang()

        holder, waiter, last = (asyncio.create_task(hold()) for _ in range(3))
        await asyncio.sleep(0.1)
        waiter.cancel()
        holder.cancel()
        await asyncio.sleep(0)  # the turn is handed to the last, which is cancelled before it runs
        last.cancel()
        await asyncio.wait([holder, waiter, last])
        async with asyncio.timeout(0.1), limiter.turn(seconds=30.0):
            pass

    run_in_virtual_time(scenario())
