"""What a host entry may hold when it comes over the API, where the sender has no access to this machine.

Beyond the rules of hosts.yaml: references to environment variables could carry this process' secrets out,
and `python` of a local host is a command run here.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from foundation.documents.errors import Problem
from foundation.documents.variables import references
from inventory.errors import InventoryInvalid
from inventory.host import Connection
from inventory.hosts_yaml.entry import Entry


def check_entries(entries: Mapping[str, Entry], *, variables: Sequence[str]) -> None:
    """Raise InventoryInvalid where an entry holds what only hosts.yaml may; `variables`: patterns allowed."""
    problems = [
        Problem(None, None, f"{name}.{field}", message)
        for name, entry in entries.items()
        for field, message in _violations(entry, variables)
    ]
    if problems:
        raise InventoryInvalid(problems)


def _violations(entry: Entry, variables: Sequence[str]) -> Iterator[tuple[str, str]]:
    if entry.get("connection") == Connection.LOCAL and entry.get("python") is not None:
        yield "python", "is a command that runs on the monitoring machine here: set it in hosts.yaml"
    for field, value in entry.items():
        for variable in _variables(value):
            if not any(fnmatchcase(variable, pattern) for pattern in variables):
                allowed = ", ".join(variables) or "none"
                message = (
                    f"over the API a host may refer to the variables {allowed} only, not to {variable}: use "
                    "such a name, set web.host_variables in monctl.yaml, or put the host into hosts.yaml"
                )
                yield field, message


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from references(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _variables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner)
