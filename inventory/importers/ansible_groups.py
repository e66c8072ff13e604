"""An Ansible inventory as all its formats give it: hosts, groups, and their variables with lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from foundation.documents.errors import ValueInvalid
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.ranges import MAX_HOSTS, parse_range
from inventory.importers.result import Notes, Work

PRIORITY = "ansible_group_priority"

_SECRET = re.compile(r"pass(word|phrase)?$|_pass_|secret|token", re.IGNORECASE)
_MEMBERSHIP = 10
"""Units of work that a host in a group takes, or a variable of a host."""

_RANGE = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]"
_LABEL = rf"(?:\w|{_RANGE})(?:[\w-]|{_RANGE})*(?<![_-])"
_NAME_WITH_PORT = re.compile(rf"({_LABEL}(?:\.{_LABEL})*):([0-9]{{1,9}})", re.IGNORECASE)
_BRACKETS_WITH_PORT = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\](?::([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value as text, and where it stands; None is a value that is no scalar.

    `is_null`: it is none at all. `is_hidden`: it is encrypted.
    """

    value: str | None
    line: int | None
    file: str | None = None
    is_null: bool = False
    is_hidden: bool = False


@dataclass(slots=True)
class Group:
    """What a group holds itself; `hosts` and `children` in the order in which they were named."""

    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    @property
    def priority(self) -> int:
        """Among groups of the same depth, the later one in this order wins."""
        text = self.variables[PRIORITY].value if PRIORITY in self.variables else None
        return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,9}", text) else 1


@dataclass(slots=True)
class AnsibleInventory:
    """`file`: what is being read. `lines`, `files`: host -> where it was first named.

    `variables`: host -> its own variables.
    """

    file: str | None
    groups: dict[str, Group] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    variables: dict[str, dict[str, Variable]] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(self.file)

    def group(self, name: str) -> Group:
        """The group of that name, made if it is new."""
        return self.groups.setdefault(name, Group())

    def add_hosts(
        self, pattern: str, group: str, variables: Mapping[str, Variable], *, line: int | None
    ) -> None:
        """Put the hosts of a name or range, perhaps with a port, into a group.

        Raises ImportUnreadable for a bad range.
        """
        name, port = _without_port(pattern)
        try:
            # Ansible counts from 0 where the beginning is left out
            names = parse_range(name.replace("[:", "[0:"))
        except ValueInvalid as error:
            raise ImportUnreadable(self.file, error.message, line=line) from error
        if len(self.lines) + names.count > MAX_HOSTS:
            raise ImportUnreadable(self.file, f"has more than {MAX_HOSTS:,} hosts", line=line)
        self.work.take_on(names.count * _MEMBERSHIP * (1 + len(variables)), line=line)
        for host, _ in names.expand():
            self._add(host, group, variables, port=port, line=line)

    def add_host(self, name: str, group: str, variables: Mapping[str, Variable]) -> None:
        """Put one host into a group, whatever its name looks like; raises ImportUnreadable."""
        if len(self.lines) >= MAX_HOSTS:
            raise ImportUnreadable(self.file, f"has more than {MAX_HOSTS:,} hosts")
        self.work.take_on(_MEMBERSHIP * (1 + len(variables)), line=None)
        self._add(name, group, variables, port=None, line=None)

    def _add(
        self, name: str, group: str, variables: Mapping[str, Variable], *, port: str | None, line: int | None
    ) -> None:
        self.group(group).hosts[name] = None
        if name not in self.lines:
            self.lines[name] = line
            self.files[name] = self.file
            self.variables[name] = {}
            # the port of a later mention counts for nothing, as with Ansible
            if port is not None:
                self.variables[name]["ansible_port"] = Variable(port, line, self.file)
        self.variables[name].update(variables)

    def groups_of(self) -> dict[str, list[str]]:
        """Host -> every group it is in, without `all` and `ungrouped`; what a later one says counts."""
        depths = self._depths()
        result: dict[str, list[str]] = {name: [] for name in self.lines}
        order = sorted(self.groups, key=lambda name: (depths[name], self.groups[name].priority, name))
        for group in order:
            if group not in ("all", "ungrouped"):
                for host in dict.fromkeys(self._members(group)):
                    result[host].append(group)
        return result

    def _members(self, group: str) -> Iterator[str]:
        groups, visited_groups = [group], {group}
        while groups:
            current = self.groups[groups.pop()]
            units = _MEMBERSHIP * (1 + len(current.hosts)) + len(current.children)
            self.work.take_on(units, line=None)
            yield from current.hosts
            # groups may be each other's children: each is visited once
            new_groups = [
                child for child in current.children if child in self.groups and child not in visited_groups
            ]
            visited_groups.update(new_groups)
            groups.extend(new_groups)

    def _depths(self) -> dict[str, int]:
        """Group -> its longest way from `all`; a circle of children is not walked along."""
        depths = {name: int(name != "all") for name in self.groups}
        parents = dict.fromkeys(self.groups, 0)
        for group in self.groups.values():
            for child in group.children:
                if child in parents:
                    parents[child] += 1
        ready = [name for name, count in parents.items() if count == 0]
        while ready:
            name = ready.pop()
            for child in self.groups[name].children:
                if child in depths:
                    depths[child] = max(depths[child], depths[name] + 1)
                    parents[child] -= 1
                    if parents[child] == 0:
                        ready.append(child)
        return depths


def _without_port(pattern: str) -> tuple[str, str | None]:
    """The name and the port of `name:22` or `[2001:db8::1]:22`; other colons belong to the name."""
    brackets = _BRACKETS_WITH_PORT.fullmatch(pattern)
    if brackets is not None and (brackets.group(2) is not None or "::" in pattern):
        return brackets.group(1), brackets.group(2)
    match = _NAME_WITH_PORT.fullmatch(pattern)
    return (match.group(1), match.group(2)) if match else (pattern, None)


def is_secret(variable: str) -> bool:
    """Whether a variable of that name is never copied."""
    return _SECRET.search(variable) is not None
