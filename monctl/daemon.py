"""The daemon: builds the parts, hands each what it needs, runs them in one TaskGroup."""

import asyncio
import contextlib
import gc
import logging
import resource
from collections.abc import Awaitable, Callable, Iterable, Mapping

from inventory.errors import InventoryInvalid
from inventory.file import Inventory
from inventory.host import HostSpec
from inventory.watch import watch_inventory
from metrics.current import CurrentState
from metrics.results import Outcome, PollResult
from metrics.store_sink import StoreSink
from monctl.errors import DatabaseUnusable
from monctl.installation import Installation
from monctl.signals import stop_on_signals
from poller.fleet import Fleet, is_polled

_REVISION_SECONDS = 1.0
_PATIENCE_SECONDS = 15.0
_ROUND_AT_MOST_SECONDS = 30.0
_GC_THRESHOLDS = (20_000, 20, 100)

log = logging.getLogger(__name__)


class FirstRound:
    """A sink that tells when every host has failed once or answered twice, so that it has rates too.

    Hosts that are polled seldom need to answer only once.

    `over` is set then.
    """

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self._waiting: dict[str, int] = {}

    def expect(self, hosts: Iterable[HostSpec]) -> None:
        """Wait for these hosts' results; to be called before they can come."""
        self._waiting = {host.name: 2 if host.interval <= _PATIENCE_SECONDS else 1 for host in hosts}
        self._note()

    def accept(self, result: PollResult) -> None:
        """Note the host."""
        if result.host not in self._waiting:
            return
        self._waiting[result.host] -= 1
        if result.outcome is not Outcome.OK or not self._waiting[result.host]:
            del self._waiting[result.host]
            self._note()

    def _note(self) -> None:
        if not self._waiting:
            self.over.set()


class Daemon:
    """Everything that runs in one `monctl poll`.

    `on_first_round` is called once, when every host has given its first result or some time has passed.
    """

    def __init__(self, installation: Installation, *, on_first_round: Callable[["Daemon"], None]) -> None:
        self._installation = installation
        self._on_first_round = on_first_round
        self.current = CurrentState()
        self._first_round = FirstRound()
        self.fleet = Fleet([self.current, self._first_round])
        self.inventory_problem: InventoryInvalid | None = None
        self.database_problems: dict[str, DatabaseUnusable] = {}
        self._revision = -1

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; then everything taken is flushed and every host is left."""
        raise_file_limit()
        store = await self._installation.open_store(read_only=False)
        try:
            self.current.load(await store.latest())
            sink = StoreSink(store)
            self.fleet.add_sink(sink)
            await self._read_table()
            with stop_on_signals() as stopped:
                await self._run_parts(sink, stopped)
        finally:
            await store.close()

    async def _run_parts(self, sink: StoreSink, stopped: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as parts:
            tasks = [
                parts.create_task(sink.run(), name="store"),
                parts.create_task(self.fleet.run(), name="fleet"),
                parts.create_task(self._follow_file(), name="inventory file"),
                parts.create_task(self._follow_table(), name="host table"),
                parts.create_task(self._tell(), name="first round"),
            ]
            await stopped.wait()
            log.info("stopping: leaving the hosts, writing what is left")
            for task in reversed(tasks):
                task.cancel()

    async def _follow_file(self) -> None:
        """Bring every edit of hosts.yaml into the host table; a broken one is logged and changes nothing."""
        async for edited in watch_inventory(
            self._installation.inventory_file, environ=self._installation.environ
        ):
            is_stored = await self._keep(edited)
            while not is_stored:
                await asyncio.sleep(_REVISION_SECONDS)
                is_stored = await self._keep(edited)

    async def _keep(self, edited: Inventory | InventoryInvalid) -> bool:
        return await self._with_database(self._store_edit(edited), doing="keep an edit of the inventory")

    async def _store_edit(self, edited: Inventory | InventoryInvalid) -> None:
        self._note_inventory(await asyncio.to_thread(self._sync, edited))

    def _sync(self, edited: Inventory | InventoryInvalid) -> InventoryInvalid | None:
        if isinstance(edited, InventoryInvalid):
            return None if self._installation.does_without_file() else edited
        try:
            self._installation.repository.sync_file(edited)
        except InventoryInvalid as error:
            return error
        return None

    def _note_inventory(self, problem: InventoryInvalid | None) -> None:
        if problem is not None:
            log.error("the inventory has errors; the last good one stays in force")
            for each in problem.problems:
                log.error("%s", each)
        elif self.inventory_problem is not None:
            log.info("the inventory is good again")
        self.inventory_problem = problem

    async def _follow_table(self) -> None:
        """Apply the host table's changes, whoever made them: the file, this process or another."""
        while True:
            await asyncio.sleep(_REVISION_SECONDS)
            await self._with_database(self._read_table(), doing="read the hosts")

    async def _with_database(self, work: Awaitable[None], *, doing: str) -> bool:
        """Whether the work could be done; its failing and its working again is logged once each.

        A full disk can still be read: each kind of work has its own failure.
        """
        try:
            await work
        except DatabaseUnusable as error:
            if doing not in self.database_problems:
                log.error("the hosts stay as they are for now, cannot %s: %s", doing, error)
            self.database_problems[doing] = error
            return False
        if self.database_problems.pop(doing, None) is not None:
            log.info("the database works again")
        return True

    async def _read_table(self) -> None:
        revision = await asyncio.to_thread(self._installation.repository.revision)
        if revision != self._revision:
            self._revision = revision
            self._apply(await asyncio.to_thread(self._installation.hosts))

    def _apply(self, hosts: Mapping[str, HostSpec]) -> None:
        before = self.fleet.hosts
        if not before:
            self._first_round.expect(host for host in hosts.values() if is_polled(host))
        self.fleet.apply(hosts)
        for name in before.keys() - hosts.keys():
            self.current.forget(name)
        log.info("inventory: %d hosts (%d before)", len(hosts), len(before))

    async def _tell(self) -> None:
        """Tell when the first round is over, then spare the garbage collector what is there to stay."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_first_round_seconds(self.fleet.hosts)):
                await self._first_round.over.wait()
        self._on_first_round(self)
        calm_garbage_collector()


def _first_round_seconds(hosts: Mapping[str, HostSpec]) -> float:
    slowest = max((host.interval + host.timeout for host in hosts.values()), default=0.0)
    return min(_ROUND_AT_MOST_SECONDS, 5.0 + slowest) + len(hosts) / 50


def calm_garbage_collector() -> None:
    """Spare the collector what is there to stay, and let it look less often: polls make no cycles."""
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.collect()
    gc.freeze()


def raise_file_limit() -> None:
    """Let this process open as many files as it may: each host takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
