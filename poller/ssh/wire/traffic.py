"""What a host may send over its SSH connection: a bounded amount for each question, a little in each turn.

asyncssh takes in whatever comes, all of it in the turn of the event loop in which it came. A host that sends
packets as fast as it can (of no meaning, or such as have to be answered) would hold the loop for a minute.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

import asyncssh

from metrics.results import Outcome
from poller.errors import PollFailed


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much may come: packets (those included that they make us send), bytes and key exchanges."""

    packets: int
    size_bytes: int
    exchanges: int


LOGIN = Allowance(packets=1_000, size_bytes=512 * 1024, exchanges=2)
"""For a log-in, its banners included."""

QUESTION = Allowance(packets=4_096, size_bytes=2 * 1024 * 1024, exchanges=4)
"""For each question: twice the longest answer, which OpenSSH sends in some dozens of packets."""

_MOST_AHEAD = 64
"""So many questions' allowances at most add up on a jump host's connection."""

_PACKETS_A_SECOND = 8.0
_BYTES_A_SECOND = 1024.0
_EXCHANGES_A_SECOND = 1 / 300
"""What comes without a question: keep-alives, and new keys once in a while."""

_SLICE_BYTES = 4096
"""asyncssh copies the rest of what it was given for each packet in it: of much at once, far too often."""

_PACKETS_A_TURN = 64


class TrafficGuard:
    """Stands between a connection and what its host sends; `fault` says why it was cut off, if it was.

    `where`: the host, for messages. `outer`: the guard of the jump host's connection, if it is behind one:
    what is asked of this host may come over that one too.
    """

    def __init__(self, where: str, *, outer: "TrafficGuard | None" = None) -> None:
        self.fault: PollFailed | None = None
        self._where = where
        self._outer = outer
        self._connection: Any = None
        self._take: Any = None
        self._lose: Any = None
        self._pending: deque[bytes] = deque()
        self._packets_left = float(LOGIN.packets)
        self._bytes_left = float(LOGIN.size_bytes)
        self._exchanges_left = float(LOGIN.exchanges)
        self._received = self._sent = 0
        self._server_keys: object = None
        self._granted_at = 0.0

    def watch(self, connection: asyncssh.SSHClientConnection) -> None:
        """Guard this connection, which has just been made; before anything has come."""
        self._connection = connection
        self._take, self._lose = connection.data_received, connection.connection_lost
        self._granted_at = asyncio.get_running_loop().time()
        if self._outer is not None:
            self._outer.extend()
        # On the object itself: asyncssh lets nobody choose the class of a connection, and whatever carries
        # it (a socket, a jump host's channel, a command's pipe) calls these three.
        connection.data_received = self._data_received  # type: ignore[method-assign]
        connection.eof_received = self._eof_received  # type: ignore[method-assign]
        connection.connection_lost = self._connection_lost  # type: ignore[method-assign]

    def renew(self) -> None:
        """Allow what a question may bring."""
        self._packets_left = float(QUESTION.packets)
        self._bytes_left = float(QUESTION.size_bytes)
        self._exchanges_left = float(QUESTION.exchanges)
        self._granted_at = asyncio.get_running_loop().time()
        if self._outer is not None:
            self._outer.extend()

    def extend(self) -> None:
        """Allow what a question to a host behind this one may bring, in addition to what is allowed."""
        self._grant(1.0, QUESTION.packets, QUESTION.size_bytes, QUESTION.exchanges)
        if self._outer is not None:
            self._outer.extend()

    def _data_received(self, data: bytes, datatype: Any = None) -> None:
        if self.fault is not None:
            return
        self._bytes_left -= len(data)
        if self._bytes_left < 0 and self._is_spent():
            self._cut_off("bytes")
        elif self._pending:
            self._pending.extend(_slices(data))
        elif len(data) <= _SLICE_BYTES:
            self._pass_on(data)
        else:
            self._pending.extend(_slices(data))
            self._work()

    def _eof_received(self) -> None:
        self._connection_lost(None)

    def _connection_lost(self, exc: Exception | None = None) -> None:
        while self._pending:  # an answer that came just before the end is an answer
            self._pass_on(self._pending.popleft())
        if self.fault is None:
            self._lose(exc)

    def _work(self) -> None:
        """Pass on what waits, as much as one turn of the event loop may spend on it."""
        packets_after = self._packets_left - _PACKETS_A_TURN
        while self._pending:
            self._pass_on(self._pending.popleft())
            if self._packets_left < packets_after:
                break
        if self._pending:
            asyncio.get_running_loop().call_soon(self._work)

    def _pass_on(self, data: bytes) -> None:
        self._take(data)
        self._count()
        if (self._packets_left < 0 or self._exchanges_left < 0) and self._is_spent():
            self._cut_off("packets" if self._packets_left < 0 else "key exchanges")

    def _count(self) -> None:
        """Count the packets of both directions, and the key exchanges that the host has begun.

        They have no public count; asyncssh numbers packets, anew after an exchange, as the protocol says.
        """
        connection = self._connection
        received, sent, server_keys = connection._recv_seq, connection._send_seq, connection._server_kexinit
        self._packets_left -= _since(received, self._received) + _since(sent, self._sent)
        self._received, self._sent = received, sent
        if server_keys is not self._server_keys:
            self._server_keys = server_keys
            self._exchanges_left -= 1

    def _is_spent(self) -> bool:
        """Whether the allowance is used up, that included which comes with time."""
        now = asyncio.get_running_loop().time()
        seconds, self._granted_at = now - self._granted_at, now
        self._grant(seconds, _PACKETS_A_SECOND, _BYTES_A_SECOND, _EXCHANGES_A_SECOND)
        return min(self._packets_left, self._bytes_left, self._exchanges_left) < 0

    def _grant(self, times: float, packets: float, size_bytes: float, exchanges: float) -> None:
        most = _MOST_AHEAD
        self._packets_left = min(self._packets_left + times * packets, most * QUESTION.packets)
        self._bytes_left = min(self._bytes_left + times * size_bytes, most * QUESTION.size_bytes)
        self._exchanges_left = min(self._exchanges_left + times * exchanges, most * QUESTION.exchanges)

    def _cut_off(self, what: str) -> None:
        detail = f"{self._where} sent far more {what} than a log-in or an answer takes, and was cut off"
        self.fault = PollFailed(Outcome.BAD_OUTPUT, detail)
        self._pending.clear()
        self._lose(asyncssh.ConnectionLost(self.fault.detail))


class GuardedClient(asyncssh.SSHClient):
    """What asyncssh tells of a connection to; lets the guard watch it."""

    def __init__(self, guard: TrafficGuard) -> None:
        self._guard = guard

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Called by asyncssh before anything is received."""
        self._guard.watch(conn)


def _slices(data: bytes) -> list[bytes]:
    return [data[at : at + _SLICE_BYTES] for at in range(0, len(data), _SLICE_BYTES)]


def _since(number: int, earlier: int) -> int:
    """How many packets came between two numbers; they begin anew after a key exchange."""
    return number - earlier if number >= earlier else number
