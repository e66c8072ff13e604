"""What the dashboard's benchmark looks at: the real API and dashboard over 1,000 simulated hosts.

Reads a folder from the command line, fills a store there (see api_history.py), and serves. Prints
`ready PORT` on a line of its own. Then each line of standard input that says `update` gives every host a new
result at the same moment, which the live stream passes on as one event; the end of the input ends it.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from access.audit.log import Actor
from access.roles import Role
from benchmarks.api_history import fill
from benchmarks.store_traffic import Polled, replayed_hosts
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.stores.sqlite.store import SqliteStore
from tests.support.api import ApiUnderTest, api_under_test
from tests.support.ports import free_port
from web.live.hub import LiveHub

PASSWORD = "correct horse battery"


@dataclass
class _Fleet:
    """A fleet view whose hosts do not change."""

    hosts: Mapping[str, HostSpec]
    current: CurrentState = field(default_factory=CurrentState)

    async def refresh(self) -> None:
        """Nothing changes."""


@asynccontextmanager
async def _serving(api: ApiUnderTest, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(
        api.app,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve())
        hub = tasks.create_task(api.parts.live.run())
        while not server.started:
            await asyncio.sleep(0.02)
        yield
        hub.cancel()
        server.should_exit = True


def _update(hosts: Sequence[Polled], fleet: _Fleet, hub: LiveHub) -> None:
    now = time.time()
    for host in hosts:
        result = host.poll(now)
        fleet.current.accept(result)
        hub.accept(result)


async def serve(folder: Path) -> None:
    """Fill, serve, and update whenever a line asks for it."""
    path = folder / "metrics.db"
    names = await fill(path)
    hosts = replayed_hosts(len(names))
    fleet = _Fleet({name: HostSpec(name=name, address="127.0.0.1") for name in names})
    hub = LiveHub(fleet)
    store = await SqliteStore.open(path)
    async with api_under_test(folder, store=store, fleet=fleet, live=hub) as api:
        api.parts.repository.add_all({name: {"address": "127.0.0.1", "paused": True} for name in names})
        api.parts.accounts.users.add("admin", PASSWORD, Role.ADMIN, actor=Actor("cli:benchmark", None))
        port = free_port()
        async with _serving(api, port):
            _update(hosts, fleet, hub)
            print(f"ready {port}", flush=True)
            while (await asyncio.to_thread(sys.stdin.readline)).strip() == "update":
                _update(hosts, fleet, hub)
    await store.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
