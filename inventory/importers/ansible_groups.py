"""An Ansible inventory as both its formats give it: hosts, groups, and their variables with lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from foundation.documents.errors import ValueInvalid
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.ranges import MAX_HOSTS, parse_range
from inventory.importers.result import Work

_MEMBERSHIP = 10
"""Units of work that a host in a group takes, or a variable of a host."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value as text and its line; None stands for a value that is encrypted or no scalar."""

    value: str | None
    line: int


@dataclass(slots=True)
class Group:
    """What a group holds itself; `hosts` and `children` in the order in which they were named."""

    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)


@dataclass(slots=True)
class AnsibleInventory:
    """`lines`: host -> the line where it was first named. `variables`: host -> its own variables."""

    file: str | None
    groups: dict[str, Group] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    variables: dict[str, dict[str, Variable]] = field(default_factory=dict)
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(self.file)

    def group(self, name: str) -> Group:
        """The group of that name, made if it is new."""
        return self.groups.setdefault(name, Group())

    def add_host(self, pattern: str, group: str, variables: dict[str, Variable], *, line: int) -> None:
        """Put the hosts of a name or range into a group; raises ImportUnreadable for a bad range."""
        try:
            names = parse_range(pattern)
        except ValueInvalid as error:
            raise ImportUnreadable(self.file, error.message, line=line) from error
        if len(self.lines) + names.count > MAX_HOSTS:
            raise ImportUnreadable(self.file, f"has more than {MAX_HOSTS:,} hosts", line=line)
        self.work.take_on(names.count * _MEMBERSHIP * (1 + len(variables)), line=line)
        for name, _ in names.expand():
            self.group(group).hosts[name] = None
            self.lines.setdefault(name, line)
            self.variables.setdefault(name, {}).update(variables)

    def groups_of(self) -> dict[str, list[str]]:
        """Host -> every group it is in, ancestors first, then by name; without `all` and `ungrouped`."""
        depths = self._depths()
        result: dict[str, list[str]] = {name: [] for name in self.lines}
        for group in sorted(self.groups, key=lambda name: (depths[name], name)):
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
        """Group -> its longest way from a group without parents; a circle of children is not walked along."""
        depths = dict.fromkeys(self.groups, 0)
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
