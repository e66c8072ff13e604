"""Ports for servers of the tests, which no other worker and no outgoing connection takes meanwhile."""

import itertools
import os
import random
import socket
from collections.abc import Iterator

_FIRST, _END = 10_000, 32_000
"""Below what the system gives to connections (from 32,768 on)."""

_SHARES = 8


def _own_ports() -> Iterator[int]:
    """The ports of this worker's share, again and again, from any of them on: other runs may be under way."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _SHARES
    size = (_END - _FIRST) // _SHARES
    share = range(_FIRST + worker * size, _FIRST + (worker + 1) * size)
    begin = random.randrange(size)
    return itertools.cycle([*share[begin:], *share[:begin]])


_PORTS = _own_ports()


def free_port() -> int:
    """A TCP port that nobody listens on now, and that is given to nobody else for long."""
    return next(port for port in _PORTS if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
