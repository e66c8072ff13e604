"""Whether results still come."""

from inventory.host import HostSpec
from metrics.results import Outcome, PollResult
from monctl.daemon.poller_liveness import PollerLiveness


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _result(host: str) -> PollResult:
    return PollResult(host=host, time=1.0, outcome=Outcome.OK, duration=0.1)


HOST = HostSpec(name="web-1", address="x", interval=5.0, timeout=10.0)


def test_a_poller_that_gives_nothing_for_long_is_told_and_one_that_does_again_is_not() -> None:
    clock = _Clock()
    pulse = PollerLiveness(lambda name: name == "web-1", clock=clock)
    clock.now += 50
    assert pulse.problem([HOST]) is None
    clock.now += 20
    assert pulse.problem([HOST]) == "no host has given a result for 70 s"
    pulse.accept(_result("web-1"))
    assert pulse.problem([HOST]) is None


def test_a_start_that_takes_all_of_its_time_is_no_sign_of_a_poller_that_is_dead() -> None:
    clock = _Clock()
    pulse = PollerLiveness(lambda name: name == "web-1", clock=clock)
    clock.now += 5 + 60 + 180
    assert pulse.problem([HostSpec(name="web-1", address="x", interval=5.0, timeout=60.0)]) is None


def test_what_hosts_send_by_themselves_is_no_sign_of_a_poller() -> None:
    clock = _Clock()
    pulse = PollerLiveness(lambda name: name == "web-1", clock=clock)
    clock.now += 100
    pulse.accept(_result("far-1"))
    assert pulse.problem([HOST]) is not None


def test_without_hosts_to_poll_there_is_nothing_to_miss() -> None:
    clock = _Clock()
    pulse = PollerLiveness(lambda name: True, clock=clock)
    clock.now += 1e6
    assert pulse.problem([]) is None
