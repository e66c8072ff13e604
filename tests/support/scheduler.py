"""How tests are shared out between workers (pytest-xdist)."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parent.parent

_MACHINE = "machine"
GROUPS: Mapping[str, str] = {
    # one daemon, one browser and one log-in for each user serve them all
    "tests/dashboard/": "dashboard",
    # they need much of the machine, or all of it: hundreds of hosts, mounts, builds, attacks
    "tests/faults/test_storms.py": _MACHINE,
    "tests/hostile/test_soak.py": _MACHINE,
    "tests/deploy/test_container.py": _MACHINE,
    "tests/poller/probe/test_dead_mount.py": _MACHINE,
    "tests/poller/probe/test_load.py": _MACHINE,
    "tests/monctl/test_daemon_alerts.py::test_processes_that_burn_cpu": _MACHINE,
}
"""Beginnings of the ids of tests that one worker runs, in turn, and the group's name."""

_SLOWEST_FIRST = (_MACHINE, "dashboard", "faults", "hostile", "deploy", "monctl")
"""Groups and folders that take long: one that begins last is one that all others wait for."""


def group_of(nodeid: str) -> str | None:
    """The group that a test belongs to."""
    return next((group for start, group in GROUPS.items() if nodeid.startswith(start)), None)


class ModuleScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A module stays together, and so do all tests of a group: one worker runs them in turn."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid.partition("::")[0]


def arrange(items: list[pytest.Item]) -> None:
    """Put items that take long first."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    place = group_of(item.nodeid) or item.path.relative_to(_ROOT).parts[0]
    return _SLOWEST_FIRST.index(place) if place in _SLOWEST_FIRST else len(_SLOWEST_FIRST)
