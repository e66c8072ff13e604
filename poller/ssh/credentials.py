"""The private keys we log in with: each file read and parsed once, until it changes."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.public_key import decode_ssh_public_key

from poller.errors import KeyFileUnusable
from poller.ssh.host_files import FILE_SECONDS, KEY_BYTES, FileReaders, check_place, locate, read_host_file

_DEFAULT_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")

KeyPair = asyncssh.SSHKey | tuple[asyncssh.SSHKey, asyncssh.SSHCertificate]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys to offer, and public keys (bytes as in the SSH protocol) that only an agent can use."""

    keys: list[KeyPair] = field(default_factory=list)
    agent_identities: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _KeyFile:
    stamp: tuple[int, int]
    key: KeyPair | None
    public: bytes | None


def public_key_line(credentials: Credentials) -> str | None:
    """The first key's public half as authorized_keys has it; None without a key."""
    for pair in credentials.keys:
        key = pair[0] if isinstance(pair, tuple) else pair
        return key.export_public_key("openssh").decode().strip()
    for public in credentials.agent_identities:
        return decode_ssh_public_key(public).export_public_key("openssh").decode().strip()
    return None


class KeyRing:
    """Loads private keys with their certificates (`key-cert.pub`); encrypted ones are left to the agent."""

    def __init__(self, readers: FileReaders | None = None) -> None:
        self._readers = readers or FileReaders()
        self._loaded: dict[Path, _KeyFile] = {}

    async def credentials(
        self, files: tuple[Path, ...], *, places: tuple[str, ...] = (), seconds: float = FILE_SECONDS
    ) -> Credentials:
        """The keys in these files, or the user's default ones when `files` is empty.

        `places`: where they must lie, see HostSpec.file_places. Raises KeyFileUnusable for a named file that
        is missing, unreadable, not a key, or not read within so many seconds.
        """
        work = partial(self._credentials, files, places)
        try:
            return await self._readers.run(("keys", files, places), work, seconds=seconds)
        except OSError as error:
            raise KeyFileUnusable(", ".join(map(str, files)) or "~/.ssh", _reason(error)) from error

    def _credentials(self, files: tuple[Path, ...], places: tuple[str, ...]) -> Credentials:
        loaded = [self._load(path, places) for path in files] if files else self._defaults()
        return Credentials(
            keys=[entry.key for entry in loaded if entry.key is not None],
            agent_identities=[entry.public for entry in loaded if entry.key is None and entry.public],
        )

    def _defaults(self) -> list[_KeyFile]:
        folder = Path("~/.ssh").expanduser()
        paths = [folder / name for name in _DEFAULT_KEY_NAMES if (folder / name).is_file()]
        loaded = []
        for path in paths:
            try:
                loaded.append(self._load(path, ()))
            except KeyFileUnusable:
                continue  # nobody asked for this one by name
        return loaded

    def _load(self, path: Path, places: tuple[str, ...]) -> _KeyFile:
        try:
            located = locate(path, places)
            check_place(located, places)  # also of one that was read for another host already
            status = located.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            entry = self._loaded.get(located)
            if entry is None or entry.stamp != stamp:
                key, public = _read_key(located, places)
                entry = self._loaded[located] = _KeyFile(stamp, key, public)
        except OSError as error:
            raise KeyFileUnusable(str(path), _reason(error)) from error
        return entry


def _read_key(path: Path, places: tuple[str, ...]) -> tuple[KeyPair | None, bytes | None]:
    """The key, or the public half of one that is encrypted; raises OSError and KeyFileUnusable.

    What lies beside a key that may be used (`key.pub`, `key-cert.pub`) may be used as well.
    """
    content = read_host_file(path, most_bytes=KEY_BYTES, places=places)
    try:
        key = asyncssh.import_private_key(content)
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        public = _read_public(path)
        if public is None:
            # what the library says of it may quote the file
            what = "is encrypted" if isinstance(error, asyncssh.KeyEncryptionError) else "is no private key"
            raise KeyFileUnusable(
                str(path),
                f"{what} (for an encrypted key, load it into an agent and keep {path.name}.pub beside it)",
            ) from None
        return None, public
    key.set_filename(path)
    try:
        certificate = read_host_file(Path(f"{path}-cert.pub"), most_bytes=KEY_BYTES)
        return (key, asyncssh.import_certificate(certificate)), None
    except (OSError, asyncssh.KeyImportError):
        return key, None


def _read_public(path: Path) -> bytes | None:
    for candidate in (Path(f"{path}.pub"), path):
        try:
            content = read_host_file(candidate, most_bytes=KEY_BYTES)
            return asyncssh.import_public_key(content).public_data
        except (OSError, asyncssh.KeyImportError):
            continue
    return None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
