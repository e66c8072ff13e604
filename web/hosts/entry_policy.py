"""What may be written in a host entry that comes over the API, looked at before any of it is resolved.

References to environment variables could carry this process' secrets out. What the entry may come to once it
is resolved: `inventory.host_table.api_policy`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foundation.documents.errors import Problem
from foundation.documents.report import printable
from foundation.documents.variables import is_allowed, references
from inventory.errors import InventoryInvalid
from inventory.host_table.api_policy import MAX_ENTRY_WEIGHT, is_too_large
from inventory.hosts_yaml.entry import Entry


def check_entries(entries: Mapping[str, Entry], *, variables: Sequence[str]) -> None:
    """Raise InventoryInvalid where an entry holds what only hosts.yaml may; `variables`: patterns allowed."""
    too_large = [name for name, entry in entries.items() if is_too_large(entry)]
    if too_large:
        message = f"is larger than {MAX_ENTRY_WEIGHT // 1024} KiB"
        raise InventoryInvalid([Problem(None, None, printable(name), message) for name in too_large])
    problems = [
        Problem(None, None, f"{name}.{field}", message)
        for name, entry in entries.items()
        for field, message in _violations(entry, variables)
    ]
    if problems:
        raise InventoryInvalid(problems)


def _violations(entry: Entry, variables: Sequence[str]) -> Iterator[tuple[str, str]]:
    for field, value in entry.items():
        for variable in _variables(value):
            if not is_allowed(variable, variables):
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
