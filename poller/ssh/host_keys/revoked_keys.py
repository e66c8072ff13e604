"""Keys that RevokedHostKeys of the ssh configuration lists: nobody is to show them."""

from functools import partial
from pathlib import Path

import asyncssh

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.host_files import KNOWN_HOSTS_BYTES, FileReaders, read_host_file

_KRL_MAGIC = b"SSHKRL\n\0"

Stamp = tuple[int, int]


class RevokedKeys:
    """Lists of public keys, each read again when it changes. As with ssh, without one no key is taken."""

    def __init__(self, readers: FileReaders) -> None:
        self._readers = readers
        self._lists: dict[Path, tuple[Stamp, frozenset[asyncssh.SSHKey]]] = {}

    async def read(self, path: Path, *, seconds: float) -> frozenset[asyncssh.SSHKey]:
        """The keys of a list; raises PollFailed for one that cannot be read within so many seconds."""
        try:
            return await self._readers.run(("revoked", path), partial(self._read, path), seconds=seconds)
        except OSError as error:
            raise PollFailed(
                Outcome.HOST_KEY_UNKNOWN,
                f"no host key is taken: {path} (RevokedHostKeys of the ssh configuration) cannot be used: "
                f"{error.strerror or error}",
                advice="Give it as a list of public keys that monctl's user may read, or take the line out.",
            ) from error

    def _read(self, path: Path) -> frozenset[asyncssh.SSHKey]:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        entry = self._lists.get(path)
        if entry is None or entry[0] != stamp:
            entry = self._lists[path] = (stamp, _keys(read_host_file(path, most_bytes=KNOWN_HOSTS_BYTES)))
        return entry[1]


def _keys(content: bytes) -> frozenset[asyncssh.SSHKey]:
    """The keys of the lines; raises OSError for what is no such list, since ssh would take no key then."""
    if content.startswith(_KRL_MAGIC):
        raise OSError("it is a KRL, which monctl does not read")
    keys = set()
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                keys.add(asyncssh.import_public_key(line.strip()))
            except asyncssh.KeyImportError as error:
                raise OSError(f"its line {number} is no public key") from error
    return frozenset(keys)
