"""The private keys we log in with: each file read and parsed once, until it changes."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.public_key import decode_ssh_public_key

from poller.errors import KeyFileUnusable

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

    def __init__(self) -> None:
        self._loaded: dict[Path, _KeyFile] = {}

    async def credentials(self, files: tuple[Path, ...]) -> Credentials:
        """The keys in these files, or the user's default ones when `files` is empty.

        Raises KeyFileUnusable for a named file that is missing, unreadable or not a key.
        """
        return await asyncio.to_thread(self._credentials, files)

    def _credentials(self, files: tuple[Path, ...]) -> Credentials:
        loaded = [self._load(path) for path in files] if files else self._defaults()
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
                loaded.append(self._load(path))
            except KeyFileUnusable:
                continue  # nobody asked for this one by name
        return loaded

    def _load(self, path: Path) -> _KeyFile:
        try:
            status = path.stat()
        except OSError as error:
            raise KeyFileUnusable(str(path), _reason(error)) from error
        stamp = (status.st_mtime_ns, status.st_size)
        entry = self._loaded.get(path)
        if entry is None or entry.stamp != stamp:
            key, public = _read_key(path)
            entry = self._loaded[path] = _KeyFile(stamp, key, public)
        return entry


def _read_key(path: Path) -> tuple[KeyPair | None, bytes | None]:
    try:
        key = asyncssh.read_private_key(path)
    except OSError as error:
        raise KeyFileUnusable(str(path), _reason(error)) from error
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        public = _read_public(path)
        if public is None:
            raise KeyFileUnusable(
                str(path),
                f"{error} (for an encrypted key, load it into an agent and keep {path.name}.pub beside it)",
            ) from error
        return None, public
    try:
        return (key, asyncssh.read_certificate(f"{path}-cert.pub")), None
    except (OSError, asyncssh.KeyImportError):
        return key, None


def _read_public(path: Path) -> bytes | None:
    for candidate in (Path(f"{path}.pub"), path):
        try:
            return asyncssh.read_public_key(candidate).public_data
        except (OSError, asyncssh.KeyImportError):
            continue
    return None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
