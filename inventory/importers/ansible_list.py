"""Output of `ansible-inventory --list` and of inventory scripts: JSON that names groups and hosts."""

import json
from typing import Any

from inventory.errors import ImportUnreadable
from inventory.importers.ansible_groups import AnsibleInventory, Variable

_META = "_meta"


def is_list(text: str) -> bool:
    """Whether the text is such output, and no YAML inventory that is written in JSON."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        document = _document(text, None)
    except ImportUnreadable:
        return f'"{_META}"' in text
    return _META in document or any(_lists_members(content) for content in document.values())


def _lists_members(content: object) -> bool:
    if isinstance(content, dict):
        return any(isinstance(content.get(part), list) for part in ("hosts", "children"))
    return isinstance(content, list) and all(isinstance(name, str) for name in content)


def read_list(text: str, inventory: AnsibleInventory) -> None:
    """Read what `inventory.file` holds; raises ImportUnreadable."""
    document = _document(text, inventory.file)
    inventory.work.take_on(len(text) // 4, line=None)
    for name, content in document.items():
        if name != _META:
            _group(inventory, name, content)
    meta = document.get(_META)
    host_variables = meta.get("hostvars") if isinstance(meta, dict) else None
    for name, variables in (host_variables if isinstance(host_variables, dict) else {}).items():
        inventory.add_host(name, "all", _variables(inventory, variables))


def _document(text: str, file: str | None) -> dict[str, Any]:
    try:
        # numbers are wanted as they are written
        document = json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise ImportUnreadable(file, f"not valid JSON: {error.msg}", line=error.lineno) from error
    except RecursionError as error:
        raise ImportUnreadable(file, "is nested too deeply") from error
    if not isinstance(document, dict):
        raise ImportUnreadable(file, "holds no groups")
    return document


def _group(inventory: AnsibleInventory, name: str, content: object) -> None:
    group = inventory.group(name)
    if isinstance(content, list):
        content = {"hosts": content}
    if not isinstance(content, dict):
        return
    for host in _names(content.get("hosts")):
        inventory.add_host(host, name, {})
    for child in _names(content.get("children")):
        group.children[child] = None
        inventory.group(child)
    group.variables.update(_variables(inventory, content.get("vars")))


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list | dict) else []


def _variables(inventory: AnsibleInventory, value: object) -> dict[str, Variable]:
    if not isinstance(value, dict):
        return {}
    return {name: _variable(item, inventory.file) for name, item in value.items()}


def _variable(value: object, file: str | None) -> Variable:
    if isinstance(value, dict) and list(value) == ["__ansible_unsafe"]:
        value = value["__ansible_unsafe"]
    if isinstance(value, str | bool):
        return Variable(str(value), None, file)
    is_hidden = isinstance(value, dict) and "__ansible_vault" in value
    return Variable(None, None, file, is_null=value is None, is_hidden=is_hidden)
