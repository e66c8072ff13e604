"""Hosts of an Ansible inventory: an INI or YAML file, the output of `ansible-inventory --list`, a folder."""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foundation.documents.errors import ValueInvalid
from foundation.documents.report import shown
from foundation.documents.values import MAX_TEXT_CHARACTERS
from foundation.documents.variables import escape
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.values import group_name
from inventory.importers.ansible_groups import PRIORITY, AnsibleInventory, Variable, is_secret
from inventory.importers.ansible_ini import read_ini
from inventory.importers.ansible_list import is_list, read_list
from inventory.importers.ansible_templates import Uncomputable, computed
from inventory.importers.ansible_vars import VariableFiles
from inventory.importers.ansible_yaml import read_yaml_inventory
from inventory.importers.result import ImportedHost, ImportResult
from inventory.importers.ssh_arguments import (
    SshArguments,
    Way,
    chosen_way,
    parse_arguments,
    split_destination,
    way_of_options,
)
from inventory.importers.ssh_words import key_path
from inventory.importers.text import files_in, is_file, is_folder

# of several names of a setting, the last that is set counts
_ADDRESS = ("ansible_host", "ansible_ssh_host")
_PORT = ("ansible_port", "ansible_ssh_port")
_USER = ("ansible_user", "ansible_ssh_user")
_KEY = ("ansible_private_key_file", "ansible_ssh_private_key_file")
_PYTHON = ("ansible_python_interpreter",)
_CONNECTION = ("ansible_connection",)
_BEFORE = ("ansible_ssh_args",)
_BEHIND = ("ansible_ssh_common_args", "ansible_ssh_extra_args")
_READ = frozenset((*_ADDRESS, *_PORT, *_USER, *_KEY, *_PYTHON, *_CONNECTION, *_BEFORE, *_BEHIND, PRIORITY))

_SSH_CONNECTIONS = frozenset(("ssh", "smart", "paramiko", "paramiko_ssh", "libssh"))
_OWN_COLLECTIONS = re.compile(r"ansible\.(?:builtin|legacy|netcommon)\.")
_COPIED_OPTIONS = frozenset(
    ("hostname", "port", "user", "identityfile", "proxyjump", "proxycommand", "userknownhostsfile")
)
_NO_FILE = frozenset(("none", "/dev/null"))


def import_ansible_ini(text: str, *, file: str | None = None, folder: Path | None = None) -> ImportResult:
    """Hosts of an INI inventory; group_vars and host_vars of `folder` count. Raises ImportUnreadable."""
    return _import(read_ini, text, file, folder)


def import_ansible_yaml(text: str, *, file: str | None = None, folder: Path | None = None) -> ImportResult:
    """Hosts of a YAML inventory or of the output of `ansible-inventory --list`; raises ImportUnreadable."""
    return _import(read_yaml_or_list, text, file, folder)


def _import(
    read: Callable[[str, AnsibleInventory], None], text: str, file: str | None, folder: Path | None
) -> ImportResult:
    inventory = AnsibleInventory(file)
    read(text, inventory)
    return converted(inventory, folder=folder)


def read_yaml_or_list(text: str, inventory: AnsibleInventory) -> None:
    """Read a YAML inventory, or a list of hosts and groups in JSON; raises ImportUnreadable."""
    (read_list if is_list(text) else read_yaml_inventory)(text, inventory)


def converted(inventory: AnsibleInventory, *, folder: Path | None) -> ImportResult:
    """Each host with its groups as labels and with the variables that say how to reach it.

    Variables of groups in the inventory come first, from `all` in, then those of group_vars, then the host's
    own, then host_vars. Passwords are never copied.
    """
    converter = _Converter(inventory, VariableFiles(folder, inventory))
    hosts: dict[str, ImportedHost] = {}
    for name, groups in inventory.groups_of().items():
        entry = converter.entry(name, groups)
        if entry is not None:
            hosts[name] = ImportedHost(inventory.files[name], inventory.lines[name], entry)
    return inventory.notes.result(hosts)


