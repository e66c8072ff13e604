"""A network of its own for a part of a test: a namespace with a loopback interface and nothing else."""

import ctypes
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_CLONE_NEWNET = 0x40000000


def in_own_network(work: Callable[[], T], *commands: str) -> T:
    """What the work returns or raises in a network of its own, after these commands of `ip`; needs root.

    A namespace is a thread's, and that of the threads and processes that it starts.
    """

    def enter_and_work() -> T:
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        for command in ("link set lo up", *commands):
            subprocess.run(["ip", *command.split()], check=True)
        return work()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(enter_and_work).result()
