"""What is said of tests by their paths holds for the tests that there are."""

from pathlib import Path

from tests.support.scheduler import GROUPS, group_of

_ROOT = Path(__file__).parent.parent


def test_every_group_has_tests() -> None:
    for start in GROUPS:
        path, _, name = start.partition("::")
        assert (_ROOT / path).exists(), start
        assert f"def {name}" in (_ROOT / path).read_text() if name else True, start


def test_tests_of_a_group_are_recognised_and_others_are_not() -> None:
    assert group_of("tests/dashboard/test_login.py::test_x") == "dashboard"
    assert group_of("tests/monctl/test_daemon_alerts.py::test_alerts") is None
