"""A served hub whose clock and looks the test decides, and a client that reads events."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from access.roles import Role
from metrics.results import Outcome, Point, PollResult
from tests.inventory.loading import load
from tests.support.api import TOKENS, ApiUnderTest, api_under_test
from web.http.server import WebServer, listening_socket
from web.live.hub import LiveHub
from web.live.ring import EventRing

START = 1_780_000_000.0
HOSTS = "hosts:\n  web-1: {address: a, tags: {env: prod}}\n  web-2: b\n  db-1: c\n"


class Clock:
    """Unix seconds that stand still."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def good(host: str, time: float = START, *, active: float = 12.5) -> PollResult:
    """A poll that went well."""
    points = (
        Point("cpu", (("cpu", "cpu-total"),), {"usage_active": active, "usage_user": 1.0}),
        Point("mem", (), {"used_percent": 50.0, "total": 10}),
    )
    return PollResult(host=host, time=time, outcome=Outcome.OK, duration=0.1, points=points)


def failed(host: str, time: float = START) -> PollResult:
    """One that did not."""
    return PollResult(host=host, time=time, outcome=Outcome.REFUSED, duration=0.1, detail="refused by a:22")


@dataclass
class Event:
    """One event as a client sees it."""

    name: str
    id: str
    data: Any

    def hosts(self) -> list[str]:
        """The hosts in it."""
        return [host["host"] for host in self.data["hosts"]]


class Listener:
    """Reads the events of one answer."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, *, seconds: float = 5) -> Event:
        """The next event; comments and hints are left out. Raises StopAsyncIteration at the end."""
        found: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            while True:
                line = await anext(self._lines)
                if not line and "data" in found:
                    return Event(found["event"], found["id"], json.loads(found["data"]))
                name, _, value = line.partition(": ")
                if line:
                    found[name] = value

    async def take(self, count: int) -> list[Event]:
        """So many events."""
        return [await self.next() for _ in range(count)]

    async def end(self) -> None:
        """Wait until the stream has ended."""
        async with asyncio.timeout(5):
            async for _ in self._lines:
                pass


@dataclass
class Served:
    """An API on a socket of loopback."""

    api: ApiUnderTest
    hub: LiveHub
    clock: Clock
    port: int
    client: httpx.AsyncClient
    server: "asyncio.Task[None]"

    async def happens(self, *results: PollResult, seconds: float = 1.0) -> None:
        """The hosts give results, time passes and the hub looks."""
        for result in results:
            self.api.fleet.current.accept(result)
            self.hub.accept(result)
        self.clock.now += seconds
        await self.hub.tick()

    def hosts(self, text: str) -> None:
        """These are the hosts now."""
        self.api.parts.repository.sync_file(load(text))

    @asynccontextmanager
    async def listening(
        self, query: str = "", *, last: str | None = None, role: Role = Role.VIEWER
    ) -> AsyncIterator[Listener]:
        """A client that listens."""
        headers = [(b"authorization", f"Bearer {TOKENS[role]}".encode())]
        if last is not None:
            headers.append((b"last-event-id", last.encode()))
        async with self.client.stream("GET", f"/api/v1/live{query}", headers=headers) as response:
            assert response.status_code == 200, (await response.aread()).decode()
            yield Listener(response)


@asynccontextmanager
async def served(
    folder: Path, *, hosts: str = HOSTS, ring: EventRing | None = None, max_clients: int = 200
) -> AsyncIterator[Served]:
    """An API with these hosts, served."""
    clock = Clock()
    async with api_under_test(folder, clock=clock) as api:
        hub = LiveHub(api.fleet, clock=clock, ring=ring, max_clients=max_clients)
        object.__setattr__(api.parts, "live", hub)
        api.parts.repository.sync_file(load(hosts))
        server = WebServer(api.app, listening_socket("127.0.0.1", 0), on_stop=hub.close)
        host, port = server.address
        running = asyncio.create_task(server.run())
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=10) as client:
            yield Served(api, hub, clock, port, client, running)
        running.cancel()
        await asyncio.wait([running])


def names(events: Sequence[Event]) -> list[str]:
    """The events' names."""
    return [event.name for event in events]
