"""Seeing a host's keys before trusting them: what `monctl hosts trust` shows and adds."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed, host_edge
from poller.ssh.connector import SshConnector
from poller.ssh.failures.ssh_errors import FOREIGN_ERRORS, translate
from poller.ssh.host_files import locate
from poller.ssh.host_keys.known_hosts import default_files, known_hosts_name
from poller.ssh.host_keys.witness import refuse_without_common_algorithms
from poller.ssh.login_plan import LoginPlan
from poller.ssh.wire.traffic import GuardedClient, TrafficGuard

_KINDS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-256", "rsa-sha2-512"),
)
_SHA1 = ("ssh-rsa",)
_OLD_EXCHANGES = "+diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
_OLD_CIPHERS = "+aes256-cbc,aes128-cbc,3des-cbc"
"""What CentOS 6 and old dropbear have; only to see their key, for which nothing secret is sent."""


class _Onlooker(GuardedClient):
    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        super().connection_made(conn)
        refuse_without_common_algorithms(conn)


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """The keys that a host shows now, beside what known_hosts has for it.

    `name` is how known_hosts spells the host; `file` is where a new key would be added, which must lie in one
    of `places` if there are any. `is_sha1_only`: whether the host proves its key with SHA-1 alone.
    """

    name: str
    file: Path
    shown_keys: tuple[asyncssh.SSHKey, ...]
    known_keys: tuple[asyncssh.SSHKey, ...]
    revoked_keys: tuple[asyncssh.SSHKey, ...] = ()
    places: tuple[str, ...] = ()
    is_sha1_only: bool = False

    @property
    def new(self) -> tuple[asyncssh.SSHKey, ...]:
        """The shown keys that are not known yet."""
        return tuple(key for key in self.shown_keys if key not in self.known_keys)

    @property
    def changed(self) -> tuple[asyncssh.SSHKey, ...]:
        """The shown keys that speak of a changed host, or of somebody in its place.

        That is every one where the host has keys and shows none of them, whatever their kind; else those of a
        kind that it has another key of; and those that are revoked.
        """
        kinds = {key.algorithm for key in self.known_keys}
        is_stranger = bool(self.known_keys) and len(self.new) == len(self.shown_keys)
        return tuple(
            key
            for key in self.shown_keys
            if key in self.revoked_keys or (key in self.new and (is_stranger or key.algorithm in kinds))
        )

    @property
    def revoked(self) -> tuple[asyncssh.SSHKey, ...]:
        """The shown keys that known_hosts marks as revoked."""
        return tuple(key for key in self.shown_keys if key in self.revoked_keys)

    @property
    def conflicts(self) -> bool:
        """Whether the host's key has changed."""
        return bool(self.changed)

    @property
    def is_known(self) -> bool:
        """Whether the host has keys already, so that others do not simply join them.

        Each kind is shown in a connection of its own: one that is right says nothing of the next.
        """
        return bool(self.known_keys)


async def shown_keys(connector: SshConnector, host: HostSpec) -> ShownKeys:
    """Ask a host for its keys of each kind, without logging in; raises PollFailed."""
    with host_edge():
        return await _shown_keys(connector, host)


async def _shown_keys(connector: SshConnector, host: HostSpec) -> ShownKeys:
    plan = await connector.prepare(host)
    keys, addresses, is_sha1_only = await _keys_of_all_kinds(connector, plan)
    target = plan.target
    trust = await connector.trust(plan)
    known_keys = trust.keys or await _keys_of_another(connector, plan, addresses, keys)
    file = target.known_hosts_files[0] if target.known_hosts_files else default_files()[0]
    return ShownKeys(
        known_hosts_name(target.address, target.port, alias=target.host_key_alias),
        locate(file, target.known_hosts_places),
        tuple(keys),
        known_keys=_each_once(known_keys),
        revoked_keys=_each_once(trust.revoked),
        places=target.known_hosts_places,
        is_sha1_only=is_sha1_only,
    )