class _Converter:
    """Turns variables into entries; what is left out of several hosts is noted once."""

    def __init__(self, inventory: AnsibleInventory, files: VariableFiles) -> None:
        self.work = inventory.work
        self._inventory = inventory
        self._files = files
        self._noted_variables: set[tuple[str | None, int | None, str]] = set()
        self._arguments: dict[str, SshArguments] = {}
        self._ways: dict[tuple[str, str, str | None], Way | None] = {}

    def entry(self, name: str, groups: list[str]) -> dict[str, Any] | None:
        """The host's entry; None, with a note, for a host that is not reached over SSH."""
        variables = self._variables(name, groups)
        values = _Values(self, variables, self._magic(name))
        entry: dict[str, Any] = {}
        connection, where = values.read(_CONNECTION)
        if connection == "local":
            entry["connection"] = "local"
        elif where is not None and connection not in _SSH_CONNECTIONS | {None}:
            message = f"is reached by {shown(where.value)}, not by SSH: left out"
            self._inventory.notes.add(where.file, where.line, name, message=message)
            return None
        self._note_others(variables)
        self._reach(entry, name, values)
        if entry.get("address") == name:
            del entry["address"]
        labels = [group for group in groups if self._is_label(group)]
        if labels:
            entry["groups"] = labels
        self.work.take_on(sum(len(str(value)) for value in entry.values()), line=None)
        return entry

    def _is_label(self, group: str) -> bool:
        """Whether a group of that name can stand in hosts.yaml; a note says so where it cannot."""
        try:
            group_name(group)
        except ValueInvalid as error:
            self.note(group, None, f"is left out as a group: {error.message}")
            return False
        return True

    def _variables(self, name: str, groups: list[str]) -> dict[str, Variable]:
        all_groups = ("all", *(groups or ["ungrouped"]))
        of_groups = [
            self._inventory.groups[group].variables for group in all_groups if group in self._inventory.groups
        ]
        layers = [
            *of_groups,
            *map(self._files.of_group, all_groups),
            self._inventory.variables[name],
            self._files.of_host(name),
        ]
        variables: dict[str, Variable] = {}
        for layer in layers:
            self.work.take_on(1 + len(layer), line=self._inventory.lines[name])
            variables |= layer
        return variables

    def _magic(self, name: str) -> dict[str, Variable]:
        """What Ansible itself sets for a host."""
        file = self._inventory.files[name]
        is_address = re.fullmatch(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", name) is not None
        texts = {
            "inventory_hostname": name,
            "inventory_hostname_short": name if is_address else name.split(".")[0],
        }
        if file is not None:
            texts["inventory_file"] = os.path.abspath(file)  # noqa: PTH100 -- links are not followed
            texts["inventory_dir"] = os.path.dirname(texts["inventory_file"])  # noqa: PTH120
        return {key: Variable(text, None, file) for key, text in texts.items()}

    def _note_others(self, variables: Mapping[str, Variable]) -> None:
        for variable, value in variables.items():
            if not variable.startswith("ansible_"):
                if value.is_hidden:
                    self.note(variable, value, "is encrypted: left out")
                continue
            if is_secret(variable):
                self.note(variable, value, 'is never copied: give it as password: "${NAME}", or use a key')
            elif variable not in _READ:
                self.note(variable, value, "has no counterpart in hosts.yaml")

    def _reach(self, entry: dict[str, Any], name: str, values: "_Values") -> None:
        """Put in how the host is reached, as Ansible calls ssh: of each option the first counts."""
        address, _ = values.read(_ADDRESS)
        user, host, port = split_destination(address or name)
        options = self._options(values, _BEFORE)
        for keyword, names in (("port", _PORT), ("identityfile", _KEY), ("user", _USER)):
            value, _ = values.read(names)
            if value:
                options.append((keyword, value))
        options += self._options(values, _BEHIND)
        first = dict(reversed(options))
        for key, value in (
            ("address", first.get("hostname", host).replace("%h", host)),
            ("port", first.get("port", port)),
            ("user", first.get("user", user)),
        ):
            if value is not None:
                entry[key] = int(value) if key == "port" and value.isdecimal() else escape(value)
        keys = self._keys(entry, name, options, values)
        if keys:
            entry["key"] = [escape(key) for key in keys] if len(keys) > 1 else escape(keys[0])
        known_hosts = first.get("userknownhostsfile", "none").split(" ")[0]
        if known_hosts and known_hosts not in _NO_FILE:
            entry["known_hosts"] = escape(known_hosts)
        self._way(entry, options, values)
        python, _ = values.read(_PYTHON)
        if python is not None and not python.startswith("auto"):
            entry["python"] = escape(python)

    def _keys(
        self, entry: dict[str, Any], name: str, options: list[tuple[str, str]], values: "_Values"
    ) -> list[str]:
        """The keys that the options name, each once."""
        keys: dict[str, None] = {}
        for value in (value for keyword, value in options if keyword == "identityfile"):
            try:
                key = key_path(
                    value,
                    alias=name,
                    address=entry["address"],
                    user=entry.get("user"),
                    port=str(entry.get("port", 22)),
                )
            except ValueError as error:
                variable, where = values.first((*_KEY, *_BEFORE, *_BEHIND))
                self.note(variable, where, f"names a key that is left out for its {shown(error)}")
                continue
            if key is not None:
                keys[key] = None
        return list(keys)

    def _way(self, entry: dict[str, Any], options: list[tuple[str, str]], values: "_Values") -> None:
        chosen = chosen_way(options)
        if chosen is None:
            return
        variable, where = values.first((*_BEFORE, *_BEHIND))
        way = self._way_of(chosen, entry.get("user"))
        if way is None:
            self.note(variable, where, "names a ProxyCommand that is no jump: put it into ~/.ssh/config")
            return
        entry["jump"] = escape(way.hops)
        others = set(way.keys) - {value for keyword, value in options if keyword == "identityfile"}
        if others:
            self.note(variable, where, "names a key of the jump host, which is left out: make it a host")

    def _way_of(self, chosen: tuple[str, str], user: str | None) -> Way | None:
        """The way that an option names; hosts of a group share theirs, and it is worked out once."""
        key = (*chosen, user)
        if key not in self._ways:
            self._ways[key] = way_of_options([chosen], user=user)
        return self._ways[key]

    def _parsed(self, text: str) -> SshArguments:
        """The arguments in a text, read once; raises ValueError."""
        if text not in self._arguments:
            self._arguments[text] = parse_arguments(shlex.split(text))
        return self._arguments[text]

    def _options(self, values: "_Values", names: tuple[str, ...]) -> list[tuple[str, str]]:
        """What arguments of ssh say, with a note of what cannot be copied."""
        options: list[tuple[str, str]] = []
        for name in names:
            text, where = values.read((name,))
            if text is None or where is None:
                continue
            try:
                arguments = self._parsed(text)
            except ValueError:
                self.note(name, where, "has a quote that does not end: left out")
                continue
            options += arguments.options
            others = [f"-o {keyword}" for keyword, _ in arguments.options if keyword not in _COPIED_OPTIONS]
            others += [f"-{letter}" for letter, _ in arguments.flags]
            if others:
                self.note(name, where, f"has no counterpart in hosts.yaml for {', '.join(others)}")
        return options

    def note(self, variable: str, where: Variable | None, message: str) -> None:
        """Note once what is left out of a variable."""
        place = (where.file, where.line, variable) if where else (None, None, variable)
        if place not in self._noted_variables:
            self._noted_variables.add(place)
            self._inventory.notes.add(place[0], place[1], variable, message=message)


class _Values:
    """The values of one host's variables, computed where they are made of others."""

    def __init__(
        self, converter: _Converter, variables: Mapping[str, Variable], magic: Mapping[str, Variable]
    ) -> None:
        self._converter = converter
        self._variables = variables
        self._all = {**variables, **magic}

    def first(self, names: tuple[str, ...]) -> tuple[str, Variable | None]:
        """The first of the names that is set, with where it is."""
        return next(((name, self._variables[name]) for name in names if name in self._variables), ("", None))

    def read(self, names: tuple[str, ...]) -> tuple[str | None, Variable | None]:
        """The value of the last of the names that is set; None, with a note, where it cannot be copied."""
        for name in reversed(names):
            variable = self._variables.get(name)
            if variable is None or variable.is_null:
                continue
            return self._value(name, variable), variable
        return None, None

    def _value(self, name: str, variable: Variable) -> str | None:
        text = variable.value
        if text is None:
            what = "is encrypted" if variable.is_hidden else "is no single value"
            self._converter.note(name, variable, f"{what}: left out")
            return None
        if len(text) > MAX_TEXT_CHARACTERS:
            self._converter.note(name, variable, f"has more than {MAX_TEXT_CHARACTERS} characters: left out")
            return None
        self._converter.work.take_on(len(text), line=variable.line)
        try:
            text = computed(text, self._all)
        except Uncomputable as error:
            self._converter.note(name, variable, f"{error.reason}: left out")
            return None
        return _OWN_COLLECTIONS.sub("", text) if name in _CONNECTION else text


_IGNORED_ENDS = (
    *(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry", ".toml"),
)
_IGNORED_NAMES = frozenset(("host_vars", "group_vars", "vars_plugins"))
_MOST_LEVELS = 8


def read_folder(
    folder: Path,
    inventory: AnsibleInventory,
    read: Callable[[Path, AnsibleInventory], None],
    *,
    level: int = 0,
) -> None:
    """Read each file of a folder in order, as Ansible does; what `read` cannot read is noted."""
    for path in files_in(folder):
        name = path.name
        if name.startswith(".") or name in _IGNORED_NAMES or name.endswith(_IGNORED_ENDS):
            continue
        inventory.file = str(path)
        try:
            if is_file(path):
                read(path, inventory)
            elif is_folder(path) and level < _MOST_LEVELS:
                read_folder(path, inventory, read, level=level + 1)
        except ImportUnreadable as error:
            inventory.notes.add(error.file, error.line, "", message=f"{error.reason}: left out")
