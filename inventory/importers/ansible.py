"""Hosts of an Ansible inventory, in INI or YAML form."""

import re
import shlex
from typing import Any

from foundation.documents.report import shown
from foundation.documents.values import MAX_TEXT_CHARACTERS
from foundation.documents.variables import escape
from inventory.importers.ansible_groups import AnsibleInventory, Variable
from inventory.importers.ansible_ini import parse_ini
from inventory.importers.ansible_yaml import parse_yaml
from inventory.importers.result import ImportedHost, ImportResult, Notes

_KEYS = {
    "ansible_host": "address",
    "ansible_ssh_host": "address",
    "ansible_port": "port",
    "ansible_ssh_port": "port",
    "ansible_user": "user",
    "ansible_ssh_user": "user",
    "ansible_ssh_private_key_file": "key",
    "ansible_private_key_file": "key",
    "ansible_python_interpreter": "python",
}
_SSH_CONNECTIONS = frozenset(("ssh", "smart", "paramiko", "paramiko_ssh"))
_OPTION_JUMP = re.compile(r"proxyjump(?:\s*=\s*|\s+)(\S+)", re.IGNORECASE)
_SECRET = re.compile(r"pass(word|phrase)?$|_pass_|secret|token", re.IGNORECASE)
_ARGUMENTS = frozenset(("ansible_ssh_common_args", "ansible_ssh_extra_args"))


def import_ansible_ini(text: str, *, file: str | None = None) -> ImportResult:
    """Hosts of an INI inventory; raises ImportUnreadable."""
    return _convert(parse_ini(text, file=file))


def import_ansible_yaml(text: str, *, file: str | None = None) -> ImportResult:
    """Hosts of a YAML inventory; raises ImportUnreadable."""
    return _convert(parse_yaml(text, file=file))


def _convert(inventory: AnsibleInventory) -> ImportResult:
    """Each host with its groups as labels and with the variables that say how to reach it.

    Variables of `all` come first, then those of groups from the outermost in, then the host's own. Passwords
    are never copied.
    """
    converter = _Converter(inventory)
    hosts: dict[str, ImportedHost] = {}
    for name, groups in inventory.groups_of().items():
        entry = converter.entry(name, groups)
        if entry is not None:
            hosts[name] = ImportedHost(inventory.file, inventory.lines[name], entry)
    return converter.notes.result(hosts)


class _Converter:
    """Turns variables into entries; what is left out of several hosts is noted once."""

    def __init__(self, inventory: AnsibleInventory) -> None:
        self._inventory = inventory
        self._noted_variables: set[tuple[int, str]] = set()
        self.notes = Notes()

    def entry(self, name: str, groups: list[str]) -> dict[str, Any] | None:
        """The host's entry; None, with a note, for a host that is not reached over SSH."""
        entry: dict[str, Any] = {}
        for variable, value in self._variables(name, groups).items():
            if variable == "ansible_connection":
                if not self._connection(entry, name, value):
                    return None
            elif variable.startswith("ansible_"):
                self._setting(entry, variable, value)
        if entry.get("address") == name:
            del entry["address"]
        if groups:
            entry["groups"] = groups
        return entry

    def _variables(self, name: str, groups: list[str]) -> dict[str, Variable]:
        variables: dict[str, Variable] = {}
        for group in ("all", *(groups or ["ungrouped"])):
            if group in self._inventory.groups:
                of_group = self._inventory.groups[group].variables
                self._inventory.work.take_on(1 + len(of_group), line=self._inventory.lines[name])
                variables |= of_group
        return variables | self._inventory.variables[name]

    def _connection(self, entry: dict[str, Any], name: str, connection: Variable) -> bool:
        if connection.value == "local":
            entry["connection"] = "local"
        elif connection.value not in _SSH_CONNECTIONS:
            message = f"is reached by {shown(connection.value)}, not by SSH: left out"
            self.notes.add(self._inventory.file, connection.line, name, message=message)
            return False
        return True

    def _setting(self, entry: dict[str, Any], variable: str, value: Variable) -> None:
        if _SECRET.search(variable):
            self._note(variable, value, 'is never copied: give it as password: "${NAME}", or use a key')
        elif value.value is not None and len(value.value) > MAX_TEXT_CHARACTERS:
            self._note(variable, value, f"has more than {MAX_TEXT_CHARACTERS} characters: left out")
        elif value.value is None or "{{" in value.value:
            self._note(variable, value, "is encrypted, computed or no single value: left out")
        elif variable in _ARGUMENTS:
            self._arguments(entry, variable, value)
        elif variable not in _KEYS:
            self._note(variable, value, "has no counterpart in hosts.yaml")
        elif not (variable == "ansible_python_interpreter" and value.value.startswith("auto")):
            self._inventory.work.take_on(len(value.value), line=value.line)
            entry[_KEYS[variable]] = _converted(_KEYS[variable], value.value)

    def _arguments(self, entry: dict[str, Any], variable: str, value: Variable) -> None:
        jump, others = jump_of(value.value or "")
        if jump is not None:
            entry["jump"] = escape(jump)
        if others:
            self._note(variable, value, "is copied only as far as it names a jump host")

    def _note(self, variable: str, value: Variable, message: str) -> None:
        if (value.line, variable) not in self._noted_variables:
            self._noted_variables.add((value.line, variable))
            self.notes.add(self._inventory.file, value.line, variable, message=message)


def _converted(key: str, value: str) -> str | int:
    return int(value) if key == "port" and value.isdecimal() else escape(value)


def jump_of(arguments: str) -> tuple[str | None, bool]:
    """The jump host that ssh's arguments name, and whether they say anything else."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        return None, True
    jump, others = None, False
    while words:
        word = words.pop(0)
        option = word[:2] if word[:2] in ("-J", "-o") else None
        if option is None:
            others = True
            continue
        value = word[2:] or (words.pop(0) if words else "")
        match = _OPTION_JUMP.fullmatch(value)
        named_jump = value if option == "-J" else match and match.group(1)
        jump, others = (named_jump or jump), (others or not named_jump)
    return jump, others
