"""Look-ups that hang must hold up neither the others nor the end of the process."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from poller.ssh.way.lookup import Address, LookUps

_ROOT = Path(__file__).parent.parent.parent
_HANGING = """
import asyncio, sys, time
from poller.ssh.way.lookup import LookUps

def hang(host, port):
    sys.stdout.write("hangs")
    sys.stdout.flush()
    time.sleep(60)
    return []

async def main():
    try:
        async with asyncio.timeout(0.2):
            await LookUps(hang).find("host", 22)
    except TimeoutError:
        pass

asyncio.run(main())
"""


def _found(host: str, port: int) -> list[Address]:
    return [(socket.AF_INET, (host, port))]


def _raising(host: str, port: int) -> list[Address]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def test_what_is_found_is_given_and_what_is_raised_is_raised() -> None:
    assert asyncio.run(LookUps(_found).find("a", 1)) == [(socket.AF_INET, ("a", 1))]
    with pytest.raises(socket.gaierror, match="no such name"):
        asyncio.run(LookUps(_raising).find("a", 1))


def test_a_look_up_that_hangs_does_not_hold_up_the_end_of_the_process() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _HANGING], cwd=_ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("hangs", "", 0)
    assert time.monotonic() - started < 30  # the look-up takes 60


def test_more_look_ups_than_threads_wait_their_turn_also_when_some_are_given_up() -> None:
    gate, running, most = threading.Event(), [0], [0]
    lock = threading.Lock()

    def slow(host: str, port: int) -> list[Address]:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(10)
        with lock:
            running[0] -= 1
        return _found(host, port)

    async def scenario() -> list[object]:
        look_ups = LookUps(slow, threads=2)
        tasks = [asyncio.create_task(look_ups.find(str(number), 1)) for number in range(8)]
        await asyncio.sleep(0.1)
        tasks[0].cancel()
        tasks[5].cancel()
        await asyncio.sleep(0.1)
        gate.set()
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    found = asyncio.run(scenario())
    assert most[0] == 2
    assert sum(isinstance(each, asyncio.CancelledError) for each in found) == 2
    assert [each for each in found if isinstance(each, list)] == [
        _found(str(n), 1) for n in (1, 2, 3, 4, 6, 7)
    ]


def test_nothing_is_looked_up_after_the_end() -> None:
    look_ups = LookUps(_found)
    look_ups.close()
    with pytest.raises(OSError, match="ending"):
        asyncio.run(look_ups.find("a", 1))
