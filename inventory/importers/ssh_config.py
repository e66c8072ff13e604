"""Hosts of an OpenSSH client configuration."""

import glob
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.documents.report import shown
from foundation.documents.variables import escape
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.ranges import MAX_HOSTS
from inventory.importers.result import ImportedHost, ImportResult, Notes, Work, check_lines
from inventory.names import MAX_NAME_CHARACTERS

MAX_INCLUDE_DEPTH = 16
MAX_FILE_BYTES = 4 * 1024 * 1024

_LINE = re.compile(r"([A-Za-z]+)(?:\s*=\s*|\s+)(.*)")
_WILDCARDS = frozenset("*?!")


@dataclass(frozen=True, slots=True)
class _Line:
    """One keyword, in lower case, with its arguments."""

    file: str | None
    number: int
    keyword: str
    arguments: list[str]


def import_ssh_config(text: str, *, path: Path | None = None, aliases_only: bool = False) -> ImportResult:
    """Every alias that a `Host` line names without a wildcard.

    `path` is where the text stands; Include is followed from its directory, not at all without it.
    `aliases_only`: entries stay empty, for a configuration honoured at poll time anyway. Else HostName,
    User, Port, IdentityFile, ProxyJump and UserKnownHostsFile of the alias's own blocks are copied; the
    first value wins, as in OpenSSH. Raises ImportUnreadable.
    """
    return _Import(path, aliases_only=aliases_only).run(text)


class _Import:
    """One configuration being read, its included files in place."""

    def __init__(self, path: Path | None, *, aliases_only: bool) -> None:
        self._path = path
        self._aliases_only = aliases_only
        self._notes = Notes()
        self._work = Work(str(path) if path else None)
        self._hosts: dict[str, ImportedHost] = {}
        self._current: list[ImportedHost] = []

    def run(self, text: str) -> ImportResult:
        for line in self._lines(text, self._path, depth=0):
            if line.keyword == "host":
                self._current = list(self._block(line))
            elif line.keyword == "match":
                self._current = []
                self._note(line, "Match", "is honoured at poll time, not imported")
            elif not self._aliases_only:
                self._setting(line)
        for name, host in self._hosts.items():
            host.entry = _finished(host.entry, name)
        return self._notes.result(self._hosts)

    def _lines(self, text: str, path: Path | None, *, depth: int) -> Iterator[_Line]:
        check_lines(text, file=str(path) if path else None)
        for number, content in enumerate(text.splitlines(), 1):
            line = _parse_line(content, str(path) if path else None, number)
            if line is None:
                continue
            if line.keyword == "include":
                yield from self._included(line, depth=depth)
            else:
                yield line

    def _included(self, line: _Line, *, depth: int) -> Iterator[_Line]:
        if self._path is None or depth >= MAX_INCLUDE_DEPTH:
            why = "is nested too deeply" if self._path else "needs the file's own place to be followed"
            self._note(line, "Include", why)
            return
        for pattern in line.arguments:
            for path in sorted(glob.glob(_absolute(pattern, self._path))):  # noqa: PTH207
                yield from self._file(Path(path), line, depth=depth + 1)

    def _file(self, path: Path, line: _Line, *, depth: int) -> Iterator[_Line]:
        try:
            text = read_text(path)
        except ImportUnreadable as error:
            self._note(line, "Include", f"{path} {error.reason}")
            return
        yield from self._lines(text, path, depth=depth)

    def _block(self, line: _Line) -> Iterator[ImportedHost]:
        for alias in line.arguments:
            if _WILDCARDS & set(alias):
                self._note(line, "Host", f"the pattern {shown(alias)} is honoured at poll time, not imported")
            elif len(alias) > MAX_NAME_CHARACTERS:
                self._note(line, "Host", f"a name has at most {MAX_NAME_CHARACTERS} characters")
            else:
                yield self._hosts.setdefault(alias, ImportedHost(line.file, line.number))
        if len(self._hosts) > MAX_HOSTS:
            raise ImportUnreadable(line.file, f"has more than {MAX_HOSTS:,} hosts", line=line.number)

    def _setting(self, line: _Line) -> None:
        value = " ".join(line.arguments)
        key = _KEYS.get(line.keyword)
        if not self._current or not value:
            return
        if key is None:
            self._note(line, line.keyword, "has no counterpart in hosts.yaml")
        elif value.lower() != "none":
            self._work.take_on(len(self._current) * (10 + len(value)), line=line.number)
            for host in self._current:
                _put(host.entry, key, line, self._notes)

    def _note(self, line: _Line, field: str, message: str) -> None:
        self._notes.add(line.file, line.number, field, message=message)


_KEYS = {
    "hostname": "address",
    "user": "user",
    "port": "port",
    "identityfile": "key",
    "proxyjump": "jump",
    "userknownhostsfile": "known_hosts",
}


def _put(entry: dict[str, Any], key: str, line: _Line, notes: Notes) -> None:
    value = line.arguments[0] if len(line.arguments) == 1 else " ".join(line.arguments)
    if key == "key":
        # OpenSSH itself puts environment variables into IdentityFile: a reference there means the same here.
        entry.setdefault("key", []).append(value.replace("%d", "~"))
    elif key == "known_hosts" and len(line.arguments) > 1:
        notes.add(line.file, line.number, key, message="only the first of several files is copied")
        entry.setdefault(key, line.arguments[0])
    else:
        entry.setdefault(key, value if key == "known_hosts" else escape(value))


def _finished(entry: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry with numbers as numbers, tokens replaced and lists of one made single."""
    result = dict(entry)
    if str(result.get("port", "")).isdecimal():
        result["port"] = int(result["port"])
    if "address" in result and len(result["address"]) <= MAX_NAME_CHARACTERS:
        result["address"] = result["address"].replace("%h", name).replace("%%", "%")
        if result["address"] == name:
            del result["address"]
    if len(result.get("key", ())) == 1:
        result["key"] = result["key"][0]
    return result


def _parse_line(content: str, file: str | None, number: int) -> _Line | None:
    """None for an empty line or a comment; raises ImportUnreadable for anything that is no setting."""
    stripped = content.strip()
    if not stripped or stripped.startswith("#"):
        return None
    match = _LINE.fullmatch(stripped)
    if match is None:
        raise ImportUnreadable(file, "is no line of an ssh configuration", line=number)
    try:
        arguments = _split_arguments(match.group(2))
    except ValueError:
        raise ImportUnreadable(file, "has a quote that does not end", line=number) from None
    return _Line(file, number, match.group(1).lower(), arguments)


def _split_arguments(text: str) -> list[str]:
    """Arguments in double quotes may hold blanks; an argument that begins with # starts a comment."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split = True
    lexer.quotes = '"'
    lexer.escape = ""
    lexer.commenters = ""
    arguments: list[str] = []
    for argument in lexer:
        if argument.startswith("#"):
            break
        arguments.append(argument)
    return arguments


def _absolute(pattern: str, path: Path) -> str:
    expanded = Path(pattern).expanduser()
    return str(expanded if expanded.is_absolute() else path.absolute().parent / expanded)


def read_text(path: Path) -> str:
    """The file as text; raises ImportUnreadable."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ImportUnreadable(str(path), f"is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ImportUnreadable(str(path), f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ImportUnreadable(str(path), "is not UTF-8 text") from error
