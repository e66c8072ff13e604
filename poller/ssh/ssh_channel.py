"""An SSH connection, and the probe's channel on it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncssh

from poller.errors import ChannelEnded, PollFailed
from poller.probing.lines import LineReader
from poller.ssh.failures.ssh_errors import FOREIGN_ERRORS, translate
from poller.ssh.wire.traffic import TrafficGuard

_STDERR_KEPT_BYTES = 4096
_CLOSE_SECONDS = 2.0


class SshChannel(asyncssh.SSHClientSession[bytes]):
    """A command at the far end of an SSH connection, which `guard` watches over."""

    def __init__(self, guard: TrafficGuard) -> None:
        self.reader = LineReader()
        self._guard = guard
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._stderr = bytearray()
        self._exit_status: int | None = None
        self._exit_signal = ""
        self._end_event = asyncio.Event()

    @property
    def is_ended(self) -> bool:
        """Whether the far end told of the command's end (or the connection is gone)."""
        return self._end_event.is_set()

    def connection_made(self, chan: "asyncssh.SSHClientChannel[bytes]") -> None:
        """Keep the channel that this session talks through."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take output; what comes after the reader's bound ends the channel."""
        if datatype is not None:
            self._stderr += data[: _STDERR_KEPT_BYTES - len(self._stderr)]
        elif not self.reader.feed(data) and self._channel is not None:
            self._channel.abort()

    def exit_status_received(self, status: int) -> None:
        """Note how the command ended."""
        self._exit_status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """Note what ended the command."""
        self._exit_signal = signal

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the reader: whoever waits for a line will get none."""
        self._end_event.set()
        # a command that told how it ended has ended, also where the connection went with it
        is_lost = exc is not None and self._exit_status is None and not self._exit_signal
        text = self._stderr.decode("utf-8", "replace")
        ending = ChannelEnded(self._exit_status, text, signal=self._exit_signal, is_lost=is_lost)
        self.reader.fail(self._guard.fault or ending)

    def write(self, data: bytes) -> None:
        """Send bytes to the command's standard input, upon which the host may answer.

        A command that has just ended takes none. How it ended may still be under way: the reader tells.
        """
        assert self._channel is not None
        self._guard.renew()
        with contextlib.suppress(OSError):
            self._channel.write(data)

    def kill(self) -> None:
        """Send the KILL signal and close the channel."""
        if self._channel is None or self._end_event.is_set():
            return
        try:
            self._channel.kill()
        except OSError:
            return  # the connection is gone, and the channel with it
        self._channel.abort()  # not every sshd delivers signals; closing ends a probe that reads its input

    async def close(self) -> None:
        """End the command's input; kill it when it does not end by itself."""
        if self._channel is None or self._end_event.is_set():
            return
        try:
            self._channel.write_eof()
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._end_event.wait()
        except (OSError, TimeoutError):
            self.kill()


class SshLink:
    """A logged-in SSH connection."""

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        *,
        where: str,
        guard: TrafficGuard,
        connect_seconds: float,
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.connection = connection
        self.connect_seconds = connect_seconds
        self.guard = guard
        self._where = where
        self._on_close = on_close

    @property
    def fault(self) -> PollFailed | None:
        """Why the connection was cut off, if it was."""
        return self.guard.fault

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended."""
        return self.connection.is_closed()

    async def start(self, command: str) -> SshChannel:
        """Start a command without a terminal; raises PollFailed."""
        self.guard.renew()
        try:
            _, session = await self.connection.create_session(
                lambda: SshChannel(self.guard),
                command,
                encoding=None,
                request_pty=False,
                env={},
                send_env=[],
                x11_forwarding=False,
            )
        except FOREIGN_ERRORS as error:
            raise self.fault or translate(error, self._where) from error
        assert isinstance(session, SshChannel)
        return session

    async def close(self) -> None:
        """Disconnect, waiting at most a bounded time, and give back the jump host if there was one."""
        self.connection.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self.connection.wait_closed()
        except TimeoutError:
            self.connection.abort()
        finally:
            if self._on_close is not None:
                on_close, self._on_close = self._on_close, None
                await on_close()
