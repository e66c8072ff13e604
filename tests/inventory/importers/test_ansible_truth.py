"""What is imported of an Ansible inventory is what `ansible-inventory` and then `ssh -G` make of it."""

import json
import random
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.importers.detect import import_hosts
from tests.inventory.importers.truth import (
    COMPUTED,
    DATA,
    Listed,
    computed_by_ansible,
    listed,
    parse_listed,
    reached_by_ansible,
    reached_by_entry,
)
from tests.support.examples import examples

pytestmark = pytest.mark.sshd

INVENTORIES = ("ini/hosts", "ini/priorities", "yaml/hosts.yml", "vars/inventory.ini", "folder")
_NOT_SSH = {"community.general.winrm", "ansible.netcommon.network_cli"}


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Inventory -> what `ansible-inventory --list` prints, asked once."""
    home = tmp_path_factory.mktemp("home")
    return {name: listed(DATA / "ansible" / name, home) for name in INVENTORIES}


def assert_like_ansible(source: Path, truth: Listed) -> None:
    """The same hosts in the same groups, each reached as Ansible's command line of ssh would."""
    entries = import_hosts(source).entries
    expected = {
        name
        for name, variables in truth.variables.items()
        if variables.get("ansible_connection") not in _NOT_SSH
    }
    assert entries.keys() == expected
    for name, entry in entries.items():
        variables = truth.variables[name]
        assert set(entry.get("groups", ())) == truth.groups[name], name
        is_local = str(variables.get("ansible_connection")).endswith("local")
        assert (entry.get("connection") == "local") == is_local, name
        assert reached_by_entry(name, entry) == reached_by_ansible(name, variables), name


@pytest.mark.parametrize("name", INVENTORIES)
def test_each_host_of_an_inventory_is_reached_as_ansible_would(name: str, lists: dict[str, str]) -> None:
    truth = parse_listed(lists[name])
    assert len(truth.variables) >= 3
    assert_like_ansible(DATA / "ansible" / name, truth)


@pytest.mark.parametrize("name", INVENTORIES)
def test_a_list_of_ansible_imports_as_what_it_was_made_of(
    name: str, lists: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "hosts.json"
    path.write_text(lists[name])
    assert_like_ansible(path, parse_listed(lists[name]))


def test_a_list_with_variables_of_groups_has_their_order(lists: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "hosts.json"
    path.write_text(listed(DATA / "ansible" / "ini" / "priorities", tmp_path, "--export"))
    assert_like_ansible(path, parse_listed(lists["ini/priorities"]))


def test_a_list_in_yaml_imports_too(lists: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(listed(DATA / "ansible" / "vars" / "inventory.ini", tmp_path, "--yaml"))
    assert_like_ansible(path, parse_listed(lists["vars/inventory.ini"]))


@pytest.mark.parametrize("seed", [1, 2])
def test_groups_within_groups_have_their_say_in_ansible_s_order(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    groups = [f"g{number}" for number in range(14)]
    lines: list[str] = []
    for group in groups:
        lines += [f"[{group}]", *(f"h{number}" for number in sorted(chance.sample(range(30), 6)))]
    for number, group in enumerate(groups[:-1]):
        # only later groups, so that none is its own child
        children = chance.sample(groups[number + 1 :], chance.randint(0, min(3, 13 - number)))
        lines += [f"[{group}:children]", *children]
    for group in (*groups, "all", "ungrouped"):
        lines += [f"[{group}:vars]"]
        lines += [f"ansible_user={group}"] if chance.random() < 0.7 else []
        lines += [f"ansible_port={chance.randint(1, 65535)}"] if chance.random() < 0.5 else []
        if group in groups and chance.random() < 0.4:
            lines += [f"ansible_group_priority={chance.randint(-3, 12)}"]
    path = tmp_path / "hosts"
    path.write_text("\n".join(["alone", "[all]", "nowhere", *lines, ""]))
    assert_like_ansible(path, parse_listed(listed(path, tmp_path)))


def test_templates_of_plain_variables_are_computed_as_by_ansible(tmp_path: Path) -> None:
    path = DATA / "ansible" / "templates" / "hosts.ini"
    truth = computed_by_ansible(path, tmp_path)
    entries = import_hosts(path).entries
    assert entries.keys() == truth.keys()
    assert len(entries) == 5
    for name, entry in entries.items():
        assert reached_by_entry(name, entry) == reached_by_ansible(name, truth[name]), name
        assert entry["python"] == "/opt/python/bin/python3"
    assert set(COMPUTED) > {"ansible_host", "ansible_port"}


_ARGUMENTS = (
    *(["-p", "2201"], ["-p2202"], ["-o", "Port=2203"], ["-oPort 2204"], ["-o", "port = 2205"]),
    *(["-l", "one"], ["-ltwo"], ["-o", "User=three"], ["-Cqlfour"], ["-o", 'User "five six"']),
    *(["-i", "/dev/null"], ["-i/etc/hostname"], ["-o", "IdentityFile=~/.ssh/a"], ["-oIdentityFile none"]),
    *(["-o", "ProxyJump=gate"], ["-oProxyJump ops@gate:2200,second"], ["-o", "ProxyJump=none"]),
    *(["-o", "ProxyCommand=ssh -W %h:%p -l ops -p 2206 gate"], ["-o", "ProxyCommand=none"]),
    *(["-o", "HostName=%h.example.com"], ["-C"], ["-o", "StrictHostKeyChecking=no"], ["-4", "-A"]),
)


@settings(max_examples=examples(300, few=40))
@given(
    st.lists(st.sampled_from(_ARGUMENTS), max_size=7),
    st.sampled_from(("", "ansible_port=2299 ansible_user=u")),
)
def test_any_arguments_of_ssh_are_read_as_ssh_reads_them(arguments: list[list[str]], others: str) -> None:
    text = shlex.join(word for words in arguments for word in words)
    variables = {**dict(word.split("=") for word in others.split()), "ansible_ssh_common_args": text}
    entry = import_hosts(json.dumps({"_meta": {"hostvars": {"host": variables}}})).entries["host"]
    truth = reached_by_ansible("host", variables)
    assert reached_by_entry("host", entry) == truth, text
