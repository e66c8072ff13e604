"""Host keys: which are trusted, what it means that a host shows another one, and how to add one."""

import asyncio
import base64
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from metrics.results import Outcome
from poller.errors import PollFailed

SYSTEM_FILE = Path("/etc/ssh/ssh_known_hosts")

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

    def __init__(self) -> None:
        self._parsed_files: dict[
            tuple[Path, ...], tuple[tuple[tuple[int, int] | None, ...], asyncssh.SSHKnownHosts]
        ] = {}

    async def trust(self, files: tuple[Path, ...], host: str, *, address: str, port: int) -> Trust:
        """What these files (the default ones if empty) say of a host; raises PollFailed for a broken file."""
        known_hosts = await asyncio.to_thread(self._load, files or default_files())
        match = known_hosts.match(host, address, None if port == 22 else port)
        return Trust(tuple(match[0]), tuple(match[1]), tuple(match[2]), known_hosts)

    def _load(self, files: tuple[Path, ...]) -> asyncssh.SSHKnownHosts:
        stamps = tuple(_stamp(path) for path in files)
        entry = self._parsed_files.get(files)
        if entry is None or entry[0] != stamps:
            entry = self._parsed_files[files] = (stamps, _parse(files))
        return entry[1]


def known_hosts_name(host: str, port: int) -> str:
    """A host's name as known_hosts spells it: bare for port 22, else `[host]:port`."""
    return host if port == 22 else f"[{host}]:{port}"


def add_keys(path: Path, name: str, keys: Sequence[asyncssh.SSHKey], *, replace: bool = False) -> None:
    """Append keys for `name` to a known_hosts file, made with mode 0600 (its folder 0700) when missing.

    With `replace`, lines that name exactly this host go first. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    old = path.read_text() if path.is_file() else ""
    lines = [line for line in old.splitlines() if not (replace and _names_only(line, name))]
    lines += [f"{name} {key.export_public_key('openssh').decode().strip()}" for key in keys]
    # Written beside it and moved into its place: ssh and we ourselves may be reading the file.
    new_file = path.with_name(path.name + ".monctl-new")
    new_file.touch(mode=0o600)
    new_file.write_text("\n".join(dict.fromkeys(lines)) + "\n")
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
        if not path.is_file():
            continue
        try:
            lines = path.read_text(errors="surrogateescape").split("\n")
        except OSError as error:
            raise PollFailed(Outcome.HOST_KEY_UNKNOWN, f"{path} cannot be used: {error}") from error
        for number, line in enumerate(lines, 1):
            try:
                known_hosts.load(line)
            except ValueError as error:  # one bad line must not make every host unknown; OpenSSH skips it too
                log.warning("%s:%d is left out: %s", path, number, error)
    return known_hosts
