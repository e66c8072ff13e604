"""A process that has imported all of monctl, and becomes a command of it, by a fork, whenever it is asked to.

`python -m tests.support.forking FD`, FD being a socket on which `tests.support.prepared` asks. Importing is
more than a second of CPU, and nine tenths of what a command costs; what is forked has imported everything and
done nothing else, and is from then on a process like any other, with its own end.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import time
from types import ModuleType
from typing import Any, NamedTuple

from poller.probing import bootstrap
from tests.support.haste import make_haste

PACKAGES = ("monctl", "web", "alerts", "access", "inventory", "metrics", "poller", "foundation")
ALSO = (
    "anyio._backends._asyncio",
    "apprise",
    "asyncssh",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
"""What the daemon imports when it runs, beyond the modules of the packages."""

_LEFT_OUT = ("__main__", ".migrations.")
"""Parts of the names of modules that are made to be run."""

_LONGEST_REQUEST = 1 << 20
_FDS = 4


class Command(NamedTuple):
    """What a fork is to become: the function `module.name` with these arguments and surroundings."""

    module: str
    name: str
    args: list[str]
    folder: str
    environ: dict[str, str]
    is_hasty: bool


def prepare() -> None:
    """Do once what every command would do anew: import whatever it may need, and pack the probe."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not any(part in module.name for part in _LEFT_OUT):
                importlib.import_module(module.name)
    for name in ALSO:
        importlib.import_module(name)
    bootstrap.payload()
    assert len(os.listdir("/proc/self/task")) == 1, "a fork has one thread, whatever others hold then"
    gc.collect()
    gc.freeze()


def serve(requests: socket.socket) -> Command | None:
    """Fork for every request; returns in a fork what it is to become, and None when nobody asks any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, fds, _, _ = socket.recv_fds(requests, _LONGEST_REQUEST, _FDS)
        if not request:
            return None
        command = Command(**json.loads(request))
        if os.fork() == 0:
            requests.close()
            return _fork_watched(command, fds)
        for fd in fds:
            os.close(fd)


def _fork_watched(command: Command, fds: list[int]) -> Command:
    """Fork once more, into the command and into who waits for it and tells its process id and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, report_fd = fds
    child = os.fork()
    if child == 0:
        os.close(report_fd)
        _surround(command, streams)
        return command
    for fd in (*streams, 0, 1, 2):
        os.close(fd)
    os.setsid()
    os.write(report_fd, b"%d\n" % child)
    _, status = os.waitpid(child, 0)
    os.write(report_fd, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _surround(command: Command, streams: list[int]) -> None:
    """Take on the folder, the variables, and the standard streams as a new interpreter would have them."""
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(command.folder)
    os.environ.clear()
    os.environ.update(command.environ)
    if command.is_hasty:
        make_haste()
    time.tzset()
    sys.argv = ["-c", *command.args]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115


def main() -> None:
    """Prepare, say so, and serve; in a fork, become what was asked for."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    prepare()
    requests.send(b"ready")
    command = serve(requests)
    if command is not None:
        module: ModuleType = importlib.import_module(command.module)
        run: Any = getattr(module, command.name)
        run()


if __name__ == "__main__":
    main()
