"""What is wrong with a document that people write.

DocumentError
├── DocumentInvalid       a document or an entry with problems, all of them at once
├── FileUnusable          a file that cannot be read as a document (carries whether it is missing)
└── ValueInvalid          one value that cannot be used (carries a suggestion)
    └── VariableMissing   it names an environment variable that is not set
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


class DocumentError(Exception):
    """Any error of this package."""


class DocumentInvalid(DocumentError):
    """Something that cannot be used as it is written; `problems` has at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FileUnusable(DocumentError):
    """A file that cannot be read, is no regular one or too large; `reason` begins with a capital letter."""

    def __init__(self, reason: str, *, is_missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_missing = is_missing


class ValueInvalid(DocumentError):
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