async def _keys_of_another(
    connector: SshConnector, plan: LoginPlan, addresses: list[str], shown: list[asyncssh.SSHKey]
) -> tuple[asyncssh.SSHKey, ...]:
    """Keys of the address at which a new name answers, where it shows none of them: to be looked into first.

    A log-in takes no notice of the address that a name stands for; here it is a reason to ask.
    """
    known = [key for each in addresses for key in (await connector.trust(plan, address=each)).keys]
    return () if any(key in known for key in shown) else tuple(known)


def _each_once(keys: Iterable[asyncssh.SSHKey]) -> tuple[asyncssh.SSHKey, ...]:
    return tuple({key.public_data: key for key in keys}.values())


async def _keys_of_all_kinds(
    connector: SshConnector, plan: LoginPlan
) -> tuple[list[asyncssh.SSHKey], list[str], bool]:
    """The keys, the IP addresses that showed them (none behind a jump host or a proxy), and if by SHA-1."""
    addresses: list[str] = []
    keys, failure = await _keys_of(connector, plan, _KINDS, addresses)
    is_sha1_only = not keys
    if is_sha1_only:
        keys, failure = await _keys_of(connector, plan, (_SHA1,), addresses)
    if not keys:
        raise failure
    return keys, list(dict.fromkeys(addresses)), is_sha1_only


async def _keys_of(
    connector: SshConnector, plan: LoginPlan, kinds: Iterable[tuple[str, ...]], addresses: list[str]
) -> tuple[list[asyncssh.SSHKey], PollFailed]:
    """The keys of some kinds, and what to raise if there are none at all."""
    keys: list[asyncssh.SSHKey] = []
    failure = PollFailed(Outcome.UNREACHABLE, f"{plan.where} shows no host key of a kind that monctl knows")
    for kind in kinds:
        try:
            key = await _key_of_kind(connector, plan, kind, addresses)
        except PollFailed as error:
            if error.outcome is not Outcome.UNREACHABLE:
                raise
            failure = error  # sshd may just hang up when it has no key of this kind
        else:
            keys += [key] if key is not None else []
    return keys, failure


async def _key_of_kind(
    connector: SshConnector, plan: LoginPlan, kind: tuple[str, ...], addresses: list[str]
) -> asyncssh.SSHKey | None:
    target, timeout = plan.target, plan.host.timeout
    lease = await connector.jumps.borrow(target.jump, plan.host, hops=()) if target.jump else None
    guard = TrafficGuard(plan.where, outer=lease.link.guard if lease else None)
    sock, proxy = None, None
    try:
        if lease is None and target.proxy_command:
            proxy = await connector.open_proxy(target.proxy_command, plan)
        elif lease is None:
            sock = await connector.dialer.open_to_banner(
                target.address, target.port, timeout=timeout, local=plan.local_end
            )
            addresses.append(str(sock.getpeername()[0]))
        async with asyncio.timeout(timeout):
            return await asyncssh.get_server_host_key(
                target.address,
                target.port,
                sock=proxy.sock if proxy else sock,
                tunnel=lease.link.connection if lease else None,
                config=None,
                options=asyncssh.SSHClientConnectionOptions(
                    config=None,
                    client_keys=None,
                    x509_trusted_certs=None,
                    x509_trusted_cert_paths=[],
                    client_factory=lambda: _Onlooker(guard),
                    encryption_algs=_OLD_CIPHERS,
                ),
                server_host_key_algs=list(kind),
                kex_algs=_OLD_EXCHANGES,
            )
    except asyncssh.KeyExchangeFailed as error:
        if "host key" in error.reason:
            return None  # the host has none of this kind
        raise translate(error, plan.where) from error
    except FOREIGN_ERRORS as error:
        raise guard.fault or translate(error, plan.where) from error
    finally:
        if sock is not None:
            sock.close()
        if proxy is not None:
            await proxy.close()
        if lease is not None:
            await lease.release()
