"""Axes have few, round ticks within what they show."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.charts.axis import time_ticks, value_range, value_ticks

_values = st.lists(st.floats(min_value=-1e15, max_value=1e15), max_size=6)
_units = st.sampled_from(["percent", "bytes", "count", "seconds"])


@given(_values, _units)
def test_the_range_holds_every_value_and_is_never_empty(values: list[float], unit: str) -> None:
    bottom, top = value_range(values, unit=unit)
    assert bottom < top
    assert all(bottom <= value <= top for value in values)


@given(_values, _units)
def test_value_ticks_are_few_ascending_and_within_the_range(values: list[float], unit: str) -> None:
    bottom, top = value_range(values, unit=unit)
    ticks = value_ticks(bottom, top, unit=unit)
    assert ticks == sorted(ticks)
    assert len(ticks) <= 7
    slack = (top - bottom) * 1e-6
    assert all(bottom - slack <= tick <= top + slack for tick in ticks)


@pytest.mark.parametrize(
    ("bottom", "top", "unit", "ticks"),
    [
        (0.0, 100.0, "percent", [0, 20, 40, 60, 80, 100]),
        (0.0, 11.5, "load", [0, 5, 10]),
        (-3.4, 1.2, "seconds", [-3, -2, -1, 0, 1]),
        (0.0, 4.5 * 2**30, "bytes", [0, 2**30, 2 * 2**30, 3 * 2**30, 4 * 2**30]),
    ],
)
def test_value_ticks_are_round(bottom: float, top: float, unit: str, ticks: list[float]) -> None:
    assert value_ticks(bottom, top, unit=unit) == pytest.approx(ticks)


def test_a_percentage_ends_at_a_hundred_unless_a_value_is_beyond() -> None:
    assert value_range([99.0], unit="percent") == (0.0, 100.0)
    assert value_range([104.0], unit="percent")[1] > 104


@given(st.floats(min_value=0, max_value=4e9), st.floats(min_value=60, max_value=1e8))
@example(5e-324, 60.0)
@example(60.00000000000001, 600.0)
@example(1795912088.4750001, 86400.0)
def test_time_ticks_are_few_and_whole_minutes(start: float, span: float) -> None:
    ticks = time_ticks(start, start + span)
    assert len(ticks) <= 7
    assert all(start <= tick <= start + span and math.fmod(tick, 60) == 0 for tick in ticks)


def test_an_hour_has_a_tick_every_ten_minutes() -> None:
    assert time_ticks(120.0, 3720.0) == [600, 1200, 1800, 2400, 3000, 3600]


@pytest.mark.parametrize("unit", ["bytes", "percent", "count"])
@pytest.mark.parametrize("values", [[0.0, 5e-324], [-5e-324], [1e-310, 2e-310], [-1e-320, 1e-320]])
def test_values_too_small_to_tell_apart_have_an_axis_all_the_same(values: list[float], unit: str) -> None:
    bottom, top = value_range(values, unit=unit)
    ticks = value_ticks(bottom, top, unit=unit)
    assert 2 <= len(ticks) <= 12
