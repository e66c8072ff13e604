import re
from pathlib import Path

from inventory.collectors import DEFAULT_COLLECTORS, EVERY_POLL
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
    shown = {key for host in inventory.parsed_hosts.values() for key in host.entry}
    assert shown == KEYS.keys()


def test_the_reference_describes_every_key() -> None:
    reference = (ROOT / "docs" / "hosts-yaml.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", reference, re.MULTILINE) == list(KEYS)


def test_the_reference_says_how_often_each_collector_runs() -> None:
    reference = " ".join((ROOT / "docs" / "hosts-yaml.md").read_text().split())
    fast, slow = (
        [name for name, seconds in DEFAULT_COLLECTORS.items() if seconds == interval]
        for interval in (EVERY_POLL, 30.0)
    )
    assert f"Collectors: {_listed(fast)} run with every poll; {_listed(slow)} every 30 s." in reference
    others = DEFAULT_COLLECTORS.keys() - {*fast, *slow}
    assert all(f"`{name}: on` makes" in reference for name in others)


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
