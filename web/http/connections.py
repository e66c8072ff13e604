"""The open connections: how many there may be, who goes first, and which took too long."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from web.http.addresses import network_name

_DESCRIPTOR_SHARE = 4
"""One in so many descriptors of the process at most is a client's: polling needs the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What one client, and all together, may take; times in seconds.

    `head_bytes`, `headers`: of one request. `pipelined`: requests that wait for another on their connection.
    `body_bytes_per_second`: so many bytes of a body are worth a second beyond `body_seconds`, but at most
    `longest_body_seconds`; `answer_bytes_per_second`: likewise of an answer that a client takes.
    `unread_body_bytes`: of a body that nobody wants any more.
    """

    connections: int = 1000
    connections_of_address: int = 100
    head_bytes: int = 32 * 1024
    headers: int = 100
    pipelined: int = 16
    handshake_seconds: float = 10.0
    head_seconds: float = 10.0
    idle_seconds: float = 30.0
    body_seconds: float = 30.0
    body_bytes_per_second: int = 8 * 1024
    longest_body_seconds: float = 120.0
    unread_body_bytes: int = 4 * 1024 * 1024
    answer_seconds: float = 30.0
    answer_bytes_per_second: int = 16 * 1024
    linger_seconds: float = 3.0


class Phase(IntEnum):
    """What a connection is about, in the order in which connections are given up when there are too many."""

    HANDSHAKE = 0
    HEAD = 1
    LEAVING = 2
    IDLE = 3
    BODY = 4
    ANSWER = 5
    """A request is at work: never given up for another's sake."""


class Connection:
    """One connection from its acceptance to its end.

    `deadline`: when `expire` is called, on the monotonic clock, None for never; `answer_deadline`: when
    the connection is torn down because nobody takes what was written. `drop` ends it at once.
    """

    __slots__ = ("address", "answer_deadline", "deadline", "drop", "expire", "group", "phase", "since")

    def __init__(self, address: str, group: str, *, deadline: float, drop: Callable[[], None]) -> None:
        self.address = address
        self.group = group
        self.phase = Phase.HANDSHAKE
        self.since = time.monotonic()
        self.deadline: float | None = deadline
        self.answer_deadline: float | None = None
        self.drop = drop
        self.expire = drop


class Connections:
    """Counts connections, in all and by address; used in the event loop's thread alone.

    `is_many`: whether an address stands for many clients (a trusted proxy, this machine), so that only the
    limit of all holds for it; the clients behind a proxy are counted by what it forwards.
    """

    def __init__(self, limits: ConnectionLimits, *, is_many: Callable[[str], bool]) -> None:
        self.limits = limits
        self._is_many = is_many
        self._groups: dict[str, set[Connection]] = {}
        self._count = 0
        self._most = min(limits.connections, max(1, _descriptors() // _DESCRIPTOR_SHARE))

    def __len__(self) -> int:
        return self._count

    def admit(self, address: str, *, drop: Callable[[], None]) -> Connection | None:
        """A place for a new connection; None where there is none, and nobody to give up for it.

        Whoever is beyond the limit of one address, or else holds the most of all, loses the connection that
        does the least: half a handshake, half a head, one that rests, half a body.
        """
        group = network_name(address)
        if not self._is_many(address):
            own = self._groups.get(group, set())
            if len(own) >= self.limits.connections_of_address and not self._give_up_one(own):
                return None
        if self._count >= self._most and not self._give_up_any():
            return None
        connection = Connection(
            address, group, deadline=time.monotonic() + self.limits.handshake_seconds, drop=drop
        )
        self._groups.setdefault(group, set()).add(connection)
        self._count += 1
        return connection

    def give_up_any(self) -> bool:
        """End the connection that does the least of whoever has the most; whether there was one."""
        return self._give_up_any()

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is over; one that is forgotten already is left."""
        own = self._groups.get(connection.group)
        if own is None or connection not in own:
            return
        own.remove(connection)
        self._count -= 1
        if not own:
            del self._groups[connection.group]

    def sweep(self, now: float) -> None:
        """End what is overdue."""
        for connection in [one for group in self._groups.values() for one in group]:
            if connection.answer_deadline is not None and now > connection.answer_deadline:
                self._drop(connection)
            elif connection.deadline is not None and now > connection.deadline:
                connection.expire()

    def _give_up_any(self) -> bool:
        groups = sorted(self._groups.values(), key=len, reverse=True)
        return any(self._give_up_one(group) for group in groups)

    def _give_up_one(self, group: set[Connection]) -> bool:
        idle = [one for one in group if one.phase < Phase.ANSWER]
        if not idle:
            return False
        self._drop(min(idle, key=lambda one: (one.phase, one.since)))
        return True

    def _drop(self, connection: Connection) -> None:
        self.remove(connection)
        connection.drop()


def _descriptors() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
