"""Stopping: once asks, twice insists, a stop that hangs ends by force."""

import signal
import subprocess
import sys
import time

import pytest

_PROGRAM = """
import asyncio, logging, time
from monctl.daemon import signals
from monctl.daemon.signals import stop_on_signals
logging.basicConfig(format="%(message)s")
signals.STOP_SECONDS = {seconds}

async def main():
    with stop_on_signals() as stopped:
        print("ready", flush=True)
        await stopped.wait()
        print("stopping", flush=True)
        await asyncio.sleep({hang})
    print("left", flush=True)

asyncio.run(main())
"""


def _start(*, seconds: float = 20.0, hang: float = 0.0) -> subprocess.Popen[str]:
    program = _PROGRAM.format(seconds=seconds, hang=hang)
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_asks_and_the_program_ends_in_its_own_time(number: signal.Signals) -> None:
    process = _start(hang=0.1)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("stopping\nleft\n", "", 0)


def test_a_second_signal_ends_at_once() -> None:
    process = _start(hang=60)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stdout.readline() == "stopping\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("", 1)
    assert "stopped again: ending at once" in err


def test_a_stop_that_hangs_ends_by_force() -> None:
    process = _start(hang=60, seconds=0.3)
    process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "still not stopped after 0.3 s: ending" in err
    assert time.monotonic() - started < 20
