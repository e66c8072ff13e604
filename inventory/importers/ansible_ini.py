"""Ansible inventories in INI form."""

import re
import shlex

from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable
from inventory.importers.result import check_lines

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?")
_VARIABLE = re.compile(r"([^=\s]+)\s*=\s*(.*)")
_HOST_WITH_PORT = re.compile(r"([^:\[\]]+(?:\[[^\]]*\][^:\[\]]*)*):([0-9]{1,5})")
_KINDS = frozenset((None, "hosts", "children", "vars"))


def parse_ini(text: str, *, file: str | None) -> AnsibleInventory:
    """Read the inventory; raises ImportUnreadable with the line of what cannot be understood."""
    check_lines(text, file=file)
    inventory = AnsibleInventory(file)
    group, kind = "ungrouped", None
    for number, content in enumerate(text.splitlines(), 1):
        line = content.strip()
        if not line or line[0] in "#;":
            continue
        section = _SECTION.fullmatch(line)
        if section is None:
            _entry(inventory, line, group, kind=kind, number=number)
            continue
        group, kind = section.group(1), section.group(2)
        inventory.group(group)
        if kind not in _KINDS:
            raise ImportUnreadable(file, f"has a section of an unknown kind: [{group}:{kind}]", line=number)
    return inventory


def _entry(inventory: AnsibleInventory, line: str, group: str, *, kind: str | None, number: int) -> None:
    if kind == "vars":
        _group_variable(inventory, line, group, number=number)
    elif kind == "children":
        child = line.split("#")[0].strip()
        inventory.group(group).children[child] = None
        inventory.group(child)
    else:
        _host(inventory, line, group, number=number)


def _group_variable(inventory: AnsibleInventory, line: str, group: str, *, number: int) -> None:
    match = _VARIABLE.fullmatch(line)
    if match is None:
        raise ImportUnreadable(inventory.file, "a variable is written name=value", line=number)
    inventory.group(group).variables[match.group(1)] = Variable(_unquoted(match.group(2)), number)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _host(inventory: AnsibleInventory, line: str, group: str, *, number: int) -> None:
    try:
        name, *words = shlex.split(line, comments=True)
    except ValueError:
        raise ImportUnreadable(inventory.file, "has a quote that does not end", line=number) from None
    variables: dict[str, Variable] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise ImportUnreadable(inventory.file, "a host's line has only name=value behind it", line=number)
        variables[key] = Variable(value, number)
    with_port = _HOST_WITH_PORT.fullmatch(name)
    if with_port is not None:
        name = with_port.group(1)
        variables.setdefault("ansible_port", Variable(with_port.group(2), number))
    inventory.add_host(name, group, variables, line=number)
