"""Seeing a host's keys before trusting them: what `monctl hosts trust` shows and adds."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.connector import LoginPlan, SshConnector
from poller.ssh.known_hosts import default_files, known_hosts_name
from poller.ssh.ssh_errors import FOREIGN_ERRORS, translate

_KINDS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-256", "rsa-sha2-512"),
)


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """The keys that a host shows now, beside what known_hosts has for it.

    `name` is how known_hosts spells the host; `file` is where a new key would be added.
    """

    name: str
    file: Path
    shown_keys: tuple[asyncssh.SSHKey, ...]
    known_keys: tuple[asyncssh.SSHKey, ...]

    @property
    def new(self) -> tuple[asyncssh.SSHKey, ...]:
        """The shown keys that are not known yet."""
        return tuple(key for key in self.shown_keys if key not in self.known_keys)

    @property
    def conflicts(self) -> bool:
        """Whether a known key of a shown kind differs: the host's key has changed."""
        kinds = {key.algorithm for key in self.known_keys}
        return any(key.algorithm in kinds for key in self.new)


async def shown_keys(connector: SshConnector, host: HostSpec) -> ShownKeys:
    """Ask a host for its keys of each kind, without logging in; raises PollFailed."""
    plan = await connector.prepare(host)
    keys = await _keys_of_all_kinds(connector, plan)
    target = plan.target
    name = target.host_key_alias or target.address
    trust = await connector.known_hosts.trust(target.known_hosts_files, name, address="", port=target.port)
    file = target.known_hosts_files[0] if target.known_hosts_files else default_files()[0]
    return ShownKeys(known_hosts_name(name, target.port), file, tuple(keys), trust.keys)


async def _keys_of_all_kinds(connector: SshConnector, plan: LoginPlan) -> list[asyncssh.SSHKey]:
    keys: list[asyncssh.SSHKey] = []
    failure = PollFailed(Outcome.UNREACHABLE, f"{plan.where} shows no host key of a kind that monctl knows")
    for kind in _KINDS:
        try:
            key = await _key_of_kind(connector, plan, kind)
        except PollFailed as error:
            if error.outcome is not Outcome.UNREACHABLE:
                raise
            failure = error  # sshd may just hang up when it has no key of this kind
        else:
            keys += [key] if key is not None else []
    if not keys:
        raise failure
    return keys


async def _key_of_kind(
    connector: SshConnector, plan: LoginPlan, kind: tuple[str, ...]
) -> asyncssh.SSHKey | None:
    target, timeout = plan.target, plan.host.timeout
    lease = await connector.jumps.borrow(target.jump, plan.host, hops=()) if target.jump else None
    sock = None
    try:
        if lease is None and not target.proxy_command:
            sock = await connector.dialer.open_to_banner(target.address, target.port, timeout=timeout)
        async with asyncio.timeout(timeout):
            return await asyncssh.get_server_host_key(
                target.address,
                target.port,
                sock=sock,
                tunnel=lease.link.connection if lease else None,
                proxy_command=target.proxy_command if sock is None and lease is None else None,
                config=None,
                server_host_key_algs=list(kind),
            )
    except asyncssh.KeyExchangeFailed:
        return None  # the host has no key of this kind
    except FOREIGN_ERRORS as error:
        raise translate(error, plan.where) from error
    finally:
        if sock is not None:
            sock.close()
        if lease is not None:
            await lease.release()
