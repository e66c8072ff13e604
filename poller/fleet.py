"""The loops of all hosts: started, stopped and replaced as the inventory changes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from inventory.host import Connection, HostSpec
from metrics.results import PollResult, Sink
from poller.loop import HostPoller, run_loop
from poller.ssh.connector import HANDSHAKES_AT_ONCE, SshConnector
from poller.ssh.ssh_config import SshConfig

log = logging.getLogger(__name__)


class Fleet:
    """Polls a changing set of hosts and hands every result to every sink.

    `apply` may be called at any time; a host whose spec did not change is not disturbed.
    """

    def __init__(
        self,
        sinks: Sequence[Sink],
        *,
        ssh_config: SshConfig | None = None,
        handshakes: int = HANDSHAKES_AT_ONCE,
    ) -> None:
        self._sinks = list(sinks)
        self._connector = SshConnector(find_host=self._find, config=ssh_config, handshakes=handshakes)
        self._hosts: dict[str, HostSpec] = {}
        self._polled_hosts: dict[
            str, HostSpec
        ] = {}  # those that have a loop, with the spec it was started with
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._changes: asyncio.Queue[Mapping[str, HostSpec]] = asyncio.Queue()

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """The hosts as last applied, by name, those included that are not polled (paused, push)."""
        return self._hosts

    @property
    def connector(self) -> SshConnector:
        """The connector that the loops share."""
        return self._connector

    def add_sink(self, sink: Sink) -> None:
        """Hand every result from now on to this sink too."""
        self._sinks.append(sink)

    def apply(self, hosts: Mapping[str, HostSpec]) -> None:
        """Poll these hosts from now on."""
        self._hosts = dict(hosts)
        # Not done here: `run` alone starts and stops loops, one change after the other; stopping takes time.
        self._changes.put_nowait(self._hosts)

    async def run(self) -> None:
        """Poll until cancelled; then leave every host, in a bounded time."""
        try:
            async with asyncio.TaskGroup() as loops:
                while True:
                    await self._change(await self._changes.get(), loops)
        finally:
            self._loops.clear()
            self._polled_hosts.clear()
            self._connector.close()

    async def _change(self, hosts: Mapping[str, HostSpec], loops: asyncio.TaskGroup) -> None:
        """Stop the loops of hosts that are gone or changed, then start those of new and changed ones."""
        await self._stop([name for name, host in self._polled_hosts.items() if host != hosts.get(name)])
        new_hosts = {
            name: host for name, host in hosts.items() if name not in self._polled_hosts and is_polled(host)
        }
        for name, host in new_hosts.items():
            poller = HostPoller(host, self._connector.connect, starts=self._connector.starts)
            loop = run_loop(poller, self.emit, starting_together=len(new_hosts))
            self._loops[name] = loops.create_task(loop, name=f"poll {name}")
            self._polled_hosts[name] = host

    async def _stop(self, names: Sequence[str]) -> None:
        """Cancel loops and wait for them, so that no host ever has two."""
        # All are cancelled before the first is waited for: a thousand that leave their hosts one by one would
        # take minutes.
        tasks = [self._loops.pop(name) for name in names]
        for name in names:
            del self._polled_hosts[name]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)  # each bounds its own end

    def emit(self, result: PollResult) -> None:
        """Hand a result to every sink."""
        for sink in self._sinks:
            sink.accept(result)

    def _find(self, name: str) -> HostSpec | None:
        return self._hosts.get(name)


def is_polled(host: HostSpec) -> bool:
    """Whether the poller has anything to do for this host."""
    return not host.paused and host.connection is not Connection.PUSH
