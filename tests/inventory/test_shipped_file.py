import re
from pathlib import Path

from inventory.host import Connection
from inventory.hosts_yaml.file import load_inventory
from inventory.hosts_yaml.keys import KEYS
from tests.inventory.loading import load

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "hosts.yaml"

_EXAMPLE = re.compile(r"^#(?=\S|  )", re.MULTILINE)


def test_the_shipped_file_watches_this_machine_and_nothing_else() -> None:
    (host,) = load_inventory(SHIPPED, environ={}).hosts.values()
    assert (host.name, host.connection) == ("this-machine", Connection.LOCAL)


def test_the_examples_of_the_shipped_file_load_when_the_comment_signs_are_taken_away() -> None:
    inventory = load(_EXAMPLE.sub("", SHIPPED.read_text()), OLD_PASSWORD="x")
    assert len(inventory.hosts) == 31
    assert inventory.hosts["db-20"].address == "db-20.internal"
    assert inventory.hosts["branch"].address == "branch.example.com"


def test_the_examples_show_every_key() -> None:
    inventory = load(_EXAMPLE.sub("", SHIPPED.read_text()), OLD_PASSWORD="x")
    shown = {key for host in inventory.parsed.values() for key in host.entry}
    assert shown == KEYS.keys()


def test_the_reference_describes_every_key() -> None:
    reference = (ROOT / "docs" / "hosts-yaml.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", reference, re.MULTILINE) == list(KEYS)
