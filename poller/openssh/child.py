"""A child process in a group of its own, which ends with its children when nobody wants it any more.

Not asyncio's own: there a task that is cancelled while its process starts may wait for ever.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

_NO_SHELLS = {"nologin", "false", "true", ""}
_PLAIN_SHELL = "/bin/sh"
_CHUNK_BYTES = 65536
_KILL_SECONDS = 0.5

DEVNULL = subprocess.DEVNULL
PIPE = subprocess.PIPE


def user_shell(environ: Mapping[str, str]) -> str:
    """The shell that ssh runs commands with; a plain one for a user of a service, who may not log in."""
    shell = environ.get("SHELL", "")
    return _PLAIN_SHELL if os.path.basename(shell) in _NO_SHELLS else shell  # noqa: PTH119 -- no path object


class Child:
    """Takes what a process prints, so many bytes of each stream, and tells when it has ended.

    `keeps_tail`: beyond the bound the last bytes are kept; else the process is killed there.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", *, most_bytes: int, keeps_tail: bool) -> None:
        self._process = process
        self._most_bytes = most_bytes
        self._keeps_tail = keeps_tail
        self._loop = asyncio.get_running_loop()
        self._output: dict[int, bytearray] = {1: bytearray(), 2: bytearray()}
        self._pipes = {number: pipe for number, pipe in ((1, process.stdout), (2, process.stderr)) if pipe}
        self._closed_events = {number: asyncio.Event() for number in self._pipes}
        self._exit_event = asyncio.Event()
        self._exit_descriptor: int | None = None
        for number, pipe in self._pipes.items():
            os.set_blocking(pipe.fileno(), False)
            self._loop.add_reader(pipe.fileno(), self._read, number)
        self._watch()

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        stdin: int,
        stdout: int = PIPE,
        most_bytes: int,
        keeps_tail: bool = False,
    ) -> "Child":
        """A started process; raises OSError when there is no such program or no room for it."""
        process = subprocess.Popen(  # noqa: S603 -- ssh, and what the user's own configuration names
            command, stdin=stdin, stdout=stdout, stderr=PIPE, env=environ, start_new_session=True
        )
        return cls(process, most_bytes=most_bytes, keeps_tail=keeps_tail)

    @property
    def exit_status(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def text(self, stream: int) -> str:
        """What it printed so far on standard output (1) or standard error (2)."""
        return self._output[stream].decode("utf-8", "surrogateescape")

    async def wait(self, *, grace_seconds: float) -> None:
        """Wait until it has ended, and a moment for its streams, which its children may hold open."""
        await self._exit_event.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                for event in self._closed_events.values():
                    await event.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children, unless it has ended."""
        if self.exit_status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    async def end(self) -> None:
        """Kill it, with its children, and let go of its streams; takes a moment at most."""
        self.signal(signal.SIGKILL)
        for number in list(self._pipes):
            self._close(number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KILL_SECONDS):
                await self._exit_event.wait()

    def _watch(self) -> None:
        """Note the process' end, whenever it comes: nobody else waits for it, and it would stay a zombie."""
        try:
            self._exit_descriptor = os.pidfd_open(self._process.pid)
        except (AttributeError, OSError):  # not on this system
            wait = partial(_wait, self._process, self._loop, self._exited)
            threading.Thread(target=wait, name="wait for a child", daemon=True).start()
        else:
            self._loop.add_reader(self._exit_descriptor, self._exited)

    def _exited(self) -> None:
        self._process.wait()
        self._exit_event.set()
        if self._exit_descriptor is not None:
            self._loop.remove_reader(self._exit_descriptor)
            os.close(self._exit_descriptor)
            self._exit_descriptor = None

    def _read(self, number: int) -> None:
        try:
            data = os.read(self._pipes[number].fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(number)
            return
        output = self._output[number]
        output += data
        if len(output) > self._most_bytes:
            if not self._keeps_tail:
                self.signal(signal.SIGKILL)
            del output[: len(output) - self._most_bytes]

    def _close(self, number: int) -> None:
        pipe = self._pipes.pop(number)
        self._loop.remove_reader(pipe.fileno())
        pipe.close()
        self._closed_events[number].set()


def _wait(
    process: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop, exited: Callable[[], None]
) -> None:
    process.wait()
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(exited)
