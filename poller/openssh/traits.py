"""What of a configuration's lines decides who may share an answer, and for how long it holds.

Nothing here says what a line means for a host: ssh does. It only says when ssh need not be asked again; in
doubt it must be.
"""

import ipaddress
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

_KEYWORD = re.compile(r'\s*("?)([A-Za-z][A-Za-z0-9]*)\1\s*=?\s*(.*)', re.DOTALL)
_KEEPS_TOKENS = frozenset(("proxycommand", "controlpath", "localcommand", "remotecommand"))
_ASKS_ELSEWHERE = re.compile(r"exec|localnetwork", re.IGNORECASE)
_MOST_PATTERNS = 1000
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_WITH_BLANKS = re.compile(r'"([^"]* [^"]*)"')
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9_.-]+")
_LIKE_A_NUMBER = re.compile(r"[0-9][0-9a-fxA-FX.]*")


@dataclass(slots=True)
class Traits:
    """What was seen in the lines of all files.

    `is_dynamic`: the answer depends on more than the files: a command, this machine's networks, name servers.
    `paths_with_blanks`: known_hosts that are written in quotes, which ssh prints without.
    `runs_commands`: to answer, ssh may run commands of the configuration (Match exec).
    """

    is_dynamic: bool = False
    runs_commands: bool = False
    tells_hosts_apart: bool = False
    named: set[str] = field(default_factory=set)
    patterns: dict[str, Callable[[str], object]] = field(default_factory=dict)
    paths_with_blanks: set[str] = field(default_factory=set)

    def note(self, keyword: str, rest: str) -> None:
        """Take in a line."""
        if keyword == "match":
            self.tells_hosts_apart = True
            self.is_dynamic |= _ASKS_ELSEWHERE.search(rest) is not None
            self.runs_commands |= "exec" in rest.lower()
        elif keyword == "host":
            self._note_patterns(rest)
        elif keyword in ("hostname", "proxyjump"):
            # ssh refuses a host that is its own jump host
            self.named.update(_NOT_OF_A_NAME.split(rest.lower()))
        elif keyword in ("userknownhostsfile", "globalknownhostsfile"):
            self.paths_with_blanks.update(_WITH_BLANKS.findall(rest))
        elif keyword == "canonicalizehostname" and rest.lower() != "no":
            self.is_dynamic = self.tells_hosts_apart = True
        if "%" in rest and keyword not in _KEEPS_TOKENS:
            self.tells_hosts_apart = True

    def note_unreadable(self) -> None:
        """Take in that the lines of a file are not known."""
        self.is_dynamic = self.runs_commands = self.tells_hosts_apart = True

    def likeness(self, name: str) -> Hashable:
        """Equal for hosts that no line tells apart, but for their own names; unlike all others' in doubt."""
        if self.tells_hosts_apart or name.lower() in self.named or not _is_plain(name):
            return name
        names = dict.fromkeys((name, name.lower()))
        return tuple(tuple(matches(each) is not None for matches in self.patterns.values()) for each in names)

    def _note_patterns(self, rest: str) -> None:
        if '"' in rest or len(self.patterns) > _MOST_PATTERNS:
            self.tells_hosts_apart = True
        for word in rest.split():
            for pattern in (word.removeprefix("!"), word.removeprefix("!").lower()):
                if pattern not in self.patterns:
                    self.patterns[pattern] = re.compile(_expression(pattern), re.DOTALL).fullmatch


def keyword_and_rest(line: str) -> tuple[str, str]:
    """A line's keyword in small letters and what follows it; both empty for a comment."""
    match = None if line.lstrip().startswith("#") else _KEYWORD.match(line)
    return (match[2].lower(), match[3].strip()) if match is not None else ("", "")


def _expression(pattern: str) -> str:
    wildcards = {"*": ".*", "?": "."}
    shrunk = re.sub(r"\*+", "*", pattern)
    return "".join(wildcards.get(char, re.escape(char)) for char in shrunk)


def _is_plain(name: str) -> bool:
    """Whether ssh takes a name as it is; addresses that can be written in several ways it writes anew."""
    if not _PLAIN_NAME.fullmatch(name):
        return False
    if not _LIKE_A_NUMBER.fullmatch(name):
        return True
    try:
        return ipaddress.IPv4Address(name).compressed == name
    except ValueError:
        return False
