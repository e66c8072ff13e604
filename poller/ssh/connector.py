"""Logging in: from a host of the inventory to an SSH connection whose host key was checked."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import HostBusy, KeyFileUnusable, PollFailed
from poller.ssh.credentials import KeyFiles, KeyRing
from poller.ssh.failures.ssh_errors import FOREIGN_ERRORS, translate
from poller.ssh.host_files import FILE_SECONDS, FileReaders
from poller.ssh.host_keys.known_hosts import KnownHosts
from poller.ssh.host_keys.revoked_keys import RevokedKeys
from poller.ssh.host_keys.trust import Trust
from poller.ssh.host_keys.witness import HostKeyWitness
from poller.ssh.jumps import JumpLease, JumpPool
from poller.ssh.login_plan import LoginPlan, failed_login, key_offers, login_options, refused_by_jump
from poller.ssh.ssh_channel import SshLink
from poller.ssh.ssh_config import SshConfig, Target
from poller.ssh.way.dial import Dialer, busy_pause, first_words
from poller.ssh.way.proxy import Proxy
from poller.ssh.wire.traffic import TrafficGuard
from poller.ssh.wire.write_coalescing import SocketTunnel
from poller.start_limiter import StartLimiter, Turn, TurnEnd

HANDSHAKES_AT_ONCE = 32
"""How many log-ins may be under way at the same time at most."""

STARTS_AT_ONCE = 32
"""How many probes may be starting at the same time at most."""

_BANNER_PATIENCE_SECONDS = 1.0
_TURN_PATIENCE_SECONDS = 2.0
_DIAL_PATIENCE_SECONDS = 60.0
_LEAST_SHARE = 0.25
# whom no line of an ssh configuration is about, but those about all hosts
_ANY_HOST = HostSpec(name="any host", address="any-host.invalid")
_KEY_FILE_ADVICE = "Correct `key:`, which names the private key, and let monctl's user read that file."


class _Client(HostKeyWitness):
    """Our side of a log-in: judges the host's key and brings those that the host is offered."""

    def __init__(self, guard: TrafficGuard, trust: Trust, plan: LoginPlan) -> None:
        super().__init__(guard, trust, where=plan.where)
        self.offers = key_offers(plan)

    async def public_key_auth_requested(self) -> list[asyncssh.SSHKeyPair]:
        """Called by asyncssh until it brings no more."""
        return await self.offers.next_batch()


