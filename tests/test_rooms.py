"""Rooms stay small enough to be looked over: so many modules stand loose in a package, and no more."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("foundation", "access", "inventory", "metrics", "alerts", "poller", "web", "monctl")

MOST_BESIDE_ROOMS = 9
"""Modules in a package that has packages of its own."""

MOST_IN_A_ROOM = 16
"""Modules in a package that has none."""


def packages() -> list[str]:
    """Every package of the product, as a path below the root."""
    inits = (init for room in ROOMS for init in (ROOT / room).rglob("__init__.py"))
    return sorted(str(init.parent.relative_to(ROOT)) for init in inits if "node_modules" not in init.parts)


def test_every_room_is_looked_at() -> None:
    assert set(ROOMS) <= set(packages())


@pytest.mark.parametrize("package", packages())
def test_a_room_holds_few_loose_modules(package: str) -> None:
    folder = ROOT / package
    modules = sorted(file.stem for file in folder.glob("*.py") if file.name != "__init__.py")
    has_rooms = any(folder.glob("*/__init__.py"))
    most = MOST_BESIDE_ROOMS if has_rooms else MOST_IN_A_ROOM
    assert len(modules) <= most, modules
