"""Counter arithmetic: right where it can be known, None where not, never negative."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sampling.cpu_usage import STATES, CpuColumns
from metrics.sampling.rates import (
    MOST_BYTES_PER_SECOND,
    MOST_PER_SECOND,
    await_ms,
    increases,
    rate,
    row_rates,
    util_percent,
)

COUNTERS = st.integers(0, 2**63 - 1) | st.integers(0, 2**33) | st.sampled_from([0, 2**32 - 1, 2**32])
SPANS = st.floats() | st.floats(0.0, 3600.0)


@pytest.mark.parametrize(
    ("previous", "current", "elapsed", "expected"),
    [
        (100, 600, 5.0, 100.0),
        (100, 100, 5.0, 0.0),
        (600, 100, 5.0, None),
        (2**32 - 100, 400, 5.0, 100.0),
        (2**32 - 100, 2**32 // 16, 5.0, None),
        (2**32 - 2**29, 400, 5.0, None),
        (2**32 + 5, 400, 5.0, None),
        (0, 2**62, 5.0, None),
        (100, 600, 0.0, None),
        (100, 600, -1.0, None),
        (100, 600, math.nan, None),
        (100, 600, math.inf, None),
        (100, 600, 1e-300, None),
    ],
)
def test_a_rate_is_the_growth_a_second_or_nothing(
    previous: int, current: int, elapsed: float, expected: float | None
) -> None:
    assert rate(previous, current, elapsed) == expected


@given(COUNTERS, COUNTERS, SPANS)
def test_a_rate_is_never_negative_absurd_or_not_a_number(previous: int, current: int, elapsed: float) -> None:
    result = rate(previous, current, elapsed)
    assert result is None or 0.0 <= result <= MOST_BYTES_PER_SECOND


@given(st.lists(st.tuples(COUNTERS, COUNTERS), max_size=5), st.floats(0.001, 1e9))
def test_a_row_has_every_counters_rate_or_none_at_all(rows: list[tuple[int, int]], elapsed: float) -> None:
    most = (MOST_BYTES_PER_SECOND, *(MOST_PER_SECOND for _ in rows))[: len(rows)]
    single = [rate(a, b, elapsed, most=limit) for (a, b), limit in zip(rows, most, strict=True)]
    grown = increases([a for a, _ in rows], [b for _, b in rows])
    result = None if grown is None else row_rates(grown, elapsed, most)
    if result is None:
        # Rounding may lift a rate that is just below its bound over it.
        assert any(r is None or r > limit * 0.999 for r, limit in zip(single, most, strict=True))
    else:
        assert result == pytest.approx(single, abs=0.051)
        assert all(0.0 <= figure <= limit for figure, limit in zip(result, most, strict=True))


def test_one_counter_that_fell_leaves_its_row_without_rates() -> None:
    assert increases([10, 100], [20, 50]) is None
    assert increases([10, 2**32 - 1], [20, 4]) == [10, 5]


def test_a_rate_has_one_decimal() -> None:
    assert row_rates([1, 10, 0], 3.0, (1e9, 1e9, 1e9)) == [0.3, 3.3, 0.0]


def test_a_disk_is_never_busier_than_all_of_the_time() -> None:
    assert util_percent(1250, 5.0) == 25.0
    assert util_percent(5600, 5.0) == 100.0


def test_the_mean_wait_of_a_disk_that_did_nothing_is_zero() -> None:
    assert await_ms(150, 50) == 3.0
    assert await_ms(0, 0) == 0.0
    assert await_ms(2**40, 1) is None


def usage(previous: dict[str, float], current: dict[str, float]) -> dict[str, float] | None:
    columns = CpuColumns(tuple(name for name in STATES if name in current))
    figures = columns.usage([previous[n] for n in columns.names], [current[n] for n in columns.names])
    return None if figures is None else dict(zip(columns.fields, figures, strict=True))


IDLE = dict.fromkeys(STATES, 1000.0)


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        ({"user": 2.0, "idle": 8.0}, {"usage_user": 20.0, "usage_idle": 80.0, "usage_active": 20.0}),
        ({"iowait": 1.0, "idle": 3.0}, {"usage_iowait": 25.0, "usage_idle": 75.0, "usage_active": 25.0}),
        # Who only waits for disks is not busy.
        ({"iowait": 4.0}, {"usage_iowait": 100.0, "usage_active": 100.0, "usage_busy": 0.0}),
        (
            {"iowait": 6.0, "system": 1.0, "steal": 2.0, "idle": 1.0},
            {"usage_active": 90.0, "usage_busy": 30.0},
        ),
        # A guest's time is in user as well, and counts once.
        ({"user": 4.0, "guest": 3.0, "idle": 6.0}, {"usage_user": 10.0, "usage_guest": 30.0}),
        ({"nice": 4.0, "guest_nice": 4.0, "idle": 6.0}, {"usage_nice": 0.0, "usage_guest_nice": 40.0}),
        ({"user": 1.0, "guest": 3.0, "idle": 3.0}, {"usage_user": 0.0, "usage_guest": 25.0}),
        # iowait may run backwards a little.
        ({"iowait": -0.02, "user": 1.0, "idle": 4.0}, {"usage_iowait": 0.0, "usage_user": 20.0}),
        (
            {"steal": 1.0, "irq": 1.0, "softirq": 2.0, "system": 6.0},
            {"usage_system": 60.0, "usage_idle": 0.0},
        ),
        ({"user": 1.0, "idle": 2.0}, {"usage_user": 33.33, "usage_idle": 66.67, "usage_active": 33.33}),
    ],
)
def test_cpu_percentages_are_computed_as_telegraf_does(
    spent: dict[str, float], expected: dict[str, float]
) -> None:
    result = usage(IDLE, {name: IDLE[name] + spent.get(name, 0.0) for name in STATES})
    assert result is not None
    assert {name: result[name] for name in expected} == expected


@pytest.mark.parametrize("spent", [{}, {"idle": -5.0}, {"user": -900.0, "idle": 890.0}])
def test_cpu_times_that_do_not_move_on_give_nothing(spent: dict[str, float]) -> None:
    assert usage(IDLE, {name: IDLE[name] + spent.get(name, 0.0) for name in STATES}) is None


def test_states_that_a_platform_does_not_have_are_absent() -> None:
    result = usage({"user": 1.0, "idle": 1.0}, {"user": 2.0, "idle": 2.0})
    assert result == {"usage_user": 50.0, "usage_idle": 50.0, "usage_active": 50.0, "usage_busy": 50.0}


SECONDS = st.floats(0.0, 1e18) | st.floats(0.0, 100.0)


@given(
    st.sets(st.sampled_from(STATES), min_size=1).flatmap(
        lambda names: st.fixed_dictionaries({name: st.tuples(SECONDS, SECONDS) for name in sorted(names)})
    )
)
def test_a_cpu_percentage_is_always_within_0_and_100(times: dict[str, tuple[float, float]]) -> None:
    result = usage({n: a for n, (a, _) in times.items()}, {n: b for n, (_, b) in times.items()})
    assert result is None or all(0.0 <= figure <= 100.0 for figure in result.values())
