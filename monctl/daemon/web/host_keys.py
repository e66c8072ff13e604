"""SSH keys of hosts for the API: what `monctl hosts trust` does, without asking back."""

import asyncio
from collections.abc import Sequence
from functools import partial

import asyncssh

from inventory.host import HostSpec
from metrics.outcomes import advice_for
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.host_files import FILE_SECONDS, FileReaders, check_place
from poller.ssh.host_keys.known_hosts_file import add_keys
from poller.ssh.host_keys.shown_keys import ShownKeys, shown_keys
from web.errors import HostKeysDiffer, HostKeysUnseen, KnownHostsUnusable
from web.ports import FURTHER_KEYS, HostKey, HostKeys, KeyStatus

_AT_ONCE = 8
_FILE_WORD = "known_hosts"


class ConnectorKeys:
    """Asks hosts with a connector, at most 8 at once; each key takes the host's timeout at most."""

    def __init__(self, connector: SshConnector) -> None:
        self._connector = connector
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._file_lock = asyncio.Lock()
        self._files = FileReaders()

    async def look(self, host: HostSpec) -> HostKeys:
        """See HostKeyService.look."""
        return _host_keys(host, await self._ask(host))

    async def trust(self, host: HostSpec, fingerprints: Sequence[str]) -> HostKeys:
        """See HostKeyService.trust."""
        host_keys = await self._ask(host)
        _check(_host_keys(host, host_keys), fingerprints)
        trusted_keys = [key for key in host_keys.new if key.get_fingerprint() in fingerprints]
        if trusted_keys and host_keys.is_known:
            message = f"{host.name} is known by another key already. {FURTHER_KEYS.format(host.name)}"
            raise HostKeysDiffer(_host_keys(host, host_keys), f"{message} Nothing was added.")
        if trusted_keys:
            async with self._file_lock:  # a file is read and replaced: two at once would lose a key
                await self._write(host_keys, trusted_keys)
        return _host_keys(host, host_keys, trusted_keys=trusted_keys)

    async def _write(self, host_keys: ShownKeys, keys: "Sequence[asyncssh.SSHKey]") -> None:
        """Add keys; raises KnownHostsUnusable, also when the file cannot be read or written in time."""
        work = partial(_add, host_keys, keys)
        try:
            await self._files.run((host_keys.name, host_keys.file), work, seconds=FILE_SECONDS)
        except OSError as error:
            raise KnownHostsUnusable(
                f"{host_keys.file} cannot be written: {error.strerror}. Let monctl's user write it, or name "
                "another file with `known_hosts:`"
            ) from error

    async def _ask(self, host: HostSpec) -> ShownKeys:
        try:
            async with self._slots:
                return await shown_keys(self._connector, host)
        except PollFailed as error:
            advice = advice_for(error.outcome, host.name, own=error.advice)
            raise HostKeysUnseen(host.name, str(error.outcome), error.detail, advice=advice) from error


def _check(keys: HostKeys, fingerprints: Sequence[str]) -> None:
    """Raise HostKeysDiffer unless the host shows all of these and no key has changed."""
    if keys.is_changed:
        raise HostKeysDiffer(keys, f"{keys.advice} Nothing was added.")
    fingerprints_missing = sorted(set(fingerprints) - {key.fingerprint for key in keys.keys})
    if fingerprints_missing:
        raise HostKeysDiffer(
            keys, f"{keys.host} does not show {fingerprints_missing[0]} now: nothing was added"
        )


def _add(host_keys: ShownKeys, keys: "Sequence[asyncssh.SSHKey]") -> None:
    """Write keys down; raises KnownHostsUnusable and OSError.

    An entry that came over the API names the file: whatever it says, no other kind of file may be touched.
    """
    if _FILE_WORD not in host_keys.file.name:
        raise KnownHostsUnusable(
            f"{host_keys.file} has no `{_FILE_WORD}` in its name, and no other file is written over the API: "
            "use `monctl hosts trust`, or name another file with `known_hosts:`"
        )
    check_place(host_keys.file, host_keys.places)
    add_keys(host_keys.file, host_keys.name, keys)


def _host_keys(
    host: HostSpec, host_keys: ShownKeys, *, trusted_keys: "Sequence[asyncssh.SSHKey]" = ()
) -> HostKeys:
    known_keys = [*host_keys.known_keys, *(key for key in trusted_keys if key not in host_keys.known_keys)]
    return HostKeys(
        host=host.name,
        name=host_keys.name,
        file=host_keys.file,
        keys=tuple(_key(key, _status(key, host_keys, known_keys)) for key in host_keys.shown_keys),
        known_keys=tuple(_key(key, KeyStatus.KNOWN) for key in known_keys),
        is_revoked=bool(host_keys.revoked),
    )


def _status(
    key: "asyncssh.SSHKey", host_keys: ShownKeys, known_keys: "Sequence[asyncssh.SSHKey]"
) -> KeyStatus:
    if key in host_keys.changed:
        return KeyStatus.CHANGED
    return KeyStatus.KNOWN if key in known_keys else KeyStatus.UNKNOWN


def _key(key: "asyncssh.SSHKey", status: KeyStatus) -> HostKey:
    return HostKey(key.algorithm.decode(), key.get_fingerprint(), status)
