"""Takes connections off a bound socket, no more than there is room for."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

from foundation.outage import Outage
from web.http.connections import Connection, Connections

_AT_ONCE = 32
"""Accepted in one turn of the event loop: others have their turn in between."""

_REST_SECONDS = 0.5
_BREATH_SECONDS = 0.01
"""Until a connection that was given up has given its descriptor back."""

_SHORTAGE_SECONDS = 10.0
"""A shortage is over when nothing has failed for so long."""

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nRetry-After: 10\r\n"
    b"Content-Length: 43\r\nConnection: close\r\n\r\ntoo many connections: try again in a moment"
)

log = logging.getLogger(__name__)

MakeProtocol = Callable[[Connection], asyncio.Protocol]


class Listener:
    """Hands each accepted connection to a protocol of its own; one without a place is told so and closed.

    Where the process has no descriptor left, a connection that does nothing is given up and the next
    acceptance waits a moment.
    """

    def __init__(
        self,
        sock: socket.socket,
        connections: Connections,
        make_protocol: MakeProtocol,
        *,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._descriptor = sock.fileno()
        self._connections = connections
        self._make_protocol = make_protocol
        self._tls = tls
        self._beginnings: set[asyncio.Task[bool]] = set()
        self._resting: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._shortage = Outage(
            log,
            begins="no connection can be accepted",
            ends="connections can be accepted again",
        )
        self._short_until = 0.0
        self._listen()

    def close(self) -> None:
        """Accept no more; connections that are open stay."""
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.remove_reader(self._descriptor)
        if self._resting is not None:
            self._resting.cancel()
        for beginning in self._beginnings:
            beginning.cancel()

    async def wait_closed(self) -> None:
        """Wait for the handshakes that were under way."""
        if self._beginnings:
            await asyncio.wait(self._beginnings)

    def _listen(self) -> None:
        self._resting = None
        self._loop.add_reader(self._descriptor, self._accept_some)

    def _accept_some(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                sock, address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                return
            except OSError as error:
                self._rest(error)
                return
            if self._shortage.is_on and self._loop.time() > self._short_until:
                self._shortage.worked()
            self._take(sock, str(address[0]))

    def _rest(self, error: OSError) -> None:
        """Descriptors or memory have run out: the socket would stay readable, and the loop turn in vain."""
        self._shortage.failed(error.strerror)
        self._short_until = self._loop.time() + _SHORTAGE_SECONDS
        seconds = _BREATH_SECONDS if self._connections.give_up_any() else _REST_SECONDS
        self._loop.remove_reader(self._descriptor)
        self._resting = self._loop.call_later(seconds, self._listen)

    def _take(self, sock: socket.socket, address: str) -> None:
        sock.setblocking(False)
        connection = self._connections.admit(address, drop=lambda: None)
        if connection is None:
            self._turn_away(sock)
            return
        beginning = self._loop.create_task(self._begin(sock, connection))

        def give_up() -> None:
            beginning.cancel()

        connection.drop = connection.expire = give_up

        def note_end(task: asyncio.Task[bool]) -> None:
            # here and not in the task: one that is cancelled at once never runs
            self._beginnings.discard(task)
            if task.cancelled() or not task.result():
                self._connections.remove(connection)
                sock.close()

        self._beginnings.add(beginning)
        beginning.add_done_callback(note_end)

    def _turn_away(self, sock: socket.socket) -> None:
        with contextlib.closing(sock), contextlib.suppress(OSError):
            if self._tls is None:
                sock.send(_FULL)

    async def _begin(self, sock: socket.socket, connection: Connection) -> bool:
        """Whether the connection has begun, which over TLS takes a handshake."""
        options: dict[str, Any] = {}
        if self._tls is not None:
            options["ssl_handshake_timeout"] = self._connections.limits.handshake_seconds
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._make_protocol(connection), sock, ssl=self._tls, **options
            )
        except (OSError, TimeoutError) as error:  # ssl.SSLError is one of the former
            log.debug("a connection from %s did not begin: %s", connection.address, error)
            return False
        return True
