"""Single key presses from a terminal, without waiting for the Enter key."""

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator

_ARROWS = {"[A": "up", "[B": "down", "[5~": "page up", "[6~": "page down"}


@contextlib.contextmanager
def key_presses() -> Iterator[Callable[[float], str | None]]:
    """A function that waits up to some seconds for a key: a character, "up", "down", …; None if none came.

    The terminal is as before at the end.
    """
    # read from the descriptor: sys.stdin would buffer bytes that select then does not see
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield lambda seconds: _next_key(descriptor, seconds)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _next_key(descriptor: int, seconds: float) -> str | None:
    if not select.select([descriptor], [], [], seconds)[0]:
        return None
    data = os.read(descriptor, 16).decode("utf-8", "ignore")
    if not data:
        return "q"  # the terminal is gone
    return _ARROWS.get(data[1:]) if data.startswith("\x1b") and len(data) > 1 else data[0]
