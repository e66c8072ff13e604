"""What can go wrong with the inventory.

InventoryError
├── InventoryInvalid      a file or an entry with problems, all of them at once
├── ImportUnreadable      something to import that cannot be read or understood
├── HostUnknown           no host of that name (carries a suggestion)
├── HostExists            the name is taken
├── HostFileOwned         the host belongs to a file and is changed there
└── HostConflict          someone else changed the host first
"""

from collections.abc import Iterable

from foundation.documents.errors import Problem


class InventoryError(Exception):
    """Any error of this package."""


class InventoryInvalid(InventoryError):
    """An inventory or an entry that cannot be used; `problems` by line, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ImportUnreadable(InventoryError):
    """Something to import that cannot be read or whose format is not known; `file` may be None."""

    def __init__(self, file: str | None, reason: str, *, line: int | None = None) -> None:
        super().__init__(str(Problem(file, line, "", reason)))
        self.file = file
        self.line = line
        self.reason = reason


class HostUnknown(InventoryError):
    """There is no host of that name; `suggestion` is the nearest name or None."""

    def __init__(self, name: str, suggestion: str | None = None) -> None:
        hint = f", did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"there is no host `{name}`{hint}")
        self.name = name
        self.suggestion = suggestion


class HostExists(InventoryError):
    """The name is taken; `file` and `line` say where when a file owns it, else both are None."""

    def __init__(self, name: str, file: str | None = None, line: int | None = None) -> None:
        place = f" in {file}, line {line}" if file else ""
        super().__init__(f"there is already a host `{name}`{place}")
        self.name = name
        self.file = file
        self.line = line


class HostFileOwned(InventoryError):
    """The host belongs to a file: change or remove it at `file`, `line`."""

    def __init__(self, name: str, file: str | None, line: int | None) -> None:
        super().__init__(f"host `{name}` belongs to {file}, line {line}: change it there")
        self.name = name
        self.file = file
        self.line = line


class HostConflict(InventoryError):
    """The host is at version `actual`, not at the `expected` one: read it again, then change it."""

    def __init__(self, name: str, *, expected: int, actual: int) -> None:
        super().__init__(f"host `{name}` has changed meanwhile: it is at version {actual}, not {expected}")
        self.name = name
        self.expected = expected
        self.actual = actual
