"""How tests are shared out between workers (pytest-xdist)."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parent.parent

_SLOWEST_FIRST = ("dashboard", "faults", "deploy", "monctl")
"""Folders whose modules take long: a long module that begins last is one that all others wait for."""

GROUPED_FOLDERS = {"dashboard": "dashboard"}
"""Folders whose modules share what is dear to start, with the group that keeps them on one worker."""


class ModuleScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A module stays together, and so do all tests of one `xdist_group`: one worker runs them in turn."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        _, at, group = name.rpartition("]")[2].rpartition("@")
        return group if at else path


def arrange(items: list[pytest.Item]) -> None:
    """Put items into the groups of their folders, and those that take long first."""
    for item in items:
        group = GROUPED_FOLDERS.get(_folder(item))
        if group is not None and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = _folder(item)
    return _SLOWEST_FIRST.index(folder) if folder in _SLOWEST_FIRST else len(_SLOWEST_FIRST)


def _folder(item: pytest.Item) -> str:
    parts: Sequence[str] = item.path.relative_to(_ROOT).parts
    return parts[0]
