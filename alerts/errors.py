"""What can go wrong with alerts.

AlertsError
├── ExpressionInvalid    a `when` or `clear` that cannot be used (carries column and suggestion)
├── TemplateInvalid      a message template that cannot be used
├── AlertsInvalid        rules, channels or a silence with problems, all of them at once
└── AlertClosed          an alert that is over cannot be acknowledged

RecordFileOwned          (`foundation.records.errors`, as whatever else is wrong with a record)
└── RuleShips            the rule ships with monctl: it can be switched off, not removed
"""

from foundation.documents.errors import DocumentInvalid
from foundation.records.errors import RecordFileOwned


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


class AlertsInvalid(AlertsError, DocumentInvalid):
    """Rules, channels or a silence that cannot be used; `problems` has at least one."""


class RuleShips(RecordFileOwned):
    """The rule ships with monctl: its keys can be overridden, but it cannot be removed."""

    def __init__(self, name: str) -> None:
        super().__init__("rule", name, None, None)
        self.args = (f"rule `{name}` ships with monctl: switch it off with `enabled: false`",)


class AlertClosed(AlertsError):
    """The alert is over, so that there is nothing to acknowledge."""

    def __init__(self, number: int) -> None:
        super().__init__(f"alert {number} is over: only a pending or firing alert can be acknowledged")
        self.number = number
