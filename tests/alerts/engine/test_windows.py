"""Functions over time, held against plain arithmetic on all samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.engine.windows import PredictWindow, RateWindow, SpanWindow

START = 1_800_000_000.0
_VALUES = st.lists(st.floats(-1e6, 1e6), min_size=60, max_size=200)


@given(_VALUES)
def test_average_least_and_greatest_are_those_of_the_samples_within_the_span(values: list[float]) -> None:
    window = SpanWindow(300.0, 5.0)
    for index, value in enumerate(values):
        window.add(START + 5 * index, value)
    within = values[-60:]  # the oldest of 61 is as old as the window is long
    average = window.average()
    assert average is not None
    assert average == pytest.approx(sum(within) / len(within), rel=1e-9, abs=1e-6)
    assert window.lowest() == min(within)
    assert window.highest() == max(within)


def test_a_window_says_nothing_before_half_of_it_is_covered() -> None:
    window = SpanWindow(300.0, 5.0)
    for index in range(30):
        window.add(START + 5 * index, 100.0)
    assert window.average() is None
    window.add(START + 150, 100.0)
    assert window.average() == 100.0


def test_after_a_gap_the_past_no_longer_counts() -> None:
    window = SpanWindow(300.0, 5.0)
    for index in range(60):
        window.add(START + 5 * index, 100.0)
    window.add(START + 1000, 1.0)
    assert window.average() is None


def test_a_window_shorter_than_the_interval_is_the_last_sample() -> None:
    window = SpanWindow(10.0, 30.0)
    window.add(START, 1.0)
    window.add(START + 30, 7.0)
    assert (window.average(), window.lowest(), window.highest()) == (7.0, 7.0, 7.0)


def test_a_long_window_keeps_few_buckets_and_forgets_within_a_bucket() -> None:
    window = SpanWindow(86_400.0, 5.0)
    for index in range(40_000):
        window.add(START + 5 * index, 1.0 if index < 20_000 else 3.0)
    assert len(window.samples.rows()) <= 122
    assert window.average() == pytest.approx(3.0, abs=0.05)


def test_a_clock_set_back_leaves_the_window_usable() -> None:
    window = SpanWindow(60.0, 5.0)
    for index in range(20):
        window.add(START + 5 * index, 1.0)
    for index in range(20):
        window.add(START - 7200 + 5 * index, 9.0)
    assert window.average() == 9.0


@pytest.mark.parametrize("interval", [5.0, 0.5])
def test_what_a_store_remembers_comes_before_what_has_been_seen(interval: float) -> None:
    window = SpanWindow(300.0, interval)
    window.add(START + 300, 7.0)
    window.prepend((START + 5 * index, 1.0) for index in range(-5, 90))
    assert window.average() == pytest.approx((59 + 7) / 60, rel=0.05)
    window.add(START + 305, 7.0)
    assert window.average() == pytest.approx((58 + 14) / 60, rel=0.05)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([(0, 100), (5, 150)], 10.0),
        ([(0, 100), (5, 50)], None),  # a counter that fell has no rate
        ([(0, 2**32 - 10), (5, 40)], 10.0),
        ([(0, 100), (400, 150)], None),
        ([(0, 100)], None),
    ],
)
def test_the_rate_of_a_counter_is_never_negative(
    samples: list[tuple[int, int]], expected: float | None
) -> None:
    window = RateWindow("net.bytes_recv", 5.0)
    for after, value in samples:
        window.add(START + after, value)
    assert window.rate() == expected


def test_the_rate_of_a_gauge_may_fall() -> None:
    window = RateWindow("mem.used", 5.0)
    window.add(START, 1000)
    window.add(START + 10, 500)
    assert window.rate() == -50.0


@given(st.floats(-1.0, 1.0), st.floats(0, 100))
def test_a_line_is_continued(slope_per_hour: float, first: float) -> None:
    window = PredictWindow(86_400.0)
    for index in range(6 * 120):
        window.add(START + 30 * index, first + slope_per_hour * index / 120)
    expected = first + slope_per_hour * (6 * 120 - 1) / 120 + 24 * slope_per_hour
    assert window.predicted() == pytest.approx(expected, abs=1e-3)


def test_a_prediction_needs_half_of_its_past() -> None:
    window = PredictWindow(86_400.0)
    for index in range(359):
        window.add(START + 30 * index, float(index))
    assert window.predicted() is None
    window.add(START + 30 * 360, 360.0)
    assert window.predicted() is not None


def test_a_constant_is_predicted_to_stay() -> None:
    window = PredictWindow(3600.0)
    for index in range(400):
        window.add(START + 5 * index, 42.0)
    assert window.predicted() == pytest.approx(42.0)
