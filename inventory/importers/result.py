"""What an import gives: entries, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.documents.errors import Problem
from foundation.documents.report import Report, printable, shown
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.entry import Entry, check_entry
from inventory.hosts_yaml.jumps import jump_cycles

MAX_LINE_CHARACTERS = 16_384
"""Of a line to import; what takes lines apart would take too long for more."""

_MAX_WORK = 10_000_000
_MAX_NOTES = 1000


class Work:
    """What an import takes of memory and time, told before it is done: few lines may stand for very much.

    A unit is about a character, or a value that is looked at.
    """

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._left = _MAX_WORK

    def take_on(self, units: int, *, line: int | None) -> None:
        """Raise ImportUnreadable where it is too much in all."""
        self._left -= units
        if self._left < 0:
            raise ImportUnreadable(
                self._file, "makes too many settings of hosts: import it in parts", line=line
            )


def check_lines(text: str, *, file: str | None) -> None:
    """Raise ImportUnreadable for a line that is too long."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE_CHARACTERS:
            reason = f"has more than {MAX_LINE_CHARACTERS:,} characters"
            raise ImportUnreadable(file, reason, line=number)


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
    """Collects what is left out, the first thousand things; no note shows a value that could be a secret."""

    def __init__(self) -> None:
        self._notes: list[Problem] = []
        self._unnoted = 0

    def add(self, file: str | None, line: int | None, field: str, *, message: str) -> None:
        """Note one thing that is not imported."""
        self._add(Problem(file, line, printable(field), message))

    def _add(self, *problems: Problem) -> None:
        room = max(0, _MAX_NOTES - len(self._notes))
        self._notes += problems[:room]
        self._unnoted += len(problems[room:])

    def result(self, hosts: Mapping[str, ImportedHost]) -> ImportResult:
        """The hosts that a hosts.yaml may hold as they are; the others become notes."""
        entries: dict[str, Entry] = {}
        for name, host in hosts.items():
            report = Report(host.file)
            layer = check_entry(name, host.entry, report, environ=None, line=host.line)
            if report.problems:
                self._add(*report.problems)
            else:
                entries[name] = layer.entry
        self._break_circles(entries, hosts)
        if self._unnoted:
            self._notes.append(Problem(None, None, "", f"{self._unnoted:,} more things are left out"))
        return ImportResult(entries, tuple(self._notes))

    def _break_circles(self, entries: dict[str, Entry], hosts: Mapping[str, ImportedHost]) -> None:
        """Take the jump from hosts that would be reached through themselves, as with a jump for all hosts."""
        for circle in jump_cycles({name: entry.get("jump") for name, entry in entries.items()}):
            name = circle[-1]
            if "jump" in entries[name]:
                entries[name] = {key: value for key, value in entries[name].items() if key != "jump"}
                way = " over ".join(map(shown, (*circle, circle[0])))
                self.add(hosts[name].file, hosts[name].line, name, message=f"has no jump: {way} is a circle")
