"""The private keys we log in with, and their certificates: each file is parsed once, until it changes."""

import binascii
import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.packet import SSHPacket
from asyncssh.public_key import decode_ssh_public_key

from poller.errors import KeyFileUnusable
from poller.ssh.host_files import FILE_SECONDS, KEY_BYTES, FileReaders, check_place, locate, read_host_file

_DEFAULT_KEY_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa")

_OF_SEALED_KEY = "Passphrase must be specified"
_SEALED = re.compile(rb"-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END", re.DOTALL)
_SEALED_MAGIC = b"openssh-key-v1\0"

_Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """A key that may be offered, with a certificate or without.

    `path`: its file. `public`: the key as the SSH protocol has it; `key`: None for one that only an agent can
    use, `is_sealed` where its file has it, encrypted.
    """

    path: Path
    public: bytes
    key: asyncssh.SSHKey | None = None
    certificate: asyncssh.SSHCertificate | None = None
    is_sealed: bool = False

    @property
    def offered(self) -> bytes:
        """What a server is shown of it."""
        return self.public if self.certificate is None else self.certificate.public_data


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Which files to read for a host.

    `paths`: private keys, none for the usual ones unless `uses_usual` is False. `certificates`: in place of
    those beside the keys. `are_required`: whether a key that is missing is an error or passed over.
    `places`: where they must lie, see HostSpec.file_places.
    """

    paths: tuple[Path, ...] = ()
    certificates: tuple[Path, ...] = ()
    uses_usual: bool = True
    are_required: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What may be offered, in ssh's order: certificates that are named, then each key with that beside it.

    `are_usual`: whether these are of the files that ssh looks for when none is named. `unusable`: files that
    are named and were passed over.
    """

    identities: tuple[Identity, ...] = ()
    unusable: tuple[Path, ...] = ()
    are_usual: bool = False

    @property
    def needs_agent(self) -> bool:
        """Whether there are keys that only an agent can use."""
        return any(identity.key is None for identity in self.identities)


@dataclass(frozen=True, slots=True)
class _KeyFile:
    stamp: _Stamp
    plain: Identity
    certified: Identity | None


def public_key_line(credentials: Credentials) -> str | None:
    """The first key's public half as authorized_keys has it, of those we have ourselves if there is one."""
    identities = sorted(credentials.identities, key=lambda identity: identity.key is None)
    for identity in identities:
        key = identity.key or decode_ssh_public_key(identity.public)
        return key.export_public_key("openssh").decode().strip()
    return None


class KeyRing:
    """Loads private keys with their certificates (`key-cert.pub`); encrypted ones are left to the agent."""

    def __init__(self, readers: FileReaders | None = None) -> None:
        self._readers = readers or FileReaders()
        self._loaded: dict[Path, _KeyFile] = {}

    async def credentials(self, files: KeyFiles, *, seconds: float = FILE_SECONDS) -> Credentials:
        """The keys in these files.

        Raises KeyFileUnusable where files cannot be read within so many seconds; for a required one that is
        missing, unreadable or no key as well.
        """
        try:
            return await self._readers.run(("keys", files), partial(self._read, files), seconds=seconds)
        except OSError as error:
            paths = files.paths or files.certificates
            raise KeyFileUnusable(", ".join(map(str, paths)) or "~/.ssh", _reason(error)) from error

    def _read(self, files: KeyFiles) -> Credentials:
        paths, are_usual = files.paths, not files.paths and files.uses_usual
        if are_usual:
            folder = Path("~/.ssh").expanduser()
            paths = tuple(folder / name for name in _DEFAULT_KEY_NAMES)
        identities: list[Identity] = []
        unusable: list[Path] = []
        for path in paths:
            try:
                entry = self._load(path, files.places)
            except KeyFileUnusable:
                if files.are_required:
                    raise
                unusable.append(path)
                continue
            identities.append(entry.plain)
            # certificates that are named stand in place of those beside the keys
            if entry.certified is not None and not files.certificates:
                identities.append(entry.certified)
        certified = _certified(files.certificates, identities)
        return Credentials((*certified, *identities), () if are_usual else tuple(unusable), are_usual)

    def _load(self, path: Path, places: tuple[str, ...]) -> _KeyFile:
        try:
            located = locate(path, places)
            check_place(located, places)  # also of one that was read for another host already
            stamp = tuple(map(_stamp, (located, *_beside(located))))
            entry = self._loaded.get(located)
            if entry is None or entry.stamp != stamp:
                plain = _read_key(located, places)
                entry = self._loaded[located] = _KeyFile(stamp, plain, _with_certificate(located, plain))
        except OSError as error:
            raise KeyFileUnusable(str(path), _reason(error)) from error
        return entry


