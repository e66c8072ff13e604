"""What can go wrong with a record: a host, a rule, a channel, a silence, an alert.

RecordError
├── RecordUnknown       there is none of that name (carries a suggestion)
├── RecordExists        the name is taken
├── RecordFileOwned     it belongs to a file and is changed there
└── RecordConflict      someone else changed it first
"""


class RecordError(Exception):
    """Any error of this package; `kind` says in one word what the record is, `name` which one."""

    def __init__(self, kind: str, name: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.name = name


class RecordUnknown(RecordError):
    """There is no record of that name; `suggestion` is the nearest name or None."""

    def __init__(self, kind: str, name: str, suggestion: str | None = None) -> None:
        hint = f", did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(kind, name, f"there is no {kind} `{name}`{hint}")
        self.suggestion = suggestion


class RecordExists(RecordError):
    """The name is taken; `file` and `line` say where when a file owns it, else both are None.

    `hint`: what to do instead.
    """

    def __init__(
        self, kind: str, name: str, file: str | None = None, line: int | None = None, *, hint: str = ""
    ) -> None:
        place = f" in {_place(file, line)}" if file else ""
        advice = f": {hint}" if hint else ""
        super().__init__(kind, name, f"there is already a {kind} `{name}`{place}{advice}")
        self.file = file
        self.line = line


class RecordFileOwned(RecordError):
    """It belongs to a file: change or remove it at `file`, `line`."""

    def __init__(self, kind: str, name: str, file: str | None, line: int | None) -> None:
        super().__init__(kind, name, f"{kind} `{name}` belongs to {_place(file, line)}: change it there")
        self.file = file
        self.line = line


class RecordConflict(RecordError):
    """It is at version `actual`, not at the `expected` one: read it again, then change it."""

    def __init__(self, kind: str, name: str, *, expected: int, actual: int) -> None:
        message = f"{kind} `{name}` has changed meanwhile: it is at version {actual}, not {expected}"
        super().__init__(kind, name, message)
        self.expected = expected
        self.actual = actual


def _place(file: str | None, line: int | None) -> str:
    return f"{file}, line {line}" if line else str(file)
