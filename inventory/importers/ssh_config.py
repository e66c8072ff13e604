"""Hosts of an OpenSSH client configuration, with what `ssh` would take for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.documents.report import shown
from foundation.documents.variables import escape
from inventory.errors import ImportUnreadable
from inventory.hosts_yaml.ranges import MAX_HOSTS
from inventory.importers.result import ImportedHost, ImportResult, Notes, Work
from inventory.importers.ssh_arguments import chosen_way, way_of_options
from inventory.importers.ssh_lines import Block, ConfigReader, Line
from inventory.importers.ssh_match import Circumstances, match_holds, reads_twice
from inventory.importers.ssh_words import is_any_match, key_path
from inventory.names import MAX_NAME_CHARACTERS

_WILDCARDS = frozenset("*?!")
_SINGLE = frozenset(("hostname", "user", "port", "userknownhostsfile"))
_WAYS = frozenset(("proxyjump", "proxycommand"))
_KEYWORDS = _SINGLE | _WAYS | {"identityfile"}
_NOT_COPIED = "has no counterpart in hosts.yaml"


def import_ssh_config(text: str, *, path: Path | None = None, aliases_only: bool = False) -> ImportResult:
    """Every alias that a `Host` line names without a wildcard.

    `path` is where the text stands; without it, Include is not followed. `aliases_only`: entries stay empty,
    for a configuration honoured at poll time anyway. Else what `ssh` would take for the alias is copied, from
    whichever blocks hold for it: HostName, User, Port, IdentityFile, ProxyJump, a ProxyCommand that is a
    jump, and UserKnownHostsFile. Raises ImportUnreadable.
    """
    return _Import(path, aliases_only=aliases_only).run(text)


@dataclass(slots=True)
class _Settings:
    """What the blocks read so far say of one alias; of each keyword the first value counts.

    `final_address`: what the address is once the whole is read a second time, whatever that says.
    """

    alias: str
    values: dict[str, Line] = field(default_factory=dict)
    keys: dict[str, Line] = field(default_factory=dict)
    ways: list[Line] = field(default_factory=list)
    final_address: str | None = None

    @property
    def address(self) -> str:
        if self.final_address is not None:
            return self.final_address
        line = self.values.get("hostname")
        if line is None or not line.arguments:
            return self.alias
        return line.arguments[0].replace("%%", "\0").replace("%h", self.alias).replace("\0", "%")

    @property
    def user(self) -> str | None:
        line = self.values.get("user")
        return line.arguments[0] if line is not None and line.arguments else None

    def take(self, line: Line) -> None:
        """Take in a setting that holds for the alias."""
        if line.keyword == "identityfile":
            self.keys.setdefault(line.arguments[0] if line.arguments else "", line)
        elif line.keyword in _WAYS:
            self.ways.append(line)
        elif line.keyword in _SINGLE:
            self.values.setdefault(line.keyword, line)


class _Import:
    """One configuration being read."""

    def __init__(self, path: Path | None, *, aliases_only: bool) -> None:
        self._path = path
        self._aliases_only = aliases_only
        self._notes = Notes()
        self._work = Work(str(path) if path else None)
        self._hosts: dict[str, ImportedHost] = {}
        self._noted_lines: set[tuple[str | None, int]] = set()
        self._matching_patterns: set[tuple[str | None, int, str]] = set()

    def run(self, text: str) -> ImportResult:
        blocks = ConfigReader(self._path, self._notes, self._work).blocks(text)
        for line in _conditions(blocks):
            if line.keyword == "host":
                self._name_hosts(line)
        if self._aliases_only:
            self._note_patterns(blocks, "is honoured at poll time, not imported")
            return self._notes.result(self._hosts)
        index = _Index(blocks)
        for alias, host in self._hosts.items():
            host.entry = self._entry(alias, self._settings(alias, blocks, index))
        self._note_patterns(blocks, "matches no host that is named")
        return self._notes.result(self._hosts)

    def _name_hosts(self, line: Line) -> None:
        for alias in line.arguments:
            if _WILDCARDS & set(alias):
                continue
            if len(alias) > MAX_NAME_CHARACTERS:
                self._note(line, "Host", f"a name has at most {MAX_NAME_CHARACTERS} characters")
            else:
                self._hosts.setdefault(alias, ImportedHost(line.file, line.number))
        if len(self._hosts) > MAX_HOSTS:
            raise ImportUnreadable(line.file, f"has more than {MAX_HOSTS:,} hosts", line=line.number)

    def _note_patterns(self, blocks: list[Block], message: str) -> None:
        for line in _conditions(blocks):
            if line.keyword == "match":
                if self._aliases_only:
                    self._note(line, "Match", message)
                continue
            for pattern in line.arguments:
                if _WILDCARDS & set(pattern) and not self._is_in_use(line, pattern):
                    self._note(line, "Host", f"the pattern {shown(pattern)} {message}")

    def _is_in_use(self, line: Line, pattern: str) -> bool:
        is_exception = pattern.startswith("!") and not self._aliases_only
        return is_exception or (line.file, line.number, pattern) in self._matching_patterns

    def _settings(self, alias: str, blocks: list[Block], index: "_Index") -> _Settings:
        settings = _Settings(alias)
        numbers = index.blocks_of(alias)
        self._work.take_on(len(numbers), line=self._hosts[alias].line)
        for is_final in (False, True) if index.has_final else (False,):
            name = settings.address if is_final else alias
            settings.final_address = name if is_final else None
            for number in index.blocks_of(name) if is_final else numbers:
                block = blocks[number]
                if all(self._holds(line, settings, name, is_final=is_final) for line in block.conditions):
                    self._work.take_on(len(block.settings), line=None)
                    self._take(settings, block.settings)
        return settings

    def _take(self, settings: _Settings, lines: list[Line]) -> None:
        for line in lines:
            if line.keyword in _KEYWORDS:
                settings.take(line)
            else:
                self._note_once(line, line.keyword, _NOT_COPIED)

    def _holds(self, line: Line, settings: _Settings, name: str, *, is_final: bool) -> bool:
        # of a pattern with several stars each character may be compared with each of the name
        slow = sum(len(pattern) for pattern in line.arguments if pattern.count("*") > 1)
        self._work.take_on(1 + len(line.rest) + slow * len(name), line=line.number)
        if line.keyword == "match":
            return self._match_holds(line, settings, is_final=is_final)
        if not is_any_match(line.arguments, name):
            return False
        for pattern in line.arguments:
            if _WILDCARDS & set(pattern) and is_any_match([pattern], name):
                self._matching_patterns.add((line.file, line.number, pattern))
        return True

    def _match_holds(self, line: Line, settings: _Settings, *, is_final: bool) -> bool:
        circumstances = Circumstances(settings.address, settings.alias, settings.user, is_final)
        holds = match_holds(line.arguments, circumstances)
        if holds is None:
            self._note_once(line, "Match", "holds or not by what only `ssh` knows when it runs: left out")
        return bool(holds)

    def _entry(self, alias: str, settings: _Settings) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        for keyword, line in settings.values.items():
            if line.arguments and len(line.arguments[0]) <= 4 * MAX_NAME_CHARACTERS:
                self._put(entry, keyword, line, settings)
        self._put_way(entry, settings)
        keys = [key for path, line in settings.keys.items() for key in self._key(path, line, settings)]
        if keys:
            entry["key"] = keys[0] if len(keys) == 1 else keys
        self._work.take_on(sum(len(str(value)) for value in entry.values()), line=None)
        return entry

    def _put(self, entry: dict[str, Any], keyword: str, line: Line, settings: _Settings) -> None:
        value = line.arguments[0]
        if keyword == "hostname":
            if settings.address != settings.alias:
                entry["address"] = escape(settings.address)
        elif keyword == "port":
            entry["port"] = int(value) if value.isdecimal() else escape(value)
        elif keyword == "user":
            entry["user"] = escape(value)
        else:
            self._put_known_hosts(entry, line)

    def _put_known_hosts(self, entry: dict[str, Any], line: Line) -> None:
        if len(line.arguments) > 1:
            self._note_once(line, line.keyword, "only the first of several files is copied")
        if line.arguments[0].lower() != "none":
            entry["known_hosts"] = line.arguments[0]

    def _put_way(self, entry: dict[str, Any], settings: _Settings) -> None:
        options = [(line.keyword, line.arguments[0]) for line in settings.ways if line.arguments]
        chosen = chosen_way(options)
        if chosen is None:
            return
        line = next(line for line in settings.ways if (line.keyword, *line.arguments[:1]) == chosen)
        way = way_of_options([chosen], user=settings.user)
        if way is None:
            message = "is no jump that hosts.yaml can say: keep it in ~/.ssh/config, which is honoured"
            self._note_once(line, line.keyword, message)
            return
        if way.keys:
            self._note_once(line, line.keyword, "the jump host's own key is left out: make it a host")
        entry["jump"] = escape(way.hops)

    def _key(self, path: str, line: Line, settings: _Settings) -> Iterator[str]:
        """The path of a key with its tokens replaced; none for `none` and for tokens that depend on more."""
        port = settings.values.get("port")
        try:
            key = key_path(
                path,
                alias=settings.alias,
                address=settings.address,
                user=settings.user,
                port=port.arguments[0] if port is not None and port.arguments else "22",
            )
        except ValueError as error:
            self._note_once(line, line.keyword, f"is left out for its {shown(error)}")
            return
        # OpenSSH itself puts environment variables into IdentityFile: a reference there means the same here.
        if key is not None:
            yield key

    def _note(self, line: Line, field: str, message: str) -> None:
        self._notes.add(line.file, line.number, field, message=message)

    def _note_once(self, line: Line, field: str, message: str) -> None:
        if (line.file, line.number) not in self._noted_lines:
            self._noted_lines.add((line.file, line.number))
            self._note(line, field, message)


class _Index:
    """Which blocks may hold for a name, so that not every block is looked at for every host."""

    def __init__(self, blocks: list[Block]) -> None:
        self._by_name: dict[str, list[int]] = {}
        self._for_any: list[int] = []
        self.has_final = False
        for number, block in enumerate(blocks):
            last = block.conditions[-1] if block.conditions else None
            if any(line.keyword == "match" and reads_twice(line.arguments) for line in block.conditions):
                self.has_final = True
            if last is None or last.keyword == "match" or _WILDCARDS & set("".join(last.arguments)):
                self._for_any.append(number)
                continue
            for name in dict.fromkeys(last.arguments):
                self._by_name.setdefault(name, []).append(number)

    def blocks_of(self, name: str) -> list[int]:
        """Numbers of blocks, ascending."""
        return sorted([*self._for_any, *self._by_name.get(name, ())])


def _conditions(blocks: list[Block]) -> list[Line]:
    """Each `Host` and `Match` line once, in order."""
    lines = {id(line): line for block in blocks for line in block.conditions}
    return list(lines.values())
