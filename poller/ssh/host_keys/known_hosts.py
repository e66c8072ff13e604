"""Known_hosts files: read once, until they change, and asked for one host at a time."""

import errno
import logging
from functools import partial
from pathlib import Path

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.host_files import (
    FILE_SECONDS,
    KNOWN_HOSTS_BYTES,
    FileReaders,
    check_place,
    locate,
    read_host_file,
)
from poller.ssh.host_keys.host_lines import HostLines, as_ssh_spells
from poller.ssh.host_keys.trust import KeysOfName, Trust

SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")

_MOST_BAD_LINES = 1000
_BAD_LINES_LOGGED = 3
_FILES_KEPT = 64

log = logging.getLogger(__name__)


def default_files() -> tuple[Path, ...]:
    """The user's and the system's known_hosts."""
    folder = Path("~/.ssh").expanduser()
    return (folder / "known_hosts", folder / "known_hosts2", SYSTEM_FILE)


class KnownHosts:
    """Parsed known_hosts files, read again only when they change."""

    def __init__(self, readers: FileReaders | None = None) -> None:
        self._readers = readers or FileReaders()
        self._parsed_files: dict[tuple[Path, ...], tuple[tuple[tuple[int, int] | None, ...], HostLines]] = {}

    async def trust(
        self,
        files: tuple[Path, ...],
        host: str,
        *,
        port: int,
        alias: str | None = None,
        places: tuple[str, ...] = (),
        seconds: float = FILE_SECONDS,
    ) -> Trust:
        """What these files (the default ones if empty) say of a host, by the name or address it was given as.

        Never by the address that a name stands for: whoever answers for the name would choose the key.
        `alias`: the HostKeyAlias, which stands for name and port. `places`: where the files must lie, see
        HostSpec.file_places. Raises PollFailed for a file that cannot be used, or is not read within so many
        seconds.
        """
        key = ("known_hosts", files, places)
        try:
            lines = await self._readers.run(key, partial(self._load, files, places), seconds=seconds)
        except OSError as error:
            raise _unusable(", ".join(map(str, files)) or "known_hosts", error) from error
        principal = alias.lower() if alias else as_ssh_spells(host)
        # with its port first, and without
        names = dict.fromkeys([known_hosts_name(host, port, alias=alias), principal])
        return Trust(principal, tuple(KeysOfName.of(lines.naming(name)) for name in names))

    def _load(self, files: tuple[Path, ...], places: tuple[str, ...]) -> HostLines:
        located = tuple(_located(path, places) for path in files) or default_files()
        stamps = tuple(_stamp(path) for path in located)
        entry = self._parsed_files.pop(located, None)
        if entry is None or entry[0] != stamps:
            entry = (stamps, _parse(located))
        self._parsed_files[located] = entry  # the last to be used is the last to go
        while len(self._parsed_files) > _FILES_KEPT:
            del self._parsed_files[next(iter(self._parsed_files))]
        return entry[1]


def _located(path: Path, places: tuple[str, ...]) -> Path:
    if path.parts[:1] and path.parts[0].startswith("~"):
        raise _unusable(path, OSError(errno.ENOENT, f"there is no user {path.parts[0][1:]}"))
    located = locate(path, places)
    try:
        check_place(located, places)
    except OSError as error:
        raise _unusable(path, error) from error
    return located


def _unusable(path: Path | str, error: OSError) -> PollFailed:
    return PollFailed(
        Outcome.HOST_KEY_UNKNOWN,
        f"{path} cannot be used: {error.strerror or error}",
        advice="Correct `known_hosts:`, or that file, and let monctl's user read it.",
    )


def known_hosts_name(host: str, port: int, *, alias: str | None = None) -> str:
    """A host's name as known_hosts spells it: bare for port 22, else `[host]:port`; an alias has no port."""
    if alias:
        return alias.lower()
    name = as_ssh_spells(host)
    return name if port == 22 else f"[{name}]:{port}"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _parse(files: tuple[Path, ...]) -> HostLines:
    lines = HostLines()
    for path in files:
        if not path.exists() or path.is_dir():
            continue
        try:
            content = read_host_file(path, most_bytes=KNOWN_HOSTS_BYTES)
        except OSError as error:
            raise _unusable(path, error) from error
        _parse_lines(lines, path, content.decode("utf-8", "surrogateescape"))
    return lines


def _parse_lines(lines: HostLines, path: Path, content: str) -> None:
    """Take in the lines of a file; what stands in those that are left out is never told."""
    bad_lines = 0
    for number, line in enumerate(content.split("\n"), 1):
        try:
            lines.add(line)
        except ValueError:  # one bad line must not make every host unknown; OpenSSH skips it too
            bad_lines += 1
            if bad_lines <= _BAD_LINES_LOGGED:
                log.warning("%s:%d is no line of known_hosts and is left out", path, number)
            if bad_lines > _MOST_BAD_LINES:
                reason = f"it is no known_hosts, more than {_MOST_BAD_LINES:,} of its lines are none"
                raise PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{path} cannot be used: {reason}") from None
    if bad_lines > _BAD_LINES_LOGGED:
        log.warning("%s: %d more lines are left out", path, bad_lines - _BAD_LINES_LOGGED)
