"""Ansible inventories in INI form."""

import ast
import re
import shlex

from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable
from inventory.importers.result import check_lines

_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?")
_KINDS = frozenset((None, "hosts", "children", "vars"))
_LONGEST_LITERAL = 4096


def read_ini(text: str, inventory: AnsibleInventory) -> None:
    """Read what `inventory.file` holds; raises ImportUnreadable, with a line."""
    check_lines(text, file=inventory.file)
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
            reason = f"has a section of an unknown kind: [{group}:{kind}]"
            raise ImportUnreadable(inventory.file, reason, line=number)


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
    name, equals, value = line.partition("=")
    if not equals or not name.strip():
        raise ImportUnreadable(inventory.file, "a variable is written name=value", line=number)
    inventory.group(group).variables[name.strip()] = _variable(inventory, value.strip(), number)


def _variable(inventory: AnsibleInventory, text: str, number: int) -> Variable:
    """The value as Ansible takes it: a literal of Python if it is one, in quotes or before a comment."""
    value: object = text
    if len(text) <= _LONGEST_LITERAL:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            value = text
    if isinstance(value, bool | int | float | str):
        return Variable(str(value), number, inventory.file)
    return Variable(None, number, inventory.file, is_null=value is None)


def _host(inventory: AnsibleInventory, line: str, group: str, *, number: int) -> None:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        raise ImportUnreadable(inventory.file, "has a quote that does not end", line=number) from None
    variables: dict[str, Variable] = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if not equals:
            reason = "a host's line has only name=value behind it"
            raise ImportUnreadable(inventory.file, reason, line=number)
        variables[key] = _variable(inventory, value, number)
    if words:
        inventory.add_hosts(words[0], group, variables, line=number)
