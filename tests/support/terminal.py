"""A program in a pseudo-terminal of its own, watched and typed at."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Terminal:
    """Starts a program; `output` is everything that it has drawn so far."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        columns: int = 100,
        rows: int = 24,
    ) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = self.modes()
        self.output = ""
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environ),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # so that Ctrl-C reaches it
        )

    def modes(self) -> list[Any]:
        """How the terminal is set: echo, line editing and so on."""
        return termios.tcgetattr(self._slave)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, *, after: int = 0, seconds: float = 20.0) -> int:
        """Wait until the text is drawn after a place in the output; the place of its end. Fails in time."""
        deadline = time.monotonic() + seconds
        while text not in self.output[after:]:
            assert time.monotonic() < deadline, f"{text!r} is not in {self.output[after:]!r}"
            self._take_output()
        return self.output.index(text, after) + len(text)

    def wait(self, seconds: float = 20.0) -> int:
        """Wait until the program has ended; its exit status."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.output
            self._take_output()
        self._take_output()
        return self.process.returncode

    def close(self) -> None:
        """End the program and the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self._slave)
        os.close(self._master)

    def _take_output(self) -> None:
        while select.select([self._master], [], [], 0.05)[0]:
            self.output += os.read(self._master, 65536).decode("utf-8", "replace")


def _take_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as a shell does; tests in the background have it ignored
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
