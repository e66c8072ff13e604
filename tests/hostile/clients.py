"""A client that does harm for some seconds, in a process of its own.

    python -m tests.hostile.clients '{"port": 8000, "mode": "heads", "seconds": 10, "token": ""}'

Modes are in MODES. Whatever the server does about it, the client goes on, and ends by itself.
"""

import asyncio
import contextlib
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

_CHUNK = 64 * 1024
_PAUSE_SECONDS = 0.05
"""After each connection that ended: a hostile client, not one that is the machine's only load."""


class Task(NamedTuple):
    """What a client does: against which port, in which mode, for how long, with which bearer token."""

    port: int
    mode: str
    seconds: float
    token: str = ""


class Client:
    """Opens connections and sends what it is told to, until its time is over."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._end = time.monotonic() + task.seconds

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() >= self._end

    async def converse(self, *parts: bytes, repeat: bytes = b"", times: int = 0, hold: float = 0.0) -> None:
        """One connection: send the parts, then one part again and again, then read for at most a while."""
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.task.port)
            try:
                async with asyncio.timeout(max(0.1, self._end - time.monotonic())):
                    for part in itertools.chain(parts, itertools.repeat(repeat, times)):
                        writer.write(part)
                        await writer.drain()
                    await self._read(reader, hold)
            finally:
                writer.close()
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _read(self, reader: asyncio.StreamReader, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await reader.read(_CHUNK):
                    pass

    def head(self, method: str, path: str, *lines: str, size: int = 0) -> bytes:
        """The head of a request with a body of `size` bytes, and the token where there is one."""
        more = [f"Authorization: Bearer {self.task.token}"] if self.task.token else []
        fields = ["Host: 127.0.0.1", f"Content-Length: {size}", *more, *lines]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "", ""]).encode()


Attack = Callable[[Client], Awaitable[None]]


async def _heads(client: Client) -> None:
    """Heads without an end."""
    await client.converse(b"GET / HTTP/1.1\r\nX: ", repeat=b"x" * _CHUNK, times=2400)


async def _halves(client: Client) -> None:
    """Many connections that send half a request and wait."""
    half = client.converse
    async with asyncio.TaskGroup() as tasks:
        for _ in range(400):
            tasks.create_task(half(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", hold=client.task.seconds))


async def _bodies(client: Client) -> None:
    """Large bodies of nobody who logged in."""
    size = 4 * 1024 * 1024
    head = client.head("POST", "/api/v1/hosts", "Content-Type: application/json", size=size)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(16):
            tasks.create_task(client.converse(head, repeat=b" " * _CHUNK, times=size // _CHUNK, hold=5.0))


async def _guesses(client: Client) -> None:
    """Wrong passwords for the admin."""
    body = b"username=admin&password=wrong-guess"
    kind = "Content-Type: application/x-www-form-urlencoded"
    await client.converse(client.head("POST", "/api/v1/auth/token", kind, size=len(body)), body, hold=2.0)


async def _questions(client: Client) -> None:
    """Expensive questions of somebody who may ask."""
    path = "/api/v1/metrics/export?metric=cpu.usage_active&start=-30d"
    fields = ("usage_active", "usage_user", "usage_system", "usage_iowait")
    batch = {"questions": [{"metric": f"cpu.{field}", "start": "-30d"} for field in fields]}
    body = json.dumps(batch).encode()
    ask = client.head("POST", "/api/v1/metrics/history", "Content-Type: application/json", size=len(body))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(client.converse(ask, body, hold=5.0))
            tasks.create_task(client.converse(client.head("GET", path), hold=5.0))


async def _streams(client: Client) -> None:
    """As many live streams as one can have, never read to the end."""
    head = client.head("GET", "/api/v1/live")
    async with asyncio.TaskGroup() as tasks:
        for _ in range(250):
            tasks.create_task(client.converse(head, hold=client.task.seconds))


async def _names(client: Client) -> None:
    """Samples of hosts with endless names."""
    body = json.dumps({"host": "x" * (3 * 1024 * 1024), "answer": {}}).encode()
    kind = "Content-Type: application/json"
    await client.converse(
        client.head("POST", "/api/v1/metrics/collect", kind, size=len(body)), body, hold=2.0
    )


async def _garbage(client: Client) -> None:
    """Bytes that are no HTTP."""
    await client.converse(bytes(range(256)) * 64, hold=0.5)


MODES: dict[str, Attack] = {
    "heads": _heads,
    "halves": _halves,
    "bodies": _bodies,
    "guesses": _guesses,
    "questions": _questions,
    "streams": _streams,
    "names": _names,
    "garbage": _garbage,
}
"""Name -> one round of the attack."""


async def attack(task: Task) -> None:
    """Do harm until the time is over."""
    client = Client(task)
    while not client.is_over:
        await MODES[task.mode](client)


if __name__ == "__main__":
    asyncio.run(attack(Task(**json.loads(sys.argv[1]))))
