"""How tests are shared out between workers (pytest-xdist)."""

from collections.abc import Iterable, Mapping

import pytest
from xdist.scheduler import LoadScopeScheduling

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

_LONGEST = (_MACHINE, "dashboard")
"""Groups that take long, one worker each: one that began last is one that all others would wait for."""

_WAITING = ("faults", "hostile", "deploy", "monctl")
"""Folders whose tests wait for most of their time: others are to run meanwhile."""


def group_of(nodeid: str) -> str | None:
    """The group that a test belongs to."""
    return next((group for start, group in GROUPS.items() if nodeid.startswith(start)), None)


def scope_of(nodeid: str) -> str:
    """What a test stays together with: its group, or else its module."""
    return group_of(nodeid) or nodeid.partition("::")[0]


class ModuleScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A module stays together, and so do all tests of a group: one worker runs them in turn."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def in_order(scopes: Iterable[str]) -> list[str]:
    """Scopes as they are to begin: the longest, then evenly mixed those that wait and those that compute."""
    names = list(scopes)
    longest = [scope for scope in _LONGEST if scope in names]
    rest = [scope for scope in names if scope not in longest]
    waiting = [scope for scope in rest if scope.split("/")[1] in _WAITING]
    computing = [scope for scope in rest if scope not in waiting]
    # of both the same part at any moment, and those that wait are through a little earlier
    places = [(place / len(waiting) * 0.9, scope) for place, scope in enumerate(waiting)]
    places += [(place / len(computing), scope) for place, scope in enumerate(computing)]
    return longest + [scope for _, scope in sorted(places)]


def arrange(items: list[pytest.Item]) -> None:
    """Put items into the order of their scopes."""
    turns = {scope: turn for turn, scope in enumerate(in_order(dict.fromkeys(_scopes(items))))}
    items.sort(key=lambda item: turns[scope_of(item.nodeid)])


def _scopes(items: list[pytest.Item]) -> Iterable[str]:
    return (scope_of(item.nodeid) for item in items)
