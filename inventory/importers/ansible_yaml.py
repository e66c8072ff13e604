"""Ansible inventories in YAML form, and the YAML files of variables beside inventories."""

from typing import Any

from foundation.documents.report import Report, shown
from foundation.documents.weight import weigh
from foundation.documents.yaml import Located, read_yaml
from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable

MAX_GROUP_WEIGHT = 30_000_000

_PARTS = frozenset(("hosts", "children", "vars"))


def read_yaml_inventory(text: str, inventory: AnsibleInventory) -> None:
    """Read what `inventory.file` holds; raises ImportUnreadable, with a line."""
    document, report = located_document(text, inventory.file)
    if report.problems:
        first = report.problems[0]
        raise ImportUnreadable(inventory.file, first.message, line=first.line)
    if document is None:
        raise ImportUnreadable(inventory.file, "holds no groups")
    groups = _Groups(inventory)
    groups.read(document)
    if not inventory.lines and groups.skipped:
        reason, line = groups.skipped[0]
        raise ImportUnreadable(inventory.file, reason, line=line)


def located_document(text: str, file: str | None) -> tuple[Located | None, Report]:
    """The document if it is a mapping, its scalars as text, and what is wrong with it."""
    report = Report(file)
    # Every scalar is wanted as text, and what a tag such as !vault marks is never looked at.
    document = read_yaml(text, report, text_at=lambda parent, key: True, on_tag=_tagged)
    return (document if isinstance(document, Located) else None), report


class Hidden:
    """A value that is encrypted."""


class Tagged:
    """A value that a tag gives another meaning."""


def _tagged(tag: str, line: int) -> Hidden | Tagged:
    return Hidden() if tag.startswith("!vault") else Tagged()


def variables_of(mapping: Located, file: str | None) -> dict[str, Variable]:
    """The variables that a mapping sets."""
    return {name: _variable(value, mapping.lines[name], file) for name, value in mapping.items()}


def _variable(value: Any, line: int, file: str | None) -> Variable:
    if isinstance(value, str):
        return Variable(value, line, file)
    return Variable(None, line, file, is_null=value is None, is_hidden=isinstance(value, Hidden))


class _Groups:
    """Groups being read, in the order in which they stand; `skipped`: what is no part of any, with lines."""

    def __init__(self, inventory: AnsibleInventory) -> None:
        self._inventory = inventory
        self.skipped: list[tuple[str, int]] = []

    def read(self, groups: Located) -> None:
        """Take in a mapping of groups, which are in each other no deeper than the document is."""
        for name, content in groups.items():
            self._group(name, content, line=groups.lines[name])

    def _group(self, name: str, content: Any, *, line: int) -> None:
        if content is not None and not isinstance(content, Located):
            self._skip(f"{shown(name)} must be a mapping", name, line)
            return
        self._inventory.work.take_on(weigh(content, most=MAX_GROUP_WEIGHT), line=line)
        group = self._inventory.group(name)
        parts = content if isinstance(content, Located) else Located(line)
        for part, value in parts.items():
            where = parts.lines[part]
            if part not in _PARTS:
                self._skip(f"{shown(part)} is no part of a group", part, where)
                continue
            mapping = self._mapping(value, part, line=where)
            if part == "vars":
                group.variables.update(variables_of(mapping, self._inventory.file))
            elif part == "children":
                group.children.update(dict.fromkeys(mapping))
                self.read(mapping)
            else:
                self._hosts(mapping, name)

    def _hosts(self, mapping: Located, group: str) -> None:
        for pattern, variables in mapping.items():
            line = mapping.lines[pattern]
            values = variables_of(self._mapping(variables, pattern, line=line), self._inventory.file)
            self._inventory.add_hosts(pattern, group, values, line=line)

    def _mapping(self, value: Any, name: str, *, line: int) -> Located:
        if value is None:
            return Located(line)
        if isinstance(value, str) and name in _PARTS:
            # one name may stand for a mapping that holds nothing else
            single = Located(line)
            single[value], single.lines[value] = None, line
            return single
        if isinstance(value, Located):
            return value
        raise ImportUnreadable(self._inventory.file, f"{shown(name)} must be a mapping", line=line)

    def _skip(self, reason: str, name: str, line: int) -> None:
        self.skipped.append((reason, line))
        self._inventory.notes.add(self._inventory.file, line, name, message=f"{reason}: left out")
