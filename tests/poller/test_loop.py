"""One host's polls as results: errors that last, failures that are remembered, polls that are skipped."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome, PollResult
from poller.errors import PollFailed
from poller.loop import HostPoller, run_loop
from poller.probing.lines import LineReader


class FakeChannel:
    """A probe in memory: `say` makes each answer's body from the collectors asked for."""

    is_ended = False

    def __init__(self, say: Callable[[list[str]], dict[str, object]], delay: float = 0.0) -> None:
        self.reader = LineReader()
        self._say = say
        self._delay = delay

    def write(self, data: bytes) -> None:
        *start, last = data.strip().split(b"\n")
        if start:
            hello = {"monctl": 1, "nonce": json.loads(start[-1])["nonce"], "pid": 0, "os": "linux"}
            self.reader.feed(json.dumps(hello).encode() + b"\n")
        request = json.loads(last)
        body = {"id": request["id"], "time": time.time(), "monotonic": time.monotonic(), "boot": "b"}
        line = json.dumps(body | self._say(request["collect"])).encode() + b"\n"
        asyncio.get_running_loop().call_later(self._delay, self.reader.feed, line)

    def kill(self) -> None:
        self.is_ended = True

    async def close(self) -> None:
        self.is_ended = True


class FakeLink:
    """A way to a host that leads to a FakeChannel."""

    connect_seconds = 0.01
    is_lost = False
    fault = None

    def __init__(self, channel: FakeChannel) -> None:
        self._channel = channel

    async def start(self, command: str) -> FakeChannel:
        return self._channel

    async def close(self) -> None:
        return None


def _host(**changes: object) -> HostSpec:
    return HostSpec(**({"name": "h", "address": "h", "interval": 1.0} | changes))  # type: ignore[arg-type]


def test_the_error_of_a_slow_collector_holds_until_it_runs_again() -> None:
    runs = itertools.count()

    def say(collect: list[str]) -> dict[str, object]:
        if "disk" in collect:
            return {"errors": {"disk": "stuck"}} if next(runs) == 0 else {"disk": []}
        return {}

    async def scenario() -> list[dict[str, str]]:
        async def connect(host: HostSpec) -> FakeLink:
            return FakeLink(FakeChannel(say))

        poller = HostPoller(_host(collectors={"cpu": 0.0, "disk": 30.0}), connect)
        results = [await poller.poll() for _ in range(3)]
        poller._plan._due_at["disk"] = poller._plan._soonest = 0.0
        results.append(await poller.poll())
        return [dict(result.errors) for result in results]

    assert asyncio.run(scenario()) == [{"disk": "stuck"}] * 3 + [{}]


def test_a_host_that_is_down_is_left_alone_while_the_back_off_lasts_but_each_poll_gives_a_result() -> None:
    tries = itertools.count()

    async def scenario() -> list[PollResult]:
        async def connect(host: HostSpec) -> FakeLink:
            next(tries)
            raise PollFailed(Outcome.REFUSED, "refuses connections")

        poller = HostPoller(_host(), connect)
        poller._backoff.jitter = lambda low, high: high
        return [await poller.poll() for _ in range(50)]

    results = asyncio.run(scenario())
    assert {result.outcome for result in results} == {Outcome.REFUSED}
    assert all(result.points[0].fields["up"] == 0 for result in results)
    assert next(tries) == 1


def test_overrun_polls_are_skipped_and_counted_and_never_two_at_once() -> None:
    results: list[PollResult] = []

    async def scenario() -> None:
        async def connect(host: HostSpec) -> FakeLink:
            return FakeLink(FakeChannel(lambda collect: {}, delay=0.35))

        poller = HostPoller(_host(interval=0.1), connect)
        loop = asyncio.create_task(run_loop(poller, results.append))
        await asyncio.sleep(2.0)
        loop.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loop

    asyncio.run(scenario())
    missed = [result.points[-1].fields["missed"] for result in results]
    assert len(results) <= 6
    assert all(after - before >= 3 for before, after in itertools.pairwise(missed))
    gaps = [after.time - before.time for before, after in itertools.pairwise(results)]
    assert all(gap >= 0.35 for gap in gaps)


def test_a_fault_of_ours_costs_a_poll_and_not_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    results: list[PollResult] = []

    async def scenario() -> None:
        async def connect(host: HostSpec) -> FakeLink:
            raise KeyError("a bug")

        loop = asyncio.create_task(run_loop(HostPoller(_host(interval=0.1), connect), results.append))
        await asyncio.sleep(0.5)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(scenario())
    assert len(results) >= 2
    assert {result.outcome for result in results} == {Outcome.PROBE_FAILED}
    assert "KeyError: 'a bug'" in caplog.text


def test_a_loop_ends_though_something_within_the_poll_swallows_the_cancellation() -> None:
    async def scenario() -> bool:
        connecting = asyncio.Event()

        async def connect(host: HostSpec) -> FakeLink:
            connecting.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            raise PollFailed(Outcome.REFUSED, "refuses connections")

        loop = asyncio.create_task(run_loop(HostPoller(_host(interval=0.1), connect), lambda result: None))
        await connecting.wait()
        loop.cancel()
        await asyncio.wait([loop], timeout=5)
        return loop.cancelled()

    assert asyncio.run(scenario())
