"""Whose home counts: that of $HOME, as for all of monctl, also where ssh would take another one.

ssh looks up the user's entry of the system. Where $HOME names another folder, ssh is given the user's
configuration as lines that say the same from anywhere.
"""

import os
import pwd
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from poller.openssh.files import SYSTEM_CONFIG, ConfigRoot
from poller.openssh.tokens import Place
from poller.openssh.traits import keyword_and_rest


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that is home to monctl, and the one that ssh takes for it."""

    folder: Path
    ssh_folder: Path

    @property
    def is_moved(self) -> bool:
        """Whether ssh would look elsewhere."""
        return self.folder != self.ssh_folder

    def as_ssh_expands(self, paths: Iterable[str]) -> list[str]:
        """Paths as they are written, with a leading `~/` as ssh takes it."""
        return [str(self.ssh_folder / path[2:]) if path.startswith("~/") else path for path in paths]

    def moved(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Paths whose `~` was expanded by ssh."""
        return tuple(self._moved(path) for path in paths)

    def _moved(self, path: str) -> str:
        inside = self.is_moved and Path(path).is_relative_to(self.ssh_folder)
        return str(self.folder / Path(path).relative_to(self.ssh_folder)) if inside else path


def find_home(environ: Mapping[str, str]) -> Home:
    """The home of the user who runs monctl. Blocks while the system looks the user up."""
    try:
        entry = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run as a number that has no name; ssh does not run then
        entry = Path(environ.get("HOME") or "/")
    folder = Path(environ.get("HOME") or entry)
    return Home(entry if folder.resolve() == entry.resolve() else folder, entry)


def find_place(home: Home, environ: Mapping[str, str]) -> Place:
    """Where ssh runs. Blocks as `find_home` does."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = environ.get("USER") or environ.get("LOGNAME") or str(os.getuid())
    return Place(user=user, uid=os.getuid(), home=str(home.folder), machine=socket.gethostname())


def script_of(user: ConfigRoot, text: str) -> bytes:
    """What ssh is to read in place of the user's file and the system's."""
    lines = [_with_absolute_paths(line, user) for line in text.split("\n")]
    lines += ["Match all", f"Include {SYSTEM_CONFIG}", ""]
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _with_absolute_paths(line: str, root: ConfigRoot) -> str:
    keyword, rest = keyword_and_rest(line)
    if keyword != "include" or '"' in rest:
        return line
    return "Include " + " ".join(root.pattern(word) for word in rest.split())
