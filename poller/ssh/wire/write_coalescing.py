"""One write to the socket for all that asyncssh sends in one turn of the event loop.

asyncssh puts an empty MSG_IGNORE packet before each packet of data (RFC 4253, section 9.3.1, needs it for CBC
ciphers) and writes the two one after the other. On a busy poller the second system call, and the second
wake-up of the sshd at the other end, cost more than everything else about a question.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast


class CoalescingTransport(asyncio.Transport):
    """Gathers what is written until the event loop's next turn; everything else is the inner transport's."""

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._inner = inner
        self._loop = loop
        self._chunks: list[bytes] = []
        self._is_abandoned = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send in the event loop's next turn, together with what else is written until then."""
        if not self._chunks:
            # Not a timer: all that asyncssh writes for a question, it writes within one callback of the loop.
            self._loop.call_soon(self._flush)
        # A copy, since the caller may use its buffer again before the flush.
        self._chunks.append(bytes(data))

    def close(self) -> None:
        """Send what is pending, then close."""
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        """Close without sending what is pending."""
        self._chunks.clear()
        self._inner.abort()

    def abandon(self) -> None:
        """Send nothing any more: the inner transport was closed under us."""
        self._chunks.clear()
        self._is_abandoned = True

    def is_closing(self) -> bool:
        """Whether the transport is closed or about to be."""
        return self._is_abandoned or self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the inner transport knows."""
        return self._inner.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Stop taking data in."""
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        """Take data in again."""
        self._inner.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Bytes that are not sent yet, those included that wait for the loop's next turn."""
        return self._inner.get_write_buffer_size() + sum(map(len, self._chunks))

    def _flush(self) -> None:
        if self._chunks:
            data = b"".join(self._chunks)
            self._chunks.clear()
            # Closed between the write and this turn of the loop: writing would log a warning and go nowhere.
            if not self.is_closing():
                self._inner.write(data)


class _Relay(asyncio.Protocol):
    """Stands between the event loop and an SSH connection, to hand the latter a coalescing transport.

    The loop gives a protocol its transport once, in `connection_made`: this is the only place to exchange it.
    """

    def __init__(self, connection: asyncio.Protocol) -> None:
        self.connection = connection
        self._transport: CoalescingTransport | None = None
        self._is_lost = False
        # bound once: no call of ours between the loop and asyncssh
        self.pause_writing = connection.pause_writing  # type: ignore[method-assign]
        self.resume_writing = connection.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wrap the transport."""
        inner = cast(asyncio.Transport, transport)
        self._transport = CoalescingTransport(inner, asyncio.get_running_loop())
        self.connection.connection_made(self._transport)

    def data_received(self, data: bytes) -> None:
        """Hand on to whatever takes the connection's data now, which may be a traffic guard."""
        self.connection.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on the end of what is received."""
        return self.connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the connection, once."""
        # The loop may tell of it again after `abandon` did; asyncssh must hear of it once.
        if not self._is_lost:
            self._is_lost = True
            self.connection.connection_lost(exc)

    def abandon(self) -> None:
        """Let the connection end, its timers too, when the event loop gave up on making it."""
        if self._transport is not None:
            self._transport.abandon()
            self.connection_lost(None)


class SocketTunnel:
    """What asyncssh takes as a tunnel: makes its connection over a socket that is connected already."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def create_connection(
        self, session_factory: Callable[[], asyncio.Protocol], remote_host: str, remote_port: int
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Called by asyncssh in place of opening a TCP connection."""
        loop = asyncio.get_running_loop()
        relay = _Relay(session_factory())
        # Where this is cancelled, the loop closes its transport without telling the protocol, and the
        # connection's timers would run on.
        try:
            transport, _ = await loop.create_connection(lambda: relay, sock=self._sock)
        except BaseException:
            relay.abandon()
            raise
        return transport, relay.connection
