"""What can go wrong with alerts.

AlertsError
├── ExpressionInvalid    a `when` or `clear` that cannot be used (carries column and suggestion)
├── TemplateInvalid      a message template that cannot be used
├── AlertsInvalid        rules, channels or a silence with problems, all of them at once
├── RecordUnknown         no rule, channel, silence or alert of that name (carries a suggestion)
├── RecordExists          the name is taken
├── RecordFileOwned       the rule or channel belongs to a file and is changed there
│   └── RuleShips        the rule ships with monctl: it can be switched off, not removed
├── RecordConflict        someone else changed it first
└── AlertClosed          an alert that is over cannot be acknowledged
"""

from collections.abc import Iterable

from foundation.documents.errors import Problem


class AlertsError(Exception):
    """Any error of this package."""


class ExpressionInvalid(AlertsError):
    """An expression that cannot be used; `column` (from 1) is where, None where it is about the whole."""

    def __init__(self, message: str, *, column: int | None = None, suggestion: str | None = None) -> None:
        place = f" (column {column})" if column is not None else ""
        hint = f", did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"{message}{hint}{place}")
        self.message = message
        self.column = column
        self.suggestion = suggestion


class TemplateInvalid(AlertsError):
    """A message template that cannot be used; `line` (from 1) within it, None where none applies."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"{message} (line {line})")
        self.message = message
        self.line = line


class AlertsInvalid(AlertsError):
    """Rules, channels or a silence that cannot be used; `problems` has at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RecordUnknown(AlertsError):
    """There is no `kind` (rule, channel, silence, alert) of that name; `suggestion` is the nearest name."""

    def __init__(self, kind: str, name: str, suggestion: str | None = None) -> None:
        hint = f", did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"there is no {kind} `{name}`{hint}")
        self.kind = kind
        self.name = name
        self.suggestion = suggestion


class RecordExists(AlertsError):
    """The name is taken; `file` and `line` say where when a file owns it, else both are None.

    `hint`: what to do instead.
    """

    def __init__(
        self, kind: str, name: str, file: str | None = None, line: int | None = None, *, hint: str = ""
    ) -> None:
        place = f" in {_place(file, line)}" if file else ""
        told = f": {hint}" if hint else ""
        super().__init__(f"there is already a {kind} `{name}`{place}{told}")
        self.kind = kind
        self.name = name
        self.file = file
        self.line = line


class RecordFileOwned(AlertsError):
    """It belongs to a file: change or remove it at `file`, `line`."""

    def __init__(self, kind: str, name: str, file: str | None, line: int | None) -> None:
        super().__init__(f"{kind} `{name}` belongs to {_place(file, line)}: change it there")
        self.kind = kind
        self.name = name
        self.file = file
        self.line = line


class RuleShips(RecordFileOwned):
    """The rule ships with monctl: keys can be laid over its own, but it cannot be removed."""

    def __init__(self, name: str) -> None:
        super().__init__("rule", name, None, None)
        self.args = (f"rule `{name}` ships with monctl: switch it off with `enabled: false`",)


class RecordConflict(AlertsError):
    """It is at version `actual`, not at the `expected` one: read it again, then change it."""

    def __init__(self, kind: str, name: str, *, expected: int, actual: int) -> None:
        super().__init__(f"{kind} `{name}` has changed meanwhile: it is at version {actual}, not {expected}")
        self.kind = kind
        self.name = name
        self.expected = expected
        self.actual = actual


class AlertClosed(AlertsError):
    """The alert is over, so that there is nothing to acknowledge."""

    def __init__(self, number: int) -> None:
        super().__init__(f"alert {number} is over: only a pending or firing alert can be acknowledged")
        self.number = number


def _place(file: str | None, line: int | None) -> str:
    return f"{file}, line {line}" if line else str(file)
