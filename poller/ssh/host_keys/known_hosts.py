"""Host keys: which are trusted, what it means that a host shows another one, and how to add one."""

import base64
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

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

SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")

_MOST_BAD_LINES = 1000
_BAD_LINES_LOGGED = 3
_FILES_KEPT = 64

log = logging.getLogger(__name__)


def default_files() -> tuple[Path, ...]:
    """The user's and the system's known_hosts."""
    folder = Path("~/.ssh").expanduser()
    return (folder / "known_hosts", folder / "known_hosts2", SYSTEM_FILE)


@dataclass(frozen=True, slots=True)
class Trust:
    """What known_hosts says of one host."""

    keys: tuple[asyncssh.SSHKey, ...]
    authorities: tuple[asyncssh.SSHKey, ...]
    revoked: tuple[asyncssh.SSHKey, ...]
    known_hosts: asyncssh.SSHKnownHosts

    @property
    def algorithms(self) -> list[str]:
        """Host key algorithms to propose: those that can be trusted first, then all others.

        With the others at the end, a host whose key was swapped for one of another kind still shows it,
        and can be told from one that is not known at all.
        """
        trusted = [name for key in self.keys for name in key.sig_algorithms]
        certificates = get_default_certificate_algs() if self.authorities else []
        ordered = dict.fromkeys([*certificates, *trusted, *get_default_public_key_algs()])
        return [name.decode() for name in ordered]

    def verdict(self, shown_key: asyncssh.SSHKey | None, where: str) -> PollFailed:
        """Why the key that a host showed was not accepted."""
        fingerprint = (
            f"{shown_key.algorithm.decode()} {shown_key.get_fingerprint()}" if shown_key else "a certificate"
        )
        if shown_key is not None and shown_key in self.revoked:
            return PollFailed(Outcome.HOST_KEY_CHANGED, f"{where} shows the revoked key {fingerprint}")
        if self.keys:
            known_keys = ", ".join(f"{key.algorithm.decode()} {key.get_fingerprint()}" for key in self.keys)
            return PollFailed(
                Outcome.HOST_KEY_CHANGED, f"{where} shows {fingerprint}, but known_hosts has {known_keys}"
            )
        if self.authorities:
            return PollFailed(
                Outcome.HOST_KEY_UNKNOWN,
                f"{where} shows {fingerprint}, not certified for it by a known authority",
            )
        return PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{where} is not in known_hosts; it shows {fingerprint}")


class KnownHosts:
    """Parsed known_hosts files, read again only when they change."""

    def __init__(self, readers: FileReaders | None = None) -> None:
        self._readers = readers or FileReaders()
        self._parsed_files: dict[
            tuple[Path, ...], tuple[tuple[tuple[int, int] | None, ...], asyncssh.SSHKnownHosts]
        ] = {}

    async def trust(
        self,
        files: tuple[Path, ...],
        host: str,
        *,
        address: str,
        port: int,
        places: tuple[str, ...] = (),
        seconds: float = FILE_SECONDS,
    ) -> Trust:
        """What these files (the default ones if empty) say of a host.

        `places`: where they must lie, see HostSpec.file_places. Raises PollFailed for a file that cannot be
        used, or is not read within so many seconds.
        """
        key = ("known_hosts", files, places)
        try:
            known_hosts = await self._readers.run(key, partial(self._load, files, places), seconds=seconds)
        except OSError as error:
            names = ", ".join(map(str, files)) or "known_hosts"
            raise _unusable(names, error) from error
        match = known_hosts.match(host, address, None if port == 22 else port)
        revoked = [*match[2], *_revoked_with_port(known_hosts, host, address, port=port)]
        return Trust(tuple(match[0]), tuple(match[1]), tuple(revoked), known_hosts)

    def _load(self, files: tuple[Path, ...], places: tuple[str, ...]) -> asyncssh.SSHKnownHosts:
        located = tuple(_located(path, places) for path in files) or default_files()
        stamps = tuple(_stamp(path) for path in located)
        entry = self._parsed_files.pop(located, None)
        if entry is None or entry[0] != stamps:
            entry = (stamps, _parse(located))
        self._parsed_files[located] = entry  # the last to be used is the last to go
        while len(self._parsed_files) > _FILES_KEPT:
            del self._parsed_files[next(iter(self._parsed_files))]
        return entry[1]


