"""The way to the machine that monctl itself runs on: the probe as a child process."""

import asyncio
import contextlib
import shlex
import sys
from typing import cast

from metrics.results import Outcome
from poller.errors import ChannelEnded, PollFailed
from poller.probing.lines import LineReader

_STDERR_KEPT_BYTES = 4096
_CLOSE_SECONDS = 2.0
_STDERR = 2


class LocalChannel(asyncio.SubprocessProtocol):
    """A child process."""

    def __init__(self) -> None:
        self.reader = LineReader()
        self._transport: asyncio.SubprocessTransport | None = None
        self._stderr = bytearray()
        self._end_event = asyncio.Event()

    @property
    def is_ended(self) -> bool:
        """Whether the child has ended."""
        return self._end_event.is_set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport that this channel talks through."""
        # a cast, since uvloop's transports are of no common class with asyncio's
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take output; what comes after the reader's bound ends the child."""
        if fd == _STDERR:
            self._stderr += data[: _STDERR_KEPT_BYTES - len(self._stderr)]
        elif not self.reader.feed(data):
            self.kill()

    def process_exited(self) -> None:
        """Note the child's end; its last output may still come until the pipes close."""
        self._end_event.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the reader: whoever waits for a line will get none."""
        status = None
        if self._transport is not None:
            status = self._transport.get_returncode()
            self._transport.close()  # also where nobody closes this channel, since it was killed
        text = self._stderr.decode("utf-8", "replace")
        self.reader.fail(ChannelEnded(status if status is None or status >= 0 else None, text))

    def write(self, data: bytes) -> None:
        """Send bytes to the child's standard input; how one ended that takes none, the reader tells."""
        pipe = self._transport.get_pipe_transport(0) if self._transport else None
        stdin = cast(asyncio.WriteTransport | None, pipe)
        if stdin is not None and not stdin.is_closing():
            stdin.write(data)

    def kill(self) -> None:
        """Kill the child, if it has not ended by itself."""
        if self._transport is not None and not self._end_event.is_set():
            with contextlib.suppress(ProcessLookupError):  # its end is known before this channel is told
                self._transport.kill()

    async def close(self) -> None:
        """Close the child's input; kill it when it does not end by itself."""
        if self._transport is None:
            return
        stdin = self._transport.get_pipe_transport(0)
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._end_event.wait()
        except TimeoutError:
            self.kill()
            await self._end_event.wait()
        self._transport.close()


class LocalLink:
    """Starts commands on this machine; there is nothing to connect and nothing to lose."""

    connect_seconds = 0.0
    fault = None
    is_lost = False

    async def start(self, command: str) -> LocalChannel:
        """Start a command; raises PollFailed when there is no such program."""
        loop = asyncio.get_running_loop()
        try:
            # in a session of its own: a signal to our process group is ours to act on, not the probe's
            _, channel = await loop.subprocess_exec(
                LocalChannel, *shlex.split(command), start_new_session=True
            )
        except ValueError as error:  # quotes without an end, a null byte
            raise PollFailed(Outcome.NO_PYTHON, f"{command}: {str(error).lower()}") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise PollFailed(Outcome.NO_PYTHON, f"{command}: {reason}") from error
        return channel

    async def close(self) -> None:
        """Do nothing: each channel is closed by itself."""


def local_python() -> str:
    """The command that starts the Python that monctl runs on, which has psutil."""
    return shlex.quote(sys.executable)
