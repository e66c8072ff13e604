"""What an entry of the API may come to once its variables are resolved.

Whoever sends one has no access to this machine, and a row of the table does not tell the API's from those of
`monctl hosts add`. So for all of them it is listed what is allowed: no command that runs here, on hosts none
but Python, and keys and known_hosts from few places. Everything else that an entry may hold is a closed set
of words, a number, a label, or a name with a strict alphabet (`inventory.names`), whoever wrote it.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from foundation.documents.weight import weigh
from inventory.host import Connection, HostSpec
from inventory.hosts_yaml.entry import Entry

MAX_ENTRY_WEIGHT = 65_536
"""Characters of an entry with all its keys and values, and 16 for each value."""

_PYTHON = re.compile(
    r"(?:~/)?(?:[A-Za-z]:)?(?:[\w.+-]*[/\\])*(?!-)"  # the folders; neither they nor the name begin an option
    r"(?:[\w.+-]*(?:python|pypy)[\w.+-]*|py(?:\.exe)?(?: -3(?:\.\d+)?)?)",
    re.ASCII,
)

_NO_PYTHON = (
    "of a host of the API must be the name or path of a Python, such as python3 or /opt/bin/python3.12, "
    "without blanks and arguments: any other command belongs into hosts.yaml"
)

NamedFiles = Callable[[], Collection[str]]
"""Gives the paths of keys and known_hosts that hosts.yaml names, absolute."""


class ApiPolicy:
    """Where keys and known_hosts of the API's hosts may lie.

    `folders`: absolute; None for anywhere. What hosts.yaml names itself may be used besides.
    """

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        self.folders = None if folders is None else tuple(folders)
        # whoever writes a path may know the folder by its own name or by that of a link to it
        self._names = {*(self.folders or ()), *(Path(os.path.realpath(path)) for path in self.folders or ())}

    def places(self, values: Mapping[str, Any], named_files: NamedFiles) -> tuple[str, ...]:
        """The `file_places` of a host with these values."""
        if self.folders is None:
            return ()
        files = [path for _, path in _files(values) if not self._is_inside(path)]
        return (*map(str, self.folders), *(_named(files, named_files) if files else ()))

    def problems(self, values: Mapping[str, Any], named_files: NamedFiles) -> Iterator[tuple[str, str]]:
        """What of the values of an entry is not allowed: key and message."""
        yield from _python_problems(values)
        outside = [(key, path) for key, path in _files(values) if not self._is_inside(path)]
        if outside and self.folders is not None:
            named = _named([path for _, path in outside], named_files)
            for key in dict.fromkeys(key for key, path in outside if absolute(path) not in named):
                yield key, self._outside

    def _is_inside(self, text: str) -> bool:
        """By the path as written: of what lies elsewhere nothing can be told, nobody looks there."""
        path = absolute(text)
        if path is None or ".." in Path(path).parts:
            return False
        return not Path(path).is_absolute() or any(Path(path).is_relative_to(name) for name in self._names)

    @property
    def _outside(self) -> str:
        folders = ", ".join(map(str, self.folders or ())) or "none"
        return (
            f"a host of the API may use files in these folders only: {folders}. Put it there, name its "
            "folder in web.host_files of monctl.yaml, or put the host into hosts.yaml"
        )


def is_too_large(entry: Entry) -> bool:
    """Whether an entry holds more than one of the API may."""
    return weigh(entry, most=MAX_ENTRY_WEIGHT) > MAX_ENTRY_WEIGHT


def named_files(specs: Iterable[HostSpec]) -> frozenset[str]:
    """The keys and known_hosts of these hosts, absolute paths only."""
    texts = {(spec.folder or "", text) for spec in specs for text in (*spec.key, spec.known_hosts) if text}
    paths = (absolute(text if text.startswith("~") else str(Path(folder, text))) for folder, text in texts)
    return frozenset(path for path in paths if path is not None and Path(path).is_absolute())


def absolute(text: str) -> str | None:
    """A path with its `~` expanded, relative ones as they are; None where the home is another user's."""
    if text.partition("/")[0] == "~":
        return str(Path(text).expanduser())
    return None if text.startswith("~") else str(Path(text))


def _named(paths: Iterable[str], named_files: NamedFiles) -> list[str]:
    names = named_files()
    return sorted({path for path in map(absolute, paths) if path is not None and path in names})


def _files(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in values.get("key") or ():
        yield "key", path
    if values.get("known_hosts"):
        yield "known_hosts", values["known_hosts"]


def _python_problems(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    python = values.get("python")
    if python is None:
        return
    if values.get("connection") is Connection.LOCAL:
        yield "python", "is a command that runs on the monitoring machine here: set it in hosts.yaml"
    elif not _PYTHON.fullmatch(python):
        yield "python", _NO_PYTHON
