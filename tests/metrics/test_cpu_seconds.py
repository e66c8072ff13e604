"""CPU seconds that cannot be have no say in a percentage: more than passed, or fewer than before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sampling.cpu_usage import STATES, CpuColumns
from tests.metrics.test_sampler import Asked, fields

COLUMNS = CpuColumns(STATES)


def usage(most: float, **spent: float) -> dict[str, float] | None:
    """The percentages where so much was spent in each state, of `most` seconds."""
    start = 10.0**7
    figures = COLUMNS.usage([start] * 10, [start + spent.get(name, 0.0) for name in STATES], most=most)
    return None if figures is None else dict(zip(COLUMNS.fields, figures, strict=True))


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        # Steal falls at every read on some hypervisors, however much.
        ({"user": 2.0, "idle": 8.0, "steal": -3000.0}, {"usage_user": 20.0, "usage_steal": 0.0}),
        ({"user": 0.5, "idle": 9.5, "steal": -0.5}, {"usage_user": 5.0}),
        # One state jumps.
        ({"user": 2.0, "idle": 8.0, "steal": 90_000.0}, {"usage_user": 20.0, "usage_steal": 0.0}),
        ({"user": 2.0, "idle": 90_000.0}, {"usage_user": 20.0, "usage_idle": 80.0}),
        ({"user": 90_000.0, "idle": 9.0}, {"usage_user": 10.0, "usage_idle": 90.0}),
        # A processor is switched off: its idle time leaves the sum.
        ({"user": 9.0, "idle": -1.0}, {"usage_user": 90.0, "usage_idle": 10.0}),
        ({"user": 1.0, "system": 1.0, "idle": -40_000.0}, {"usage_idle": 80.0, "usage_active": 20.0}),
    ],
)
def test_what_cannot_be_is_replaced_by_what_is_left(
    spent: dict[str, float], expected: dict[str, float]
) -> None:
    result = usage(10.0, **spent)
    assert result is not None
    assert {name: result[name] for name in expected} == expected


@pytest.mark.parametrize(
    "spent",
    [
        {"user": -50.0, "system": -20.0, "idle": -400.0, "steal": -1.0},  # all began anew
        {"user": -50.0, "idle": 9.0},
        {"user": 500.0, "idle": 500.0},  # which of the two jumped?
        {"steal": -5.0},
    ],
)
def test_where_nothing_can_be_told_there_is_no_figure(spent: dict[str, float]) -> None:
    assert usage(10.0, **spent) is None


@given(st.lists(st.floats(-1e9, 1e9), min_size=10, max_size=10), st.floats(0.001, 1e6))
def test_percentages_are_sound_whatever_the_seconds_are(spent: list[float], most: float) -> None:
    result = usage(most, **dict(zip(STATES, spent, strict=True)))
    assert result is None or all(0.0 <= figure <= 100.01 for figure in result.values())


def cpu(**rows: list[float]) -> dict[str, Any]:
    names = {name.replace("_", "-"): row for name, row in rows.items()}
    return {"names": ["user", "idle", "steal"], "rows": names}


def test_a_host_whose_steal_falls_with_every_answer_is_measured_and_the_steal_named() -> None:
    host = Asked()
    for step in range(4):
        row = [100.0 + step, 100.0 + 4 * step, 5000.0 - 40.0 * step]
        answer = host.says(cpu=cpu(cpu_total=row, cpu0=row))
        assert ("cpu" in answer.errors) == (step > 0)
    assert fields(answer, "cpu", cpu="cpu-total")["usage_user"] == 20.0
    assert "cpu" not in host.says().errors


def test_as_many_seconds_pass_as_there_are_processors() -> None:
    host = Asked()
    host.says(cpu=cpu(cpu_total=[100.0, 100.0, 0.0], cpu0=[50.0, 50.0, 0.0]), system={"n_cpus": 4})
    answer = host.says(cpu=cpu(cpu_total=[110.0, 110.0, 0.0], cpu0=[52.5, 52.5, 0.0]), system={"n_cpus": 4})
    assert answer.errors == {}
    assert fields(answer, "cpu", cpu="cpu-total")["usage_user"] == 50.0
