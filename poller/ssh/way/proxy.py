"""A ProxyCommand, run as ssh runs it: by the user's shell, with a socket as its standard input and output."""

import asyncio
import contextlib
import os
import signal
import socket

from foundation.display.text import clean_text
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.openssh.child import Child, user_shell
from poller.ssh.way.dial import first_words

_ADVICE = "Try the ProxyCommand by hand, as monctl's user: ssh -v HOST"
_STDERR_BYTES = 2048
_HANG_UP_SECONDS = 0.5
_GRACE_SECONDS = 0.5


class Proxy:
    """A running command; `sock` is our end of what it reads and writes, for whoever takes it over."""

    def __init__(self, child: Child, sock: socket.socket) -> None:
        self.sock = sock
        self._child = child

    @classmethod
    def start(cls, command: str) -> "Proxy":
        """Start a command line; raises PollFailed."""
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            shell = user_shell(os.environ)
            child = Child.start(
                [shell, "-c", f"exec {command}"],
                environ=os.environ,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                most_bytes=_STDERR_BYTES,
                keeps_tail=True,
            )
        except OSError as error:
            ours.close()
            raise PollFailed(
                Outcome.UNREACHABLE, f"ProxyCommand cannot be run by {shell}: {error.strerror or error}"
            ) from error
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(child, ours)

    async def take_passed(self) -> None:
        """Take the connection that the command hands over in place of carrying it itself (ProxyUseFdpass).

        Raises PollFailed when it hands over none.
        """
        await first_words(self.sock)
        try:
            _, descriptors, _, _ = socket.recv_fds(self.sock, 1, 1)
        except OSError:
            descriptors = []
        if not descriptors:
            raise await self.failure()
        self.sock.close()
        self.sock = socket.socket(fileno=descriptors[0])
        self.sock.setblocking(False)

    async def ends(self) -> bool:
        """Whether the command has ended, or does so in a moment: its files are closed a little earlier."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._child.wait(grace_seconds=0)
        return self._child.exit_status is not None

    async def failure(self) -> PollFailed:
        """Why it gave no connection, once it has closed its end."""
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._child.wait(grace_seconds=_GRACE_SECONDS)
        except TimeoutError:
            how = "closed its output"
        else:
            status = self._child.exit_status or 0
            how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        said = clean_text("; ".join(self._child.text(2).strip().splitlines()), limit=300)
        # not the command itself: it may hold a password
        detail = f"the ProxyCommand of the ssh configuration {how}"
        return PollFailed(Outcome.UNREACHABLE, f"{detail}: {said}" if said else detail, advice=_ADVICE)

    async def close(self) -> None:
        """Hang up on the command, as ssh does, and kill one that stays."""
        self.sock.close()
        self._child.signal(signal.SIGHUP)
        try:
            async with asyncio.timeout(_HANG_UP_SECONDS):
                await self._child.wait(grace_seconds=0)
        except TimeoutError:
            pass
        finally:
            await self._child.end()
