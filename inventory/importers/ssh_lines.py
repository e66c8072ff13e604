"""The lines of an OpenSSH client configuration and of what it includes, in blocks."""

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inventory.errors import ImportUnreadable
from inventory.importers.result import Notes, Work, check_lines
from inventory.importers.ssh_words import split_words
from inventory.importers.text import is_file, read_text

MAX_INCLUDE_DEPTH = 16

_LINE = re.compile(r"\"?([A-Za-z][A-Za-z0-9]*)\"?(?:\s*=\s*|\s+)(.*)", re.DOTALL)
_FILE_WORK = 5_000
_RAW = frozenset(("proxycommand", "localcommand", "remotecommand", "knownhostscommand"))
_SYSTEM_FOLDER = Path("/etc/ssh")


@dataclass(frozen=True, slots=True)
class Line:
    """One keyword, in lower case, with its arguments; `rest` is what stands behind it as it is written."""

    file: str | None
    number: int
    keyword: str
    arguments: list[str]
    rest: str


@dataclass(slots=True)
class Block:
    """Settings that hold where each of the `Host` and `Match` lines does; none of these: for all hosts."""

    conditions: tuple[Line, ...]
    settings: list[Line] = field(default_factory=list)


class ConfigReader:
    """Reads a configuration, each included file in the block that its Include stands in."""

    def __init__(self, path: Path | None, notes: Notes, work: Work) -> None:
        self._path = path
        self._notes = notes
        self._work = work

    def blocks(self, text: str) -> list[Block]:
        """All blocks in order; raises ImportUnreadable."""
        return list(self._blocks(text, self._path, (), depth=0))

    def _blocks(
        self, text: str, path: Path | None, outer: tuple[Line, ...], *, depth: int
    ) -> Iterator[Block]:
        block = Block(outer)
        for line in self._lines(text, path):
            if line.keyword in ("host", "match"):
                yield block
                block = Block((*outer, line))
            elif line.keyword == "include":
                yield block
                yield from self._included(line, block.conditions, depth=depth)
                block = Block(block.conditions)
            else:
                block.settings.append(line)
        yield block

    def _lines(self, text: str, path: Path | None) -> Iterator[Line]:
        file = str(path) if path else None
        check_lines(text, file=file)
        self._work.take_on(_FILE_WORK + len(text), line=None)
        for number, content in enumerate(text.split("\n"), 1):
            line = _parse_line(content, file, number)
            if line is not None:
                yield line

    def _included(self, line: Line, outer: tuple[Line, ...], *, depth: int) -> Iterator[Block]:
        if self._path is None or depth >= MAX_INCLUDE_DEPTH:
            why = "is nested too deeply" if self._path else "needs the file's own place to be followed"
            self._notes.add(line.file, line.number, "Include", message=why)
            return
        for pattern in line.arguments:
            for path in self._paths(pattern, line):
                text = self._text(path, line)
                if text is not None:
                    yield from self._blocks(text, path, outer, depth=depth + 1)

    def _paths(self, pattern: str, line: Line) -> list[Path]:
        """What a pattern names: in ssh's own folder, else beside the configuration that is imported."""
        assert self._path is not None
        try:
            expanded = Path(pattern).expanduser()
            own_folder = Path("~/.ssh").expanduser()
        except RuntimeError:
            self._notes.add(line.file, line.number, "Include", message="names a home of nobody's")
            return []
        folder = self._path.absolute().parent
        own_paths = glob.glob(str(own_folder / expanded)) if folder != _SYSTEM_FOLDER else []  # noqa: PTH207
        return [Path(path) for path in sorted(own_paths or glob.glob(str(folder / expanded)))]  # noqa: PTH207

    def _text(self, path: Path, line: Line) -> str | None:
        try:
            if not is_file(path):
                raise ImportUnreadable(str(path), "is no regular file")
            return read_text(path)
        except ImportUnreadable as error:
            self._notes.add(line.file, line.number, "Include", message=f"{path} {error.reason}")
            return None


def _parse_line(content: str, file: str | None, number: int) -> Line | None:
    """None for an empty line or a comment; raises ImportUnreadable for anything that is no setting."""
    stripped = content.strip()
    if not stripped or stripped.startswith("#"):
        return None
    match = _LINE.fullmatch(stripped)
    if match is None:
        raise ImportUnreadable(file, "is no line of an ssh configuration", line=number)
    keyword, rest = match.group(1).lower(), match.group(2)
    try:
        arguments = [rest] if keyword in _RAW else split_words(rest)
    except ValueError:
        raise ImportUnreadable(file, "has a quote that does not end", line=number) from None
    return Line(file, number, keyword, arguments, rest)
