"""Ansible inventories in YAML form."""

from typing import Any

from foundation.documents.report import Report, shown
from foundation.documents.weight import weigh
from foundation.documents.yaml import Located, read_yaml
from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable

MAX_GROUP_WEIGHT = 30_000_000

_PARTS = frozenset(("hosts", "children", "vars"))


def parse_yaml(text: str, *, file: str | None) -> AnsibleInventory:
    """Read the inventory; raises ImportUnreadable with the line of what cannot be understood."""
    report = Report(file)
    # Every scalar is wanted as text, and what a tag such as !vault marks is never looked at.
    document = read_yaml(text, report, text_at=lambda parent, key: True, on_tag=lambda tag, line: _Hidden())
    if report.problems:
        first = report.problems[0]
        raise ImportUnreadable(file, first.message, line=first.line)
    if not isinstance(document, Located):
        raise ImportUnreadable(file, "holds no groups")
    inventory = AnsibleInventory(file)
    _Groups(inventory).read(document)
    return inventory


class _Hidden:
    """A value that is encrypted or made by a plug-in."""


class _Groups:
    """Groups being read, each mapping once, so that aliases cannot multiply the work."""

    def __init__(self, inventory: AnsibleInventory) -> None:
        self._inventory = inventory

    def read(self, groups: Located) -> None:
        mappings = [groups]
        while mappings:
            current = mappings.pop()
            for name, content in current.items():
                children = self._group(name, content, line=current.lines[name])
                if children is not None:
                    mappings.append(children)

    def _group(self, name: str, content: Any, *, line: int) -> Located | None:
        """Take one group in; returns the mapping of its children."""
        self._inventory.work.take_on(weigh(content, most=MAX_GROUP_WEIGHT), line=line)
        group = self._inventory.group(name)
        parts = self._mapping(content, name, line=line)
        for part in parts:
            if part not in _PARTS:
                raise self._unreadable(f"{shown(part)} is no part of a group", parts.lines[part])
        for pattern, variables, where in self._items(parts, "hosts"):
            values = _variables(self._mapping(variables, pattern, line=where))
            self._inventory.add_host(pattern, name, values, line=where)
        variables = self._mapping(parts.get("vars"), "vars", line=line)
        group.variables.update(_variables(variables))
        children = self._mapping(parts.get("children"), "children", line=line)
        group.children.update(dict.fromkeys(children))
        return children or None

    def _items(self, parts: Located, part: str) -> list[tuple[str, Any, int]]:
        mapping = self._mapping(parts.get(part), part, line=parts.line)
        return [(name, value, mapping.lines[name]) for name, value in mapping.items()]

    def _mapping(self, value: Any, name: str, *, line: int) -> Located:
        if value is None:
            return Located(line)
        if isinstance(value, Located):
            return value
        raise self._unreadable(f"{shown(name)} must be a mapping", line)

    def _unreadable(self, reason: str, line: int) -> ImportUnreadable:
        return ImportUnreadable(self._inventory.file, reason, line=line)


def _variables(mapping: Located) -> dict[str, Variable]:
    return {
        name: Variable(value if isinstance(value, str) else None, mapping.lines[name])
        for name, value in mapping.items()
    }
