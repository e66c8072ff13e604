"""When a host is asked, and for what."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.collectors import DEFAULT_COLLECTORS
from poller.backoff import Backoff
from poller.schedule import CollectorPlan, due_after, first_due, next_due, offset_fraction

_TIMES = st.floats(1.0e9, 4.0e9)
_INTERVALS = st.sampled_from([1.0, 5.0, 7.5, 60.0, 3600.0, 86400.0])
_FRACTIONS = st.floats(0, 0.999)


@given(_TIMES, _INTERVALS, _FRACTIONS)
def test_the_next_due_time_is_ahead_by_at_most_an_interval(
    now: float, interval: float, fraction: float
) -> None:
    due = next_due(now, interval, fraction)
    assert now < due <= now + interval + 1e-5


@given(_TIMES, _INTERVALS, _FRACTIONS)
def test_due_times_keep_their_offset_across_restarts(now: float, interval: float, fraction: float) -> None:
    due = next_due(now, interval, fraction)
    phase = (due - fraction * interval) % interval
    assert min(phase, interval - phase) < 1e-3


@given(_TIMES, _INTERVALS, _FRACTIONS)
def test_the_first_poll_does_not_wait_a_whole_long_interval(
    now: float, interval: float, fraction: float
) -> None:
    assert now <= first_due(now, interval, fraction, hosts=10_000) <= now + 5.0


@given(_TIMES, _INTERVALS, _FRACTIONS)
def test_a_host_that_starts_alone_is_polled_at_once(now: float, interval: float, fraction: float) -> None:
    assert now <= first_due(now, interval, fraction, hosts=1) <= now + 0.1


def test_offsets_spread_a_fleet_evenly() -> None:
    tenths = [int(offset_fraction(f"host-{number}") * 10) for number in range(5000)]
    assert all(400 < tenths.count(tenth) < 600 for tenth in range(10))


def test_an_offset_is_the_same_on_every_machine() -> None:
    assert offset_fraction("web-1") == 0.004326314475538972


@given(_TIMES, _INTERVALS, _FRACTIONS, st.floats(-1e6, 1e6), st.floats(0, 100))
def test_a_clock_that_jumps_neither_stops_the_polls_nor_counts_as_polls_missed(
    due: float, interval: float, fraction: float, jump: float, took: float
) -> None:
    now = due + took + jump
    following, missed = due_after(due, now=now, took=took, interval=interval, fraction=fraction)
    assert now < following <= now + interval + 0.5 + 1e-5
    assert 0 <= missed <= took / interval + 1


def test_polls_that_an_overrun_skips_are_counted() -> None:
    assert due_after(100.0, now=100.2, took=0.2, interval=5.0, fraction=0.0) == (105.0, 0)
    assert due_after(100.0, now=112.0, took=12.0, interval=5.0, fraction=0.0) == (115.0, 2)


def test_slow_collectors_are_asked_first_and_then_each_in_its_time() -> None:
    plan = CollectorPlan(DEFAULT_COLLECTORS, 5.0)
    asked = []
    for number in range(13):
        now = 1000.0 + number * 5.0
        collectors = plan.collectors_due(now)
        plan.ran(collectors, now)
        asked.append("disk" in collectors)
        assert "cpu" in collectors
    assert [number for number, is_slow in enumerate(asked) if is_slow] == [0, 6, 12]


def test_slow_collectors_are_asked_again_after_a_poll_that_failed() -> None:
    plan = CollectorPlan({"cpu": 0.0, "disk": 300.0, "netfs": None}, 5.0)
    assert plan.collectors_due(0.0) == ("cpu", "disk")
    assert plan.collectors_due(5.0) == ("cpu", "disk")
    plan.ran(("cpu", "disk"), 5.0)
    assert plan.collectors_due(10.0) == ("cpu",)


def test_a_collector_faster_than_the_interval_runs_with_every_poll() -> None:
    plan = CollectorPlan({"disk": 30.0}, 60.0)
    plan.ran(plan.collectors_due(0.0), 0.0)
    assert plan.collectors_due(60.0) == ("disk",)


def test_back_off_doubles_up_to_its_ceiling_and_starts_anew_after_success() -> None:
    backoff = Backoff(jitter=lambda low, high: high)
    assert [backoff.failed() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    backoff.succeeded()
    assert backoff.failed() == 1


@given(st.integers(0, 2000))
def test_back_off_is_never_negative_nor_above_its_ceiling(failures: int) -> None:
    backoff = Backoff(failures=failures)
    assert 0 <= backoff.failed() <= 30
