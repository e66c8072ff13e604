"""The files that a configuration is made of, and whether they are as they were."""

import glob
import os
import stat
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from poller.openssh.traits import Traits, keyword_and_rest

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")

_MOST_FILES = 512
_MOST_BYTES = 4 * 1024 * 1024
_MOST_MATCHES = 4096


@dataclass(frozen=True, slots=True)
class ConfigRoot:
    """A file that ssh begins with; what it includes by a relative path lies in `folder`, `~/` in `home`."""

    path: Path
    folder: Path
    home: Path

    def pattern(self, word: str) -> str:
        """The absolute pattern that a word of an Include line stands for."""
        if word.startswith("~/"):
            return str(self.home / word[2:])
        if word.startswith("~"):
            return os.path.expanduser(word)  # noqa: PTH111 -- `~nobody` stays as it is
        return str(self.folder / word)


@dataclass(slots=True)
class ConfigFiles:
    """Files as they were read: their traits, and what tells that one of them changed, came or went.

    `first_text`: the lines of the first of them, the user's own.
    """

    traits: Traits = field(default_factory=Traits)
    first_text: str = ""
    _stamps: dict[Path, Hashable] = field(default_factory=dict)
    _patterns: dict[str, Hashable] = field(default_factory=dict)

    @classmethod
    def read(cls, roots: Iterable[ConfigRoot], more: Iterable[Path] = ()) -> "ConfigFiles":
        """Read these files and what they include; `more`: those that ssh says it has read. Blocks."""
        files = cls()
        roots = list(roots)
        queue = [(root.path, root) for root in roots]
        if roots:
            queue += [(path, roots[0]) for path in more]
        while queue:
            path, root = queue.pop(0)
            if path in files._stamps:
                continue
            if len(files._stamps) >= _MOST_FILES:
                files.traits.note_unreadable()
                break
            queue += [(included, root) for included in files._take(path, root)]
        return files

    @property
    def paths(self) -> frozenset[Path]:
        """The files that were looked at, also those that are not there."""
        return frozenset(self._stamps)

    def is_unchanged(self) -> bool:
        """Whether reading them again would give the same. Blocks."""
        return all(_stamp(path) == stamp for path, stamp in self._stamps.items()) and all(
            _matches(pattern) == matches for pattern, matches in self._patterns.items()
        )

    def _take(self, path: Path, root: ConfigRoot) -> list[Path]:
        """Note a file; the files that it includes."""
        self._stamps[path] = _stamp(path)
        if self._stamps[path] is None:
            return []
        try:
            text = _read(path)
        except OSError:
            self.traits.note_unreadable()
            return []
        if len(self._stamps) == 1:
            self.first_text = text
        included: list[Path] = []
        for line in text.split("\n"):
            keyword, rest = keyword_and_rest(line)
            if keyword:
                self.traits.note(keyword, rest)
            if keyword == "include":
                for word in rest.replace('"', " ").split():
                    included += self._expand(root.pattern(word))
        return included

    def _expand(self, pattern: str) -> list[Path]:
        matches = self._patterns[pattern] = _matches(pattern)
        return [Path(name) for name in matches]


def _matches(pattern: str) -> tuple[str, ...]:
    return tuple(sorted(glob.glob(pattern, include_hidden=False))[:_MOST_MATCHES])  # noqa: PTH207 -- any depth


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    # the time of a change of modes and owners too: ssh refuses files that others may write
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def _read(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no regular file")
        return file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
