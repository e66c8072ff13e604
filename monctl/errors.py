"""What can go wrong in commands and in the daemon's start.

MonctlError
├── SettingsInvalid     monctl.yaml or a MONCTL_ variable cannot be used (all problems at once)
├── DataDirUnusable     the data directory cannot be made or written to
├── AlreadyRunning      another daemon holds the data directory
└── UnknownHost         a command names a host that the inventory does not have
"""

from collections.abc import Sequence


class MonctlError(Exception):
    """Any error that a command reports as wrong use or wrong configuration (exit status 2)."""


class SettingsInvalid(MonctlError):
    """The settings cannot be used; `problems` are lines that name file, line and key."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class DataDirUnusable(MonctlError):
    """The data directory cannot be made or written to; the message names it."""


class AlreadyRunning(MonctlError):
    """Another daemon polls from the same data directory; `pid` is its process, None if unknown."""

    def __init__(self, data_dir: object, pid: int | None) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"monctl poll already runs on {data_dir} ({who}): stop it, or choose another --data-dir"
        )
        self.pid = pid


class UnknownHost(MonctlError):
    """A host that the inventory does not have; `suggestion` is the nearest name or None."""

    def __init__(self, name: str, suggestion: str | None) -> None:
        hint = f", did you mean {suggestion}?" if suggestion else " (see: monctl hosts list)"
        super().__init__(f"unknown host {name}{hint}")
        self.name = name
        self.suggestion = suggestion
