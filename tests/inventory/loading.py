"""Loading text as a hosts.yaml, in tests."""

import pytest

from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.hosts_yaml.file import Inventory, parse_inventory

FILE = "hosts.yaml"


def load(text: str, **environ: str) -> Inventory:
    """The inventory of this text."""
    return parse_inventory(text, file=FILE, environ=environ)


def only_host(text: str, **environ: str) -> HostSpec:
    """The one host of this text."""
    (host,) = load(text, **environ).hosts.values()
    return host


def problems_of(text: str | bytes, **environ: str) -> list[str]:
    """What is wrong with this text, a line each, without the file's name."""
    with pytest.raises(InventoryInvalid) as caught:
        parse_inventory(text, file=FILE, environ=environ)
    return [str(problem).removeprefix(f"{FILE}:") for problem in caught.value.problems]
