"""Three truths: true, false, unknown."""

import itertools

import pytest

from alerts.expression.compiled import compile_expression
from tests.alerts.expression.evaluating import FINE, Host, holds

TRUE, FALSE, UNKNOWN = "mem.used > 1", "mem.used < 1", "cpu.usage_active > 90"
VALUES = {"mem": {"used": 2}}
TRUTHS = {TRUE: True, FALSE: False, UNKNOWN: None}
PAIRS = list(itertools.product(TRUTHS, TRUTHS))


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_and_is_false_once_one_side_is_and_true_only_if_both_are(left: str, right: str) -> None:
    truths = {TRUTHS[left], TRUTHS[right]}
    expected = False if False in truths else None if None in truths else True
    assert holds(f"{left} and {right}", VALUES) is expected


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_or_is_true_once_one_side_is_and_false_only_if_both_are(left: str, right: str) -> None:
    truths = {TRUTHS[left], TRUTHS[right]}
    expected = True if True in truths else None if None in truths else False
    assert holds(f"{left} or {right}", VALUES) is expected


@pytest.mark.parametrize(("text", "expected"), [(TRUE, False), (FALSE, True), (UNKNOWN, None)])
def test_the_contrary_of_the_unknown_is_unknown(text: str, expected: bool | None) -> None:
    assert holds(f"not {text}", VALUES) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 < mem.used < cpu.usage_active", False),
        ("cpu.usage_active < mem.used < 2", False),
        ("1 < mem.used < cpu.usage_active", None),
        ("1 < cpu.usage_active + mem.used", None),
        ("cpu.usage_active == cpu.usage_active", None),
        ("cpu.usage_active != 5", None),
        ("-cpu.usage_active < 5", None),
    ],
)
def test_a_comparison_is_unknown_where_a_side_is_missing(text: str, expected: bool | None) -> None:
    assert holds(text, VALUES) is expected


@pytest.mark.parametrize(
    "text",
    [
        "mem.used / mem.free > 1",
        "mem.used % mem.free == 0",
        "mem.used / (mem.free * 2) != 1",
        "mem.total * mem.total * 1.5 > 1",
        "mem.total * 1e300 - mem.total * 1e300 == 0",
        "mem.total / 0.1 > 1",
    ],
)
def test_what_cannot_be_calculated_is_unknown(text: str) -> None:
    assert holds(text, {"mem": {"used": 2, "free": 0, "total": 1.5e308}}) is None


def test_a_calculation_that_does_not_matter_spoils_nothing() -> None:
    assert holds("mem.used > 1 or mem.used / mem.free > 1", {"mem": {"used": 2, "free": 0}}) is True
    assert holds("mem.used / mem.free > 1 or mem.used > 1", {"mem": {"used": 2, "free": 0}}) is True


def test_a_function_over_a_time_that_is_not_known_equals_nothing() -> None:
    assert holds("avg(cpu.usage_active, 5m) == 0", windows={"avg": None}) is None
    assert holds("not avg(cpu.usage_active, 5m) != 0", windows={"avg": None}) is None


def test_a_host_is_known_also_when_its_metrics_are_not() -> None:
    host = Host(state="down")
    assert holds('cpu.usage_active > 90 or host.state == "down"', host=host) is True
    assert holds('cpu.usage_active > 90 and host.state == "ok"', host=host) is False


def test_a_mistake_of_the_caller_is_not_taken_for_a_missing_value() -> None:
    with pytest.raises(IndexError):
        compile_expression(UNKNOWN).check([], (), FINE)
