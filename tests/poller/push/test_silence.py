"""A host that should send and does not is late, then down, and fine again when it sends."""

import dataclasses
import logging
from collections.abc import Mapping

import pytest

from inventory.host import HostSpec
from metrics.current.host_state import host_state
from metrics.current.state import CurrentState
from metrics.results import Outcome
from poller.push.quiet_hosts import QuietHostWatch
from tests.poller.push.samples import HOST, START, Taking, point, sample

pytestmark = pytest.mark.anyio

LIMIT = 2 * HOST.interval + HOST.timeout + 1.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Watching:
    """An intake and its watch on one clock, seconds after the start."""

    def __init__(
        self, hosts: Mapping[str, HostSpec] | None = None, current: CurrentState | None = None
    ) -> None:
        self.taking = Taking(current)
        self.hosts = {"kiosk": HOST} if hosts is None else hosts
        self.watch = QuietHostWatch(
            self.taking.intake,
            self.taking.emit,
            self.taking.current,
            hosts=lambda: self.hosts,
            clock=self.taking.clock,
            now=lambda: START + self.taking.clock.now,
        )

    async def send(self, *at: float) -> None:
        """Send samples now."""
        await self.taking.take(*map(sample, at), now=self.taking.clock.now)

    async def pass_to(self, until: float) -> None:
        """Look every second."""
        while self.taking.clock.now < until:
            self.taking.clock.now = min(until, self.taking.clock.now + 1.0)
            await self.watch.look()

    @property
    def failures(self) -> list[float]:
        """When failed results were given."""
        return [
            at for at, one in zip(self.taking.times, self.taking.emitted, strict=True) if is_late(one.outcome)
        ]

    @property
    def state(self) -> str:
        return self.state_in(self.taking.current)

    def state_in(self, current: CurrentState) -> str:
        """The state by what another process may know."""
        known = current.get("kiosk")
        view = host_state(
            known,
            now=START + self.taking.clock.now,
            interval=HOST.interval,
            timeout=HOST.timeout,
            paused=False,
            consecutive_failures=current.consecutive_failures("kiosk"),
            ok_time=None if known is None else known.ok_time,
        )
        return str(view.state)


def is_late(outcome: Outcome) -> bool:
    return outcome is Outcome.LATE


async def test_a_host_that_sends_is_left_alone() -> None:
    watching = Watching()
    for at in range(0, 100, 5):
        await watching.send(at)
        await watching.pass_to(at + 5)
    assert watching.failures == []
    assert watching.state == "ok"


async def test_a_silent_host_is_late_then_down_with_a_failed_poll_each_interval() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.pass_to(LIMIT)
    assert watching.failures == []
    await watching.pass_to(LIMIT + 1)
    assert watching.state == "late"
    await watching.pass_to(LIMIT + 11)
    assert watching.failures == [22, 27, 32]
    assert watching.state == "down"
    last = watching.taking.emitted[-1]
    assert last.detail == "nothing received for 32 s"
    assert point(last, "poll").fields == {"up": 0, "missed": 0}
    assert last.tags == HOST.tags


async def test_kept_samples_that_come_later_make_the_host_fine_again() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.pass_to(60)
    assert watching.state == "down"
    await watching.send(5, 10, 15)
    assert watching.state == "late"  # it catches up: its newest sample is old
    await watching.send(*range(20, 61, 5))
    assert watching.state == "ok"
    await watching.pass_to(70)
    assert watching.state == "ok"


async def test_a_host_that_ends_while_it_catches_up_goes_down_again() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.pass_to(60)
    await watching.send(5, 10)
    await watching.pass_to(60 + LIMIT + 12)
    assert watching.state == "down"


async def test_a_host_that_never_sent_is_pending() -> None:
    watching = Watching()
    await watching.pass_to(200)
    assert watching.taking.emitted == []
    assert watching.state == "pending"


async def test_a_host_known_from_before_a_restart_gets_its_time_and_is_then_missed() -> None:
    before = Taking()
    await before.take(sample(-500), now=-500)
    known = before.current.get("kiosk")
    assert known is not None
    current = CurrentState()
    current.load([known])
    watching = Watching(current=current)
    await watching.watch.look()
    await watching.pass_to(LIMIT + 30)  # it may wait so long before it tries again
    assert watching.failures == []
    await watching.pass_to(LIMIT + 31)
    assert watching.failures == [52]


async def test_the_reason_is_told_where_samples_come_and_are_refused() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.pass_to(20)
    await watching.send(20 + 600)
    await watching.pass_to(25)
    assert watching.taking.emitted[-1].detail == (
        "nothing that can be used received for 22 s: "
        "the host's clock is 600 s ahead; at most 60 s are accepted"
    )


async def test_a_paused_host_is_not_missed_and_gets_its_time_when_it_is_resumed() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.watch.look()
    watching.hosts = {"kiosk": dataclasses.replace(HOST, paused=True)}
    await watching.pass_to(100)
    assert watching.failures == []
    watching.hosts = {"kiosk": HOST}
    await watching.pass_to(130 + LIMIT)
    assert watching.failures == []
    await watching.pass_to(133 + LIMIT)
    assert len(watching.failures) == 1


async def test_a_change_of_other_hosts_does_not_begin_anew() -> None:
    watching = Watching()
    await watching.send(0)
    await watching.watch.look()
    await watching.pass_to(15)
    watching.hosts = {"kiosk": HOST, "other": dataclasses.replace(HOST, name="other")}
    await watching.pass_to(LIMIT + 1)
    assert watching.failures == [22]


async def test_silence_and_its_end_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    watching = Watching()
    await watching.send(0)
    await watching.pass_to(60)
    await watching.send(60)
    await watching.pass_to(75)
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["kiosk: nothing received for 22 s", "kiosk: sends again"]


async def test_another_process_that_has_not_counted_the_failures_sees_the_host_down_too() -> None:
    watching = Watching()
    await watching.send(0)

    def elsewhere() -> str:
        known, current = watching.taking.current.get("kiosk"), CurrentState()
        assert known is not None
        current.load([known])
        return watching.state_in(current)

    await watching.pass_to(LIMIT + 1)
    assert (watching.state, elsewhere()) == ("late", "late")
    await watching.pass_to(LIMIT + 11)
    assert (watching.state, elsewhere()) == ("down", "down")


async def test_a_host_heard_again_after_a_restart_is_missed_after_the_usual_time() -> None:
    before = Watching()
    await before.send(0.0)
    after = Watching(current=before.taking.current)
    after.taking.clock.now = 3.0
    await after.watch.look()
    await after.pass_to(6.0)
    await after.send(6.0)
    await after.pass_to(6.0 + LIMIT + 3.0)
    assert len(after.failures) >= 1
    assert after.failures[0] <= 6.0 + LIMIT + 2.0
