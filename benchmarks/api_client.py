"""Clients of the API in a process of their own: each sends its next request when it has the last answer.

Reads a JSON task from the command line: port, token, seconds, clients, and paths, which the clients take in
turn. Prints a JSON result: milliseconds of every request in order of size, and bytes of the last answer.
"""

import asyncio
import itertools
import json
import sys
import time
from typing import Any

_WARM_SECONDS = 2.0
"""Not counted: connections are made, the clients fall out of step."""


async def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Run all clients for the task's seconds."""
    begin = time.perf_counter() + _WARM_SECONDS
    paths = itertools.cycle(task["paths"])
    took: list[float] = []
    sizes: list[int] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", task["port"], limit=2**24)
        while (started := time.perf_counter()) < begin + task["seconds"]:
            writer.write(_request(next(paths), task["token"]))
            size = await _answer(reader)
            if started >= begin:
                took.append((time.perf_counter() - started) * 1000)
                sizes.append(size)
        writer.close()

    async with asyncio.TaskGroup() as clients:
        for _ in range(task["clients"]):
            clients.create_task(client())
    return {"milliseconds": sorted(took), "bytes": sizes[-1]}


def _request(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: monctl\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; the size of its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    body = await reader.readexactly(int(headers["content-length"]))
    if " 200 " not in status:
        raise RuntimeError(f"{status}: {body[:300]!r}")
    return len(body)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(json.loads(sys.argv[1])))))
