"""A TCP connection to a host, up to the first byte of its SSH banner.

Done by ourselves rather than by asyncssh so that "no such name", "refused", "no route" and "accepts but says
nothing" are told apart, and so that a silent host holds no handshake slot.
"""

import asyncio
import errno
import ipaddress
import os
import random
import socket
from dataclasses import dataclass

from metrics.results import Outcome
from poller.errors import HostBusy, PollFailed
from poller.ssh.failures.first_words import foreign_server
from poller.ssh.way.interfaces import interface_address
from poller.ssh.way.lookup import Address, LookUps, addresses_of

_TOO_MANY = b"Exceeded MaxStartups"
_PENALISED = b"Not allowed at this time"
_ASKING_SECONDS = 0.5
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


@dataclass(frozen=True, slots=True)
class LocalEnd:
    """Where a connection begins: which kind of addresses, from which of this machine's addresses."""

    family: socket.AddressFamily = socket.AF_UNSPEC
    address: str | None = None
    interface: str | None = None


ANYWHERE = LocalEnd()


class Dialer:
    """Opens sockets; look-ups have threads of their own, so that slow name servers hold up nothing else."""

    def __init__(self) -> None:
        self._look_ups = LookUps(addresses_of)

    async def resolve(self, host: str, port: int) -> list[Address]:
        """The host's addresses, in the resolver's order; raises PollFailed(dns)."""
        # Without a thread: an address needs none, and would wait there behind names that nobody resolves.
        literal = _literal(host, port)
        if literal is not None:
            return [literal]
        try:
            return await self._look_ups.find(host, port)
        except (OSError, ValueError) as error:
            # A ValueError (the name cannot be encoded) has no strerror.
            reason = getattr(error, "strerror", None) or str(error)
            raise PollFailed(Outcome.DNS, f"{host} cannot be resolved: {reason}") from error

    async def open(
        self, host: str, port: int, *, timeout: float, local: LocalEnd = ANYWHERE
    ) -> socket.socket:
        """A connected, non-blocking socket to the first of the host's addresses that answers.

        Raises PollFailed with dns, refused, timeout or unreachable, all within `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._open_any(host, port, local)
        except TimeoutError as error:
            message = f"{host}:{port} did not answer within {timeout:g} s"
            raise PollFailed(Outcome.TIMEOUT, message) from error

    async def _open_any(self, host: str, port: int, local: LocalEnd) -> socket.socket:
        addresses = _of_family(await self.resolve(host, port), local, host)
        last: OSError | None = None
        for number, (family, address) in enumerate(addresses):
            has_others = number + 1 < len(addresses)
            try:
                # A silent address must leave time for those after it; the last one may have all that is left.
                source = await self._source(local, family)
                return await _connect(family, address, patience=3.0 if has_others else None, source=source)
            # A TimeoutError is one too: after it the next address has its turn.
            except OSError as error:
                last = error
        assert last is not None
        if last.errno == errno.EADDRNOTAVAIL and (local.address or local.interface) is not None:
            raise _local_failure(local, f"{host}:{port}") from last
        raise _dial_failure(last, host, port)

    async def _source(self, local: LocalEnd, family: socket.AddressFamily) -> tuple[object, ...] | None:
        """The address to connect from, None for whichever the system takes; raises OSError, PollFailed."""
        if local.address is not None:
            sources = [address for kind, address in await self.resolve(local.address, 0) if kind == family]
            if not sources:
                raise OSError(errno.EADDRNOTAVAIL, f"BindAddress {local.address} is of another kind")
            return sources[0]
        return interface_address(local.interface, family) if local.interface is not None else None

    async def open_to_banner(
        self, host: str, port: int, *, timeout: float, local: LocalEnd = ANYWHERE
    ) -> socket.socket:
        """Like `open`, and the host has begun to speak; a busy host is tried again while there is time."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        attempt = 0
        while True:
            try:
                return await self.try_banner(host, port, timeout=max(0.0, deadline - clock()), local=local)
            except HostBusy:
                attempt += 1
                pause = busy_pause(attempt)
                # Better the reason now than a timeout after a pause that leaves no time to try.
                if clock() + pause >= deadline:
                    raise
            await asyncio.sleep(pause)

    async def try_banner(
        self, host: str, port: int, *, timeout: float, local: LocalEnd = ANYWHERE
    ) -> socket.socket:
        """Like `open`, and the host has begun to speak; raises HostBusy where it hangs up instead."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout
        sock = await self.open(host, port, timeout=timeout, local=local)
        try:
            async with asyncio.timeout_at(deadline):
                first = await first_words(sock)
            _refuse_if_turned_away(first, f"{host}:{port}")
        except TimeoutError as error:
            foreign = (
                await _foreign_after_all(sock, f"{host}:{port}") if timeout > _ASKING_SECONDS * 2 else None
            )
            sock.close()
            message = f"{host}:{port} accepts connections but says nothing within {timeout:g} s"
            raise foreign or PollFailed(Outcome.TIMEOUT, message) from error
        except BaseException:
            sock.close()
            raise
        return sock

    def close(self) -> None:
        """Begin no further look-ups; those under way are left to themselves."""
        self._look_ups.close()


def _literal(host: str, port: int) -> Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if address.version == 4:
        return socket.AF_INET, (host, port)
    if address.scope_id is not None:
        return None  # only getaddrinfo knows the interface's number
    return socket.AF_INET6, (host, port, 0, 0)


def _of_family(addresses: list[Address], local: LocalEnd, host: str) -> list[Address]:
    """The addresses of the kind that is wanted; raises PollFailed(dns) when there is none."""
    if local.family == socket.AF_UNSPEC:
        return addresses
    fitting = [entry for entry in addresses if entry[0] == local.family]
    if not fitting:
        kind = "IPv4" if local.family == socket.AF_INET else "IPv6"
        raise PollFailed(Outcome.DNS, f"{host} has no {kind} address, which AddressFamily asks for")
    return fitting


async def _connect(
    family: socket.AddressFamily,
    address: tuple[object, ...],
    *,
    patience: float | None,
    source: tuple[object, ...] | None = None,
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if source is not None:
            sock.bind(source)
        async with asyncio.timeout(patience):
            await _connect_socket(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _connect_socket(sock: socket.socket, address: tuple[object, ...]) -> None:
    """What the loop's sock_connect does; uvloop's drops the interface of an address such as fe80::1%eth0."""
    loop = asyncio.get_running_loop()
    error = sock.connect_ex(address)
    if error == errno.EINPROGRESS:
        writable = asyncio.Event()
        loop.add_writer(sock, writable.set)
        try:
            await writable.wait()
        finally:
            loop.remove_writer(sock)
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


async def first_words(sock: socket.socket) -> bytes:
    """Wait for the first bytes without taking them; none if the other end closes instead."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    # Not sock_recv, which takes what it reads: asyncssh must find the whole banner in the socket.
    loop.add_reader(sock, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(sock)
    try:
        return sock.recv(64, socket.MSG_PEEK)
    # A connection that is reset is one that was hung up.
    except OSError:
        return b""


async def _foreign_after_all(sock: socket.socket, where: str) -> PollFailed | None:
    """What a server that waits for its client to begin makes of our beginning: one of HTTP complains."""
    try:
        async with asyncio.timeout(_ASKING_SECONDS):
            await asyncio.get_running_loop().sock_sendall(sock, b"SSH-2.0-monctl\r\n\r\n")
            return foreign_server(await first_words(sock), where)
    except OSError:  # a TimeoutError is one too
        return None


def _refuse_if_turned_away(first: bytes, where: str) -> None:
    """Raise what it means when sshd hangs up; recent ones say why in place of the banner."""
    if not first:
        raise HostBusy(f"{where} closes connections before its SSH banner")
    if first.startswith(_TOO_MANY):
        raise HostBusy(f"{where} has too many log-ins under way (MaxStartups of its sshd)")
    if first.startswith(_PENALISED):
        message = f"{where} turns this machine away for a while (PerSourcePenalties of its sshd)"
        raise PollFailed(Outcome.UNREACHABLE, message)
    foreign = foreign_server(first, where)
    if foreign is not None:
        raise foreign


def busy_pause(attempt: int) -> float:
    """Seconds to wait before a busy host is tried again, after `attempt` tries (from 1)."""
    # By lot: those that one sshd turned away together should not come back together.
    return random.uniform(0.1, min(2.0, 0.4 * 2**attempt))


def _local_failure(local: LocalEnd, where: str) -> PollFailed:
    begin = f"BindInterface {local.interface}" if local.address is None else f"BindAddress {local.address}"
    detail = (
        f"there is no way to {where} from {begin} of the ssh configuration: this machine has no such address"
    )
    return PollFailed(Outcome.UNREACHABLE, detail, advice="Correct that line, or take it out.")


def _dial_failure(error: OSError, host: str, port: int) -> PollFailed:
    where = f"{host}:{port}"
    if isinstance(error, ConnectionRefusedError):
        return PollFailed(Outcome.REFUSED, f"{where} refuses connections")
    if isinstance(error, TimeoutError):
        return PollFailed(Outcome.TIMEOUT, f"{where} did not answer")
    if error.errno in _UNREACHABLE:
        return PollFailed(
            Outcome.UNREACHABLE, f"no route to {where}: {(error.strerror or str(error)).lower()}"
        )
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return PollFailed(
            Outcome.UNREACHABLE, "monctl has no file descriptors left: raise its limit (ulimit -n)"
        )
    return PollFailed(Outcome.UNREACHABLE, f"{where}: {(error.strerror or str(error)).lower()}")
