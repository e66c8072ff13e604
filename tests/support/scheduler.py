"""How tests are shared out between workers (pytest-xdist)."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parent.parent

MACHINE = "machine"
"""The group of tests that need much of the machine, or all of it: hundreds of hosts, mounts, builds."""

_FOLDER_GROUPS = {"dashboard": "dashboard"}
"""Folders whose modules share what is dear to start, with the group that keeps them on one worker."""

_SLOWEST_FIRST = ("dashboard", MACHINE, "faults", "deploy", "monctl")
"""Groups and folders that take long: one that begins last is one that all others wait for."""


class ModuleScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A module stays together, and so do all tests of one `xdist_group`: one worker runs them in turn."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        _, at, group = name.rpartition("]")[2].rpartition("@")
        return group if at else path


def arrange(items: list[pytest.Item]) -> None:
    """Put items into the groups of their folders, and those that take long first."""
    for item in items:
        group = _FOLDER_GROUPS.get(_folder(item))
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    marker = item.get_closest_marker("xdist_group")
    place = marker.args[0] if marker else _folder(item)
    return _SLOWEST_FIRST.index(place) if place in _SLOWEST_FIRST else len(_SLOWEST_FIRST)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(_ROOT).parts[0]
