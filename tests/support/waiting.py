"""Waiting for what another process does."""

import time
from collections.abc import Callable

_LOOK_SECONDS = 0.1


def holds_within(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds; False if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