class SshConnector:
    """Opens SSH connections, at most `handshakes` at once, jump hosts shared."""

    def __init__(
        self,
        *,
        find_host: Callable[[str], HostSpec | None] = lambda name: None,
        config: SshConfig | None = None,
        handshakes: int = HANDSHAKES_AT_ONCE,
    ) -> None:
        self.dialer = Dialer()
        self._readers = readers = FileReaders()
        self.known_hosts = KnownHosts(readers)
        self._revoked_keys = RevokedKeys(readers)
        self._config = config or SshConfig()
        self._keys = KeyRing(readers)
        self._dials = StartLimiter(handshakes, patience_seconds=_DIAL_PATIENCE_SECONDS)
        self._logins = StartLimiter(handshakes, patience_seconds=_TURN_PATIENCE_SECONDS, adapts=True)
        self._proxy_starts = StartLimiter(handshakes, patience_seconds=_BANNER_PATIENCE_SECONDS)
        self.starts = StartLimiter(STARTS_AT_ONCE, patience_seconds=_TURN_PATIENCE_SECONDS, adapts=True)
        self.jumps = JumpPool(self.connect, find_host, self._lend)

    @property
    def turns(self) -> dict[str, StartLimiter]:
        """What bounds how many log-ins and starts of probes are under way at once."""
        return {"login": self._logins, "probe": self.starts}

    @property
    def hanging_reads(self) -> int:
        """How many threads hang in reading files that hosts or the ssh configuration name."""
        return self._readers.hanging + self._config.hanging_reads

    async def connect(self, host: HostSpec, hops: tuple[str, ...] = ()) -> SshLink:
        """Log in; raises PollFailed. The host's timeout holds from the moment that its turn has come.

        `hops`: the jump hosts already on the way, for a host that is a jump host itself.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        plan = await self.prepare(host)
        # before its turn: what hangs while it is read holds up nobody else's log-in
        await self.trust(plan)
        plan = replace(plan, seconds=_seconds_left(host, clock() - started))
        if plan.target.jump:
            return await self._connect_behind(plan, plan.target.jump, hops=hops)
        if plan.target.proxy_command:
            return await self._connect_by_proxy(plan, plan.target.proxy_command)
        return await self._connect_directly(plan)

    async def prepare(self, host: HostSpec) -> LoginPlan:
        """Everything that needs no network; raises PollFailed."""
        clock = asyncio.get_running_loop().time
        started = clock()
        target = await self._config.resolve(host)
        left = _seconds_left(host, clock() - started)
        files = KeyFiles(
            target.key_files,
            target.certificate_files,
            uses_usual=target.has_usual_keys,
            are_required=bool(host.key),
            places=target.key_places,
        )
        try:
            credentials = await self._keys.credentials(files, seconds=min(left, FILE_SECONDS))
        except KeyFileUnusable as error:
            raise PollFailed(Outcome.AUTH_FAILED, str(error), advice=_KEY_FILE_ADVICE) from error
        return LoginPlan(host, target, credentials, _seconds_left(host, clock() - started))

    async def _lend(self, hop: HostSpec, behind: HostSpec) -> HostSpec:
        """A jump host; what the ssh configuration says of no host like it is as for the host behind it."""
        target = await self._config.resolve(hop)
        of_any = await self._config.resolve(replace(_ANY_HOST, timeout=hop.timeout))
        if _key_sources(target) == _key_sources(of_any):
            hop = replace(hop, key=behind.key, file_places=behind.file_places, folder=behind.folder)
            if hop.user is None and target.user == of_any.user:
                hop = replace(hop, user=behind.user)
        if target.known_hosts_files == of_any.known_hosts_files:
            hop = replace(
                hop, known_hosts=behind.known_hosts, file_places=behind.file_places, folder=behind.folder
            )
        return hop

    async def _connect_behind(self, plan: LoginPlan, jump: str, *, hops: tuple[str, ...]) -> SshLink:
        lease = await self.jumps.borrow(jump, plan.host, hops=hops)
        try:
            async with self._logins.turn(seconds=plan.seconds):
                return await self.log_in(plan, lease=lease)
        except BaseException:
            await lease.release()
            raise

    async def _connect_by_proxy(self, plan: LoginPlan, command: str) -> SshLink:
        proxy = await self.open_proxy(command, plan)
        try:
            async with self._logins.turn(seconds=plan.seconds):
                return await self.log_in(plan, proxy=proxy)
        except PollFailed as error:
            is_its_fault = error.outcome is Outcome.UNREACHABLE and await proxy.ends()
            why = f"{error.detail}; {(await proxy.failure()).detail}" if is_its_fault else ""
            await proxy.close()
            if is_its_fault:
                raise PollFailed(error.outcome, why, advice=error.advice) from error
            raise
        except BaseException:
            await proxy.close()
            raise

    async def open_proxy(self, command: str, plan: LoginPlan) -> Proxy:
        """A ProxyCommand that has brought the host's first words; raises PollFailed."""
        async with self._proxy_starts.turn(seconds=plan.dial_seconds):
            proxy = Proxy.start(command)
            try:
                async with asyncio.timeout(plan.dial_seconds):
                    if plan.target.options.uses_fd_passing:
                        await proxy.take_passed()
                    if await first_words(proxy.sock):
                        return proxy
                raise await proxy.failure()
            except TimeoutError as error:
                await proxy.close()
                message = f"{plan.where} says nothing through its ProxyCommand within {plan.dial_seconds:g} s"
                raise PollFailed(Outcome.TIMEOUT, message) from error
            except BaseException:
                await proxy.close()
                raise

    async def _connect_directly(self, plan: LoginPlan) -> SshLink:
        """Log in without a jump host; a busy sshd is tried again after pauses, the host's timeout in all."""
        attempt, seconds_left = 0, plan.dial_seconds
        while True:
            try:
                return await self._connect_now(plan)
            except HostBusy:
                # sshd refuses at random beyond MaxStartups: a moment later there may be room.
                attempt += 1
                pause = busy_pause(attempt)  # outside its turn: others need not wait for this one
                seconds_left -= pause
                if seconds_left <= 0:
                    raise
            await asyncio.sleep(pause)

    async def _connect_now(self, plan: LoginPlan) -> SshLink:
        target, timeout, local = plan.target, plan.dial_seconds, plan.local_end
        patience = min(_BANNER_PATIENCE_SECONDS, timeout)
        # Of its own: hosts that are down, of which there may be many, take no turn of those that are slow.
        async with self._dials.turn() as dialling:
            try:
                sock = await self.dialer.try_banner(
                    target.address, target.port, timeout=patience, local=local
                )
            except PollFailed as error:
                if error.outcome is not Outcome.TIMEOUT or timeout <= patience:
                    raise
            else:
                return await self._log_in_by_turn(plan, sock, dialling)
        # Slow or silent: it must not hold up the others while we wait for its banner.
        sock = await self.dialer.try_banner(
            target.address, target.port, timeout=timeout - patience, local=local
        )
        return await self._log_in_by_turn(plan, sock)

    async def _log_in_by_turn(
        self, plan: LoginPlan, sock: socket.socket, dialling: Turn | None = None
    ) -> SshLink:
        try:
            async with self._logins.turn(seconds=plan.seconds):
                if dialling is not None:  # until now: sshd bounds how many may be connected and not logged in
                    dialling.end(TurnEnd.NO_SIGN)
                return await self.log_in(plan, sock=sock)
        except BaseException:
            sock.close()
            raise

    async def log_in(
        self,
        plan: LoginPlan,
        *,
        sock: socket.socket | None = None,
        proxy: Proxy | None = None,
        lease: JumpLease | None = None,
    ) -> SshLink:
        """Key exchange, host key check, log-in; takes over `sock`, `proxy` or `lease`. Raises PollFailed."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        jump = lease.link if lease else None
        guard = TrafficGuard(plan.where, outer=jump.guard if jump else None)
        try:
            way = sock if proxy is None else proxy.sock
            connection = await self._handshake(plan, _tunnel(way, jump), guard)
        except BaseException:
            if sock is not None:
                sock.close()
            raise
        return SshLink(
            connection,
            where=plan.where,
            guard=guard,
            connect_seconds=loop.time() - started,
            on_close=lease.release if lease else proxy.close if proxy else None,
        )

    async def _handshake(
        self, plan: LoginPlan, tunnel: Any, guard: TrafficGuard
    ) -> asyncssh.SSHClientConnection:
        trust = await self.trust(plan)
        witness = _Client(guard, trust, plan)
        try:
            options = login_options(plan, trust)
            async with asyncio.timeout(plan.seconds):
                return await asyncssh.connect(
                    plan.target.address, tunnel=tunnel, client_factory=lambda: witness, **options
                )
        except asyncssh.HostKeyNotVerifiable as error:
            raise witness.refusal or translate(error, plan.where) from error
        except asyncssh.ChannelOpenError as error:
            raise refused_by_jump(error, plan) from error
        except FOREIGN_ERRORS as error:
            raise guard.fault or failed_login(error, plan, witness.record) from error
        finally:
            await witness.offers.close()

    async def trust(self, plan: LoginPlan, *, address: str | None = None) -> Trust:
        """What known_hosts says of a host; or of another address in place of it."""
        target, seconds = plan.target, min(plan.seconds, FILE_SECONDS)
        trust = await self.known_hosts.trust(
            target.known_hosts_files,
            target.address if address is None else address,
            port=target.port,
            alias=target.host_key_alias if address is None else None,
            places=target.known_hosts_places,
            seconds=seconds,
        )
        trust = replace(trust, least_rsa_bits=target.options.least_rsa_bits)
        if target.options.revoked_host_keys is None:
            return trust
        revoked = await self._revoked_keys.read(Path(target.options.revoked_host_keys), seconds=seconds)
        return replace(trust, revoked_everywhere=revoked)

    def close(self) -> None:
        """Begin no further name look-ups."""
        self.dialer.close()


def _seconds_left(host: HostSpec, took: float) -> float:
    """What is left of the host's timeout; a part of it in any case: the wait may have been for others."""
    return round(max(host.timeout - took, host.timeout * _LEAST_SHARE), 1) or host.timeout


def _key_sources(target: Target) -> tuple[object, ...]:
    return target.key_files, target.certificate_files, target.agent


def _tunnel(sock: socket.socket | None, jump: SshLink | None) -> Any:
    if jump is not None:
        return jump.connection
    return SocketTunnel(sock) if sock is not None else None
