"""What stands by when a host shows its key, and takes or refuses it."""

import time
from collections.abc import Sequence
from typing import Any

import asyncssh
from asyncssh.packet import SSHPacket

from poller.errors import PollFailed
from poller.ssh.failures.login_record import LoginRecord
from poller.ssh.host_keys.trust import Trust
from poller.ssh.wire.traffic import GuardedClient, TrafficGuard

_KEXINIT = 20
_COOKIE_BYTES = 16


class HostKeyWitness(GuardedClient):
    """Takes a host's key only if it is trusted; `refusal` says why it was not, `record` how it went on."""

    def __init__(self, guard: TrafficGuard, trust: Trust, *, where: str) -> None:
        super().__init__(guard)
        self.refusal: PollFailed | None = None
        self.record = LoginRecord()
        self._trust = trust
        self._where = where
        self._accepted: asyncssh.SSHKey | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Called by asyncssh before anything is received."""
        super().connection_made(conn)
        self.record.watch(conn)
        validate = conn.validate_server_host_key

        def judge(key_data: bytes) -> asyncssh.SSHKey:
            try:
                key = self._accepted = self._trust.accepted_key(key_data, self._where, now=time.time())
            except PollFailed as error:
                self.refusal = error
                return validate(key_data)  # which refuses it, since it knows no key at all
            return validate(key.public_data)

        # On the object itself: what asyncssh makes of a certificate and of names is not what OpenSSH does.
        conn.validate_server_host_key = judge  # type: ignore[method-assign]
        refuse_without_common_algorithms(conn)

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Called by asyncssh for what the host says during the log-in."""
        self.record.note_banner(msg)

    def auth_completed(self) -> None:
        """Called by asyncssh once the host has let us in."""
        self.record.close()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called by asyncssh for a key."""
        return self._accepted is not None and key == self._accepted


def refuse_without_common_algorithms(connection: Any) -> None:
    """Have a host refused at once that has no key, key exchange or cipher of those that it may.

    asyncssh leaves its kind of key to the server, and looks at the others a moment later: OpenSSH's server
    has hung up by then, without a word.
    """
    handlers = connection._packet_handlers
    take = handlers[_KEXINIT]

    def look_and_take(self: Any, kind: int, number: int, packet: SSHPacket) -> Any:
        exchanges, host_keys, ciphers = _offered_algorithms(packet.get_remaining_payload())
        _require_common("key exchange", connection._kex_algs, exchanges)
        _require_common("host key", connection._server_host_key_algs, host_keys)
        _require_common("encryption", connection._enc_algs, ciphers)
        return take(self, kind, number, packet)

    connection._packet_handlers = {**handlers, _KEXINIT: look_and_take}


def _offered_algorithms(payload: bytes) -> tuple[Sequence[bytes], Sequence[bytes], Sequence[bytes]]:
    """Key exchanges, host keys and ciphers of a message that begins an exchange; raises PacketDecodeError."""
    packet = SSHPacket(payload)
    packet.get_bytes(_COOKIE_BYTES)
    return packet.get_namelist(), packet.get_namelist(), packet.get_namelist()


def _require_common(kind: str, ours: Sequence[bytes], theirs: Sequence[bytes]) -> None:
    if not set(ours) & set(theirs):
        sent, received = (b",".join(names).decode("ascii", "replace") for names in (ours, theirs))
        # in the words of asyncssh
        raise asyncssh.KeyExchangeFailed(
            f"No matching {kind} algorithm found, sent {sent} and received {received}"
        )
