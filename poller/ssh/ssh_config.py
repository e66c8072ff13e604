"""What ~/.ssh/config adds to a host of the inventory; parsed by asyncssh, never by us."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from inventory.host import HostSpec
from inventory.names import is_address, is_user
from metrics.results import Outcome
from poller.errors import PollFailed

_NO_FILE = {"none", "/dev/null"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where and as whom to log in, with the inventory's word before the ssh config's.

    `key_files` and `known_hosts_files`: empty means the usual ones. `key_places` and `known_hosts_places`:
    where they must lie, see HostSpec.file_places.
    """

    address: str
    port: int
    user: str
    jump: str | None
    proxy_command: Sequence[str] | None
    key_files: tuple[Path, ...]
    known_hosts_files: tuple[Path, ...]
    host_key_alias: str | None
    has_own_ciphers: bool
    uses_agent_only_for_keys: bool
    key_places: tuple[str, ...] = ()
    known_hosts_places: tuple[str, ...] = ()


class SshConfig:
    """Resolves hosts against OpenSSH client configuration files (Host, HostName, User, Port, Include, …)."""

    def __init__(self, files: Sequence[Path] | None = None) -> None:
        self._files = [Path("~/.ssh/config").expanduser()] if files is None else list(files)

    @property
    def files(self) -> list[Path]:
        """The configuration files that exist."""
        return [path for path in self._files if path.is_file()]

    async def resolve(self, host: HostSpec) -> Target:
        """The target for a host; raises PollFailed when the configuration cannot be read."""
        return await asyncio.to_thread(self._resolve, host)

    def _resolve(self, host: HostSpec) -> Target:
        # once more, wherever the host comes from: a jump host may be one that needs no address of its own
        if not is_address(host.address):
            raise PollFailed(Outcome.UNREACHABLE, f"`{host.address}` is no host name that SSH takes")
        overrides: dict[str, Any] = {"host": host.address}
        if host.port is not None:
            overrides["port"] = host.port
        if host.user is not None:
            overrides["username"] = host.user
        try:
            # Only to read the configuration: no keys are loaded here, and known_hosts is checked elsewhere.
            options = asyncssh.SSHClientConnectionOptions(
                config=[str(path) for path in self.files] or None,
                client_keys=None,
                known_hosts=None,
                **overrides,
            )
            _refuse_unfit_user(host, options)
            return _target(host, options)
        except (ValueError, OSError) as error:
            raise PollFailed(Outcome.UNREACHABLE, f"ssh configuration: {error}") from error


def _refuse_unfit_user(host: HostSpec, options: asyncssh.SSHClientConnectionOptions) -> None:
    """Raise PollFailed for a user that the configuration's expansion would take for something else.

    asyncssh normalises the user, and splits a ProxyCommand into words after it has put the user in.
    """
    if host.user is None:
        return
    if not (is_user(host.user) and is_user(options.username)):
        raise PollFailed(Outcome.AUTH_FAILED, f"`{host.user}` is no user that SSH takes")
    if options.proxy_command and any(char in options.username for char in " #"):
        raise PollFailed(
            Outcome.AUTH_FAILED,
            f"`{host.user}` has a blank or `#`, which a ProxyCommand of the ssh configuration cannot take",
        )


def _target(host: HostSpec, options: asyncssh.SSHClientConnectionOptions) -> Target:
    config = options.config
    key_files = tuple(host.key) or tuple(_strings(config.get("IdentityFile")))
    known_hosts = (
        (host.known_hosts,) if host.known_hosts else tuple(_strings(config.get("UserKnownHostsFile")))
    )
    jump = host.jump if host.jump is not None else options.tunnel
    return Target(
        address=options.host,
        port=options.port,
        user=options.username,
        jump=str(jump) if jump and str(jump).lower() != "none" else None,
        proxy_command=options.proxy_command or None,
        key_files=tuple(_expanded(path) for path in key_files),
        known_hosts_files=tuple(_expanded(path) for path in known_hosts if path.lower() not in _NO_FILE),
        host_key_alias=options.host_key_alias,
        has_own_ciphers=config.get("Ciphers") is not None,
        uses_agent_only_for_keys=bool(config.get("IdentitiesOnly")) or bool(host.key),
        # what the configuration names is this machine's own business
        key_places=host.file_places if host.key else (),
        known_hosts_places=host.file_places if host.known_hosts else (),
    )


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # `~somebody`, whom the system does not know: there is no such file
        return Path(path)


def _strings(value: object) -> list[str]:
    if value is None or value == ():
        return []
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return [str(value)]
