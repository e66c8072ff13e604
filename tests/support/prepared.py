"""Commands of monctl in processes of their own, without the second that an interpreter takes to import it."""

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

_ROOT = Path(__file__).parent.parent.parent
_START_SECONDS = 60.0

MAIN = "monctl.cli.main:main"
"""What a process runs, `module:function`."""

Streams = tuple[IO[str], IO[str], IO[str]]
"""Standard input, output and error."""

_READ_ON_START = ("PYTHON", "LC_", "LANG", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
"""Beginnings of the variables that an interpreter, or a module on import, reads once."""


class Process(Protocol):
    """What tests use of a process; subprocess.Popen is one."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """How it ended; None while nobody knows."""

    def poll(self) -> int | None:
        """How it ended, if it has."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""

    def kill(self) -> None:
        """Kill it."""


class PreparedProcess:
    """A process that was forked, not started; somebody else's child, whose end is told through a pipe."""

    def __init__(self, report_fd: int) -> None:
        self._reports = os.fdopen(report_fd, "rb", buffering=0)
        self.pid = int(self._reports.readline())
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        """How it ended; None while nobody knows."""
        return self._status

    def poll(self) -> int | None:
        """How it ended, if it has."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        if self._status is None:
            if not select.select([self._reports], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("monctl", timeout or 0)
            self._status = int(self._reports.readline())
            self._reports.close()
        return self._status

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def is_alike(environ: Mapping[str, str]) -> bool:
    """Whether a prepared process behaves in these variables as one that is started."""
    return _read_on_start(environ) == _read_on_start(_environ())


def start_prepared(
    args: list[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    streams: Streams,
    function: str = MAIN,
    is_hasty: bool = True,
) -> PreparedProcess:
    """Run a function as a process would run it whose command line has these arguments.

    `is_hasty`: see `tests.support.haste`.
    """
    module, _, name = function.partition(":")
    command = {
        "module": module,
        "name": name,
        "args": args,
        "folder": str(folder),
        "environ": dict(environ),
        "is_hasty": is_hasty,
    }
    ours, theirs = os.pipe()
    fds = [stream.fileno() for stream in streams]
    try:
        socket.send_fds(_forker(), [json.dumps(command).encode()], [*fds, theirs])
    finally:
        os.close(theirs)
    return PreparedProcess(ours)


@functools.cache
def _forker() -> socket.socket:
    """The socket of the process that forks, started at first use, which ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())],
        cwd=_ROOT,
        # numpy would start a thread, which no fork takes along
        env={**_environ(), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    ours.settimeout(_START_SECONDS)
    assert ours.recv(16) == b"ready"
    atexit.register(_end, ours, process)
    return ours


def _end(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.close()
    process.wait(10)


def _environ() -> dict[str, str]:
    return {**os.environ, **READ_ON_START}


READ_ON_START = {"PYTHONPATH": str(_ROOT), "COLUMNS": "120", "NO_COLOR": "1"}
"""How tests want these variables."""


def _read_on_start(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(_READ_ON_START)}
