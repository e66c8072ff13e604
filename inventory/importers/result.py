"""What an import gives: entries, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.documents.errors import Problem
from foundation.documents.report import Report, printable
from inventory.hosts_yaml.entry import Entry, check_entry


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`entries`: name -> entry that stands alone. `notes`: what was left out, and where it stood."""

    entries: Mapping[str, Entry]
    notes: tuple[Problem, ...]


@dataclass(slots=True)
class ImportedHost:
    """A host while it is being read; `file`, `line`: where it was first named."""

    file: str | None
    line: int | None
    entry: dict[str, Any] = field(default_factory=dict)


class Notes:
    """Collects what is left out; no note ever shows a value that could be a secret."""

    def __init__(self) -> None:
        self._notes: list[Problem] = []

    def add(self, file: str | None, line: int | None, field: str, *, message: str) -> None:
        """Note one thing that is not imported."""
        self._notes.append(Problem(file, line, printable(field), message))

    def result(self, hosts: Mapping[str, ImportedHost]) -> ImportResult:
        """The hosts that a hosts.yaml may hold as they are; the others become notes."""
        entries: dict[str, Entry] = {}
        for name, host in hosts.items():
            report = Report(host.file)
            layer = check_entry(name, host.entry, report, environ=None, line=host.line)
            if report.problems:
                self._notes += report.problems
            else:
                entries[name] = layer.entry
        return ImportResult(entries, tuple(self._notes))
