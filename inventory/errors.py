"""What can go wrong with the inventory.

InventoryError
├── InventoryInvalid      a file or an entry with problems, all of them at once
├── ValueInvalid          one value that cannot be used (carries a suggestion)
│   └── VariableMissing   it names an environment variable that is not set
├── ImportUnreadable      something to import that cannot be read or understood
├── HostUnknown           no host of that name (carries a suggestion)
├── HostExists            the name is taken
├── HostFileOwned         the host belongs to a file and is changed there
└── HostConflict          someone else changed the host first
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `file` is None for an entry that did not come from a file, `line` (from 1) None where none applies.
    `field`: where in the document, dotted (`hosts.web-1.interval`), "" for the whole.
    """

    file: str | None
    line: int | None
    field: str
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        before = ": ".join(part for part in (place, self.field) if part)
        hint = f", did you mean `{self.suggestion}`?" if self.suggestion else ""
        return f"{before}: {self.message}{hint}" if before else f"{self.message}{hint}"


class InventoryError(Exception):
    """Any error of this package."""


class InventoryInvalid(InventoryError):
    """An inventory or an entry that cannot be used; `problems` by line, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ValueInvalid(InventoryError):
    """One value that cannot be used; `message` says what it must be and never shows a secret."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


class VariableMissing(ValueInvalid):
    """A reference to an environment variable that is not set."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"the environment variable {variable} is not set")
        self.variable = variable


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
