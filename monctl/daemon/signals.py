"""Stopping on a signal: the first asks for it; a second, or a stop that takes too long, ends the process."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator

STOP_SECONDS = 4.5
"""How long a stop may take before the process ends regardless."""

_FORCED_STATUS = 1

log = logging.getLogger(__name__)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets. To be used in the running loop's main thread."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    timers: list[asyncio.TimerHandle] = []

    def on_signal() -> None:
        if stop.is_set():
            _end("stopped again: ending at once")
        stop.set()
        timers.append(
            loop.call_later(STOP_SECONDS, _end, f"still not stopped after {STOP_SECONDS:g} s: ending")
        )

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for timer in timers:
            timer.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _end(message: str) -> None:
    log.error(message)
    logging.shutdown()
    os._exit(_FORCED_STATUS)