def _beside(path: Path) -> tuple[Path, Path]:
    """A key's public half and its certificate. Beside a key that may be used these may be used as well."""
    return Path(f"{path}.pub"), Path(f"{path}-cert.pub")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file's content; None for one that is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_key(path: Path, places: tuple[str, ...]) -> Identity:
    """The key, or the public half of one that is encrypted or not there; raises OSError, KeyFileUnusable."""
    try:
        content = read_host_file(path, most_bytes=KEY_BYTES, places=places)
    except FileNotFoundError:
        public = _read_public(_beside(path)[0])
        if public is None:
            raise
        return Identity(path, public)
    try:
        key = asyncssh.import_private_key(content)
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        is_sealed = str(error).startswith(_OF_SEALED_KEY)  # the library has no class of its own for it
        public = _read_public(_beside(path)[0]) or (_half_of_sealed if is_sealed else _import_public)(content)
        if public is None:
            # what the library says of it may quote the file
            what = "is encrypted" if is_sealed else "is no private key"
            raise KeyFileUnusable(
                str(path),
                f"{what} (for an encrypted key, load it into an agent and keep {path.name}.pub beside it)",
            ) from None
        return Identity(path, public, is_sealed=is_sealed)
    key.set_filename(path)
    return Identity(path, key.public_data, key)


def _read_public(path: Path) -> bytes | None:
    try:
        return _import_public(read_host_file(path, most_bytes=KEY_BYTES))
    except OSError:
        return None


def _import_public(content: bytes) -> bytes | None:
    try:
        return asyncssh.import_public_key(content).public_data
    except asyncssh.KeyImportError:
        return None


def _half_of_sealed(content: bytes) -> bytes | None:
    """The public half of an encrypted key, which OpenSSH's own format has before what is encrypted."""
    text = _SEALED.search(content)
    if text is None:
        return None
    try:
        packet = SSHPacket(binascii.a2b_base64(text[1]))
        if packet.get_bytes(len(_SEALED_MAGIC)) != _SEALED_MAGIC:
            return None
        for _ in range(3):  # the cipher, and how the passphrase makes its key
            packet.get_string()
        packet.get_uint32()  # how many keys follow: one, always
        return decode_ssh_public_key(packet.get_string()).public_data
    except (ValueError, asyncssh.KeyImportError):
        return None


def _with_certificate(path: Path, plain: Identity) -> Identity | None:
    certificate = _read_certificate(_beside(path)[1])
    if certificate is None or certificate.key.public_data != plain.public:
        return None
    return replace(plain, certificate=certificate)


def _certified(paths: tuple[Path, ...], identities: list[Identity]) -> list[Identity]:
    """The certificates of these files, each with the private key among the identities if it is there."""
    keys = {identity.public: identity.key for identity in identities if identity.key is not None}
    certified = []
    for path in paths:
        certificate = _read_certificate(path)
        if certificate is not None:  # ssh passes over those that are not there
            public = certificate.key.public_data
            certified.append(Identity(path, public, keys.get(public), certificate))
    return certified


def _read_certificate(path: Path) -> asyncssh.SSHCertificate | None:
    try:
        return asyncssh.import_certificate(read_host_file(path, most_bytes=KEY_BYTES))
    except (OSError, asyncssh.KeyImportError):
        return None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
