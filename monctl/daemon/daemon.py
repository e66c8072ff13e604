"""The daemon: builds the parts, hands each what it needs, runs them in one TaskGroup."""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from foundation.mishaps import Mishaps
from foundation.pause import pause
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.errors import StoreUnavailable
from metrics.store import MetricStore
from metrics.stores.sink import StoreSink
from metrics.stores.spool.spool import Spool
from monctl.daemon.alerting.alerting import Alerting
from monctl.daemon.alerting.series import AlertSeries, TakesTaggedPoints
from monctl.daemon.first_round import FirstRound, first_round_seconds
from monctl.daemon.inventory_follower import InventoryFollower
from monctl.daemon.poller_liveness import PollerLiveness
from monctl.daemon.process import calm_garbage_collector, raise_file_limit, share_interpreter
from monctl.daemon.signals import stop_on_signals
from monctl.daemon.web.front import WebFront
from monctl.installation import Installation
from monctl.private_files import guard_files, warn_of_open_keys
from poller.fleet import Fleet, is_polled
from poller.push.intake import PushIntake
from poller.push.quiet_hosts import QuietHostWatch

_REMEMBER_SECONDS = 15.0
_LEAVE_SECONDS = 1.5
_WRITERS = ("store", "alerts")
"""The parts that write what all the others hand them, and so are stopped last."""

log = logging.getLogger(__name__)


class Daemon:
    """Everything that runs in one `monctl poll`.

    `on_first_round` is called once, when every host has given its first result or some time has passed.
    `sock`: where API and dashboard are served, None for nowhere.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        on_first_round: Callable[["Daemon"], None],
        sock: socket.socket | None = None,
    ) -> None:
        self._installation = installation
        self._on_first_round = on_first_round
        self._sock = sock
        self._first_round = FirstRound()
        self._liveness = PollerLiveness(self._is_polled)
        self._alerting: Alerting | None = None
        self.current = CurrentState()
        self.fleet = Fleet([self.current, self._first_round, self._liveness])
        self._mishaps = Mishaps(log)
        self.follower = InventoryFollower(installation, self._apply, mishaps=self._mishaps)

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """The hosts as last applied, by name."""
        return self.fleet.hosts

    async def refresh(self) -> None:
        """Have the host table read at once."""
        self.follower.wake()

    async def run(self) -> None:
        """Run until SIGINT or SIGTERM; then everything taken is flushed and every host is left."""
        raise_file_limit()
        share_interpreter()
        store = await self._installation.open_store(read_only=False)
        try:
            await self._load_last_known(store)
            sink = StoreSink(store, self._spool())
            self.fleet.add_sink(sink)
            self._alerting = alerting = Alerting(
                self._installation, current=self.current, store=store, mishaps=self._mishaps
            )
            self.fleet.add_sink(alerting.engine)
            # hosts before alerts: alerts of hosts that are gone are ended at the start
            await self.follower.read_table()
            await asyncio.to_thread(guard_files, self._installation)
            await alerting.start()
            with stop_on_signals() as stop:
                await run_parts(self._parts(store, sink, alerting), stop)
        finally:
            await store.close()

    def _spool(self) -> Spool:
        installation = self._installation
        return Spool(installation.spool_path, max_bytes=installation.settings.metrics.spool.max_size)

    async def _load_last_known(self, store: MetricStore) -> None:
        """Take up what is last known of the hosts; a store that is away now keeps nobody from polling."""
        try:
            async with asyncio.timeout(_REMEMBER_SECONDS):
                self.current.load(await store.latest())
        except (StoreUnavailable, TimeoutError) as error:
            log.error("what the metric store knows of the hosts is unknown for now: %s", error or "no answer")

    def _parts(
        self, store: MetricStore, sink: StoreSink, alerting: Alerting
    ) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs side by side, by name."""
        intake = PushIntake(self.fleet.emit, self.current, sink.wait_until_written)
        silence = QuietHostWatch(intake, self.fleet.emit, self.current, hosts=lambda: self.hosts)
        front = None if self._sock is None else self._web(self._sock, store, sink, intake, alerting)
        parts = {
            "store": sink.run(),
            **alerting.parts(),
            "fleet": self.fleet.run(),
            "silent hosts": silence.run(),
            "inventory file": self.follower.follow_file(),
            "host table": self.follower.follow_table(),
            "first round": self._report_first_round(),
            "modes of keys": warn_of_open_keys(self.hosts),
        }
        if isinstance(store, TakesTaggedPoints):
            series = AlertSeries(alerting.repositories.book, store.write_tagged, mishaps=self._mishaps)
            parts["alert states"] = series.run()
        return parts if front is None else parts | front.parts()

    def _web(
        self,
        sock: socket.socket,
        store: MetricStore,
        sink: StoreSink,
        intake: PushIntake,
        alerting: Alerting,
    ) -> WebFront:
        front = WebFront(
            self._installation,
            sock,
            fleet=self,
            store=store,
            alerts=alerting.repositories,
            silences=alerting.silences,
            connector=self.fleet.connector,
            push=intake,
            sink=sink,
            readiness={
                "inventory": lambda: None,  # without one the daemon does not start
                "database": self.follower.database_problem,
                "alerts": lambda: "alerts cannot be written" if alerting.is_failing else None,
                "store": lambda: sink.problem() or store.problem,
                "poller": lambda: self._liveness.problem(filter(is_polled, self.hosts.values())),
            },
            mishaps=self._mishaps,
        )
        self.fleet.add_sink(front.live)
        self.fleet.add_sink(front.poll_log)
        self.fleet.add_sink(front.polls)
        front.telemetry.watch_alerting(alerting.engine, alerting.outbox.telemetry)
        connector = self.fleet.connector
        front.telemetry.watch_starts(connector.turns)
        front.telemetry.watch_reads(lambda: connector.hanging_reads)
        return front

    def _is_polled(self, name: str) -> bool:
        host = self.hosts.get(name)
        return host is not None and is_polled(host)

    def _apply(self, hosts: Mapping[str, HostSpec]) -> None:
        before = self.fleet.hosts
        if not before:
            self._first_round.expect(host for host in hosts.values() if is_polled(host))
        self.fleet.apply(hosts)
        if self._alerting is not None:
            self._alerting.apply_hosts(hosts)
        for name in before.keys() - hosts.keys():
            self.current.forget(name)
        log.info("inventory: %d hosts (%d before)", len(hosts), len(before))

    async def _report_first_round(self) -> None:
        """Call `on_first_round` when the first round is over, then calm the garbage collector."""
        await pause(self._first_round.over, first_round_seconds(self.fleet.hosts))
        self._on_first_round(self)
        calm_garbage_collector()


async def run_parts(parts: Mapping[str, Coroutine[Any, Any, None]], stop: asyncio.Event) -> None:
    """Run these parts, named for their tasks, until `stop` is set; writers are stopped after all others."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part, name=name) for name, part in parts.items()]
        await stop.wait()
        log.info("stopping: leaving the hosts, writing what is left")
        await _stop([task for task in reversed(tasks) if task.get_name() not in _WRITERS])
        await _stop([task for task in tasks if task.get_name() in _WRITERS])


async def _stop(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks and give them a moment to end, so that their last results reach the writers."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