def _revoked_with_port(
    known_hosts: asyncssh.SSHKnownHosts, host: str, address: str, *, port: int
) -> list[asyncssh.SSHKey]:
    """What is revoked of `[host]:port`, which asyncssh forgets when it falls back to the name alone."""
    names = [f"[{name}]:{port}" for name in (host, address) if name and port != 22]
    return [key for name in names for key in known_hosts.match(name, "", None)[2]]


def _located(path: Path, places: tuple[str, ...]) -> Path:
    located = locate(path, places)
    try:
        check_place(located, places)
    except OSError as error:
        raise _unusable(path, error) from error
    return located


def _unusable(path: Path | str, error: OSError) -> PollFailed:
    return PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{path} cannot be used: {error.strerror or error}")


def known_hosts_name(host: str, port: int) -> str:
    """A host's name as known_hosts spells it: bare for port 22, else `[host]:port`."""
    return host if port == 22 else f"[{host}]:{port}"


def add_keys(path: Path, name: str, keys: Sequence[asyncssh.SSHKey], *, replace: bool = False) -> None:
    """Append keys for `name` to a known_hosts file, made with mode 0600 (its folder 0700) when missing.

    With `replace`, lines that name exactly this host go first. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = read_host_file(path, most_bytes=KNOWN_HOSTS_BYTES) if path.exists() else b""
    old = content.decode("utf-8", "surrogateescape")
    lines = [line for line in old.splitlines() if not (replace and _names_only(line, name))]
    lines += [f"{name} {key.export_public_key('openssh').decode().strip()}" for key in keys]
    # Written beside it and moved into its place: ssh and we ourselves may be reading the file.
    new_file = path.with_name(path.name + ".monctl-new")
    new_file.touch(mode=0o600)
    new_file.write_text("\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8", errors="surrogateescape")
    if path.exists():
        new_file.chmod(path.stat().st_mode & 0o777)
    new_file.replace(path.resolve())


def _names_only(line: str, name: str) -> bool:
    patterns = line.split(maxsplit=1)[:1]
    if not patterns or patterns[0].startswith(("@", "#")):
        return False
    if patterns[0].startswith("|"):
        return _hash_matches(patterns[0], name)
    return name in patterns[0].split(",")


def _hash_matches(hashed: str, name: str) -> bool:
    # ssh-keygen -H: |1|salt|HMAC-SHA1 of the name|
    try:
        salt, digest = (base64.b64decode(part) for part in hashed.split("|")[2:4])
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), digest)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _parse(files: tuple[Path, ...]) -> asyncssh.SSHKnownHosts:
    known_hosts = asyncssh.SSHKnownHosts()
    for path in files:
        if not path.exists() or path.is_dir():
            continue
        try:
            content = read_host_file(path, most_bytes=KNOWN_HOSTS_BYTES)
        except OSError as error:
            raise _unusable(path, error) from error
        _parse_lines(known_hosts, path, content.decode("utf-8", "surrogateescape"))
    return known_hosts


def _parse_lines(known_hosts: asyncssh.SSHKnownHosts, path: Path, content: str) -> None:
    """Take in the lines of a file; what stands in those that are left out is never told."""
    bad_lines = 0
    for number, line in enumerate(content.split("\n"), 1):
        try:
            known_hosts.load(line)
        except ValueError:  # one bad line must not make every host unknown; OpenSSH skips it too
            bad_lines += 1
            if bad_lines <= _BAD_LINES_LOGGED:
                log.warning("%s:%d is no line of known_hosts and is left out", path, number)
            if bad_lines > _MOST_BAD_LINES:
                reason = f"it is no known_hosts, more than {_MOST_BAD_LINES:,} of its lines are none"
                raise PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{path} cannot be used: {reason}") from None
    if bad_lines > _BAD_LINES_LOGGED:
        log.warning("%s: %d more lines are left out", path, bad_lines - _BAD_LINES_LOGGED)
