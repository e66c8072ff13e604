"""What is said of tests by their paths holds for the tests that there are."""

from pathlib import Path

from tests.support.scheduler import GROUPS, group_of, in_order

_ROOT = Path(__file__).parent.parent


def test_every_group_has_tests() -> None:
    for start in GROUPS:
        path, _, name = start.partition("::")
        assert (_ROOT / path).exists(), start
        assert f"def {name}" in (_ROOT / path).read_text() if name else True, start


def test_tests_of_a_group_are_recognised_and_others_are_not() -> None:
    assert group_of("tests/dashboard/test_login.py::test_x") == "dashboard"
    assert group_of("tests/monctl/test_daemon_alerts.py::test_alerts") is None


def test_the_longest_begin_first_and_what_waits_is_mixed_with_what_computes() -> None:
    waiting = [f"tests/faults/test_{number}.py" for number in range(5)]
    computing = [f"tests/web/test_{number}.py" for number in range(10)]
    order = in_order([*waiting, *computing, "dashboard", "machine"])
    assert order[:2] == ["machine", "dashboard"]
    assert sorted(order[2:]) == sorted([*waiting, *computing])
    for half in (order[2:9], order[9:]):
        assert sum(scope in waiting for scope in half) in (2, 3)
    assert order[-1] in computing
