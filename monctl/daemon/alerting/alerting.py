"""Alerts in the daemon: engine, recorder and outbox, and what follows rules, channels and silences."""

import asyncio
import logging
import socket
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.charts.source import ChartSource
from alerts.engine.backfill import backfill
from alerts.engine.changes import AlertChange, ChangeKind
from alerts.engine.engine import AlertEngine
from alerts.history.recorder import Recorder
from alerts.history.restore import end_superseded, open_entries
from alerts.history.writer import AlertWriter
from alerts.messages.compose import compose
from alerts.messages.message import Message
from alerts.notice import Notice
from alerts.outbox.repository import OutboxRepository
from alerts.outbox.settings import OutboxSettings
from alerts.outbox.worker import Outbox
from alerts.repositories import AlertRepositories
from alerts.rules.rule import Rule
from alerts.silences.book import SilenceBook
from alerts.tables import AlertRow
from foundation.database.errors import DatabaseUnusable
from foundation.mishaps import Mishaps
from foundation.times import utc_now
from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.store import MetricStore
from monctl.daemon.alerting.repositories import open_alert_repositories
from monctl.daemon.alerting.settings_follower import AlertFollower
from monctl.installation import Installation
from monctl.settings.settings import Settings

_LOOK_SECONDS = 1.0
_BACKFILL_SECONDS = 20.0
_PURGE_EVERY_SECONDS = 3600.0
_CLOCK, _WINDOWS, _CHANNELS = "alert clock", "alert windows", "channels"
_LOGGED = frozenset({ChangeKind.FIRING, ChangeKind.RESOLVED})

log = logging.getLogger(__name__)


class Alerting:
    """Alerts of one daemon. `engine` is a sink for every result, after `current`; `parts()` has to run.

    Before the first result: `apply_hosts`, then `start`. `is_failing`: alerts cannot be written at present.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        current: CurrentState,
        store: MetricStore,
        mishaps: Mishaps | None = None,
    ) -> None:
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(_CLOCK, _WINDOWS, _CHANNELS)
        settings = installation.settings
        self._installation = installation
        self._current = current
        self._store = store
        self._repositories = open_alert_repositories(installation)
        # one place: a wish that waits already covers every later one
        self._backfills: asyncio.Queue[None] = asyncio.Queue(1)
        self.silences = SilenceBook()
        self.recorder = Recorder(
            # Asked at each write: the follower is made below, and its channels change.
            AlertWriter(installation.engine, channels=lambda: self._follower.severities),
            on_written=self._wake_outbox,
            unavailable=(DatabaseUnusable,),
        )
        self.engine = AlertEngine(
            self._record,
            current=current,
            is_full=self.recorder.is_full,
            is_host_full=self.recorder.is_host_full,
            refires_a_day=lambda: installation.settings.alerts.refires_a_day,
        )
        self.notifier = AppriseNotifier(addresses=settings.alerts.address_policy)
        self.outbox = Outbox(
            OutboxRepository(installation.engine),
            self._repositories.channels,
            self.notifier,
            # the end of it, where two data directories differ; the column holds 255 characters
            owner=f"{socket.gethostname()}:{installation.data_dir}"[-255:],
            compose=self._compose,
            draw=ChartSource(store, time.time).charts,
            silenced_by=self.silences.silenced_by,
            settings=OutboxSettings(
                group_wait_seconds=settings.alerts.group_wait, retention_seconds=settings.alerts.history
            ),
            unavailable=(DatabaseUnusable,),
        )
        self._follower = AlertFollower(
            installation,
            self._repositories,
            self.engine,
            self.silences,
            on_rules=self._ask_for_backfill,
            on_channels=self.outbox.retry,
            on_change=self.outbox.wake,
            mishaps=self._mishaps,
        )
        self._link_base = link_base(settings)

    @property
    def repositories(self) -> AlertRepositories:
        """Rules, channels, silences and alerts."""
        return self._repositories

    @property
    def is_failing(self) -> bool:
        """Alerts cannot be written at present."""
        return self.recorder.is_failing

    def wake(self) -> None:
        """Look at rules, channels and silences now rather than within the second."""
        self._follower.wake()

    def apply_hosts(self, hosts: Mapping[str, HostSpec]) -> None:
        """Watch these hosts from now on."""
        self.engine.apply_hosts(hosts, time.time())

    async def start(self) -> None:
        """Take up rules, and the alerts from before a restart; raises DatabaseUnusable and AlertsInvalid.

        1. The rules of monctl.yaml are brought into the table, and the rules in force read.
        2. Alerts that were open are restored, and those whose rule or host is no more are ended.
        3. Functions over time are given their past, for a bounded time.
        """
        await self._follower.begin()
        now = time.time()
        await asyncio.to_thread(end_superseded, self._installation.engine, now=now)
        entries = await asyncio.to_thread(
            open_entries, self._installation.engine, now=now, find_rule=self._rule, seen_at=self._seen_at
        )
        for key, entry in entries.items():
            self.engine.restore(key, entry)
        self.engine.settle(now)
        await self._fill_windows()

    def parts(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs, by name."""
        return {
            "alerts": self.recorder.run(),
            "outbox": self.outbox.run(),
            "alert clock": self._run_clock(),
            "alert rules": self._follower.follow_tables(),
            "settings file": self._follower.follow_file(),
            "alert windows": self._run_backfills(),
            "channels": self._warm_up_safely(),
        }

    def _rule(self, name: str) -> Rule | None:
        return next((one.rule for one in self.engine.rules if one.name == name), None)

    def _seen_at(self, host: str) -> float | None:
        # For pending alerts: after a long gap nobody knows whether their condition held; `for` begins anew.
        last_known = self._current.last_known(host)
        return None if last_known is None else last_known.last.time

    def _record(self, change: AlertChange) -> None:
        self.recorder.put(change)
        if change.kind in _LOGGED:
            key = change.key
            labels = "".join(f" {name}={value}" for name, value in change.labels)
            log.info(
                "%s: alert %s: %s%s",
                key.host or "poller",
                change.kind,
                key.rule,
                labels,
                extra={"host": key.host, "reason": key.rule},
            )

    def _wake_outbox(self, _rows: Sequence[AlertRow]) -> None:
        self.outbox.wake()

    def _compose(self, notices: Sequence[Notice], now: float, limit: int | None = None) -> Message:
        return compose(notices, now=now, link_base=self._link_base, limit=limit)

    async def _warm_up_safely(self) -> None:
        with self._mishaps.survived(_CHANNELS):
            await self._warm_up()

    async def _warm_up(self) -> None:
        try:
            usable = await asyncio.to_thread(self._repositories.channels.all_usable)
        except DatabaseUnusable:
            return  # whoever sends finds out
        # Importing Apprise takes a while, which the first message should not have to wait for.
        await self.notifier.warm_up(usable.channels.values())

    async def _run_clock(self) -> None:
        purged_at = float("-inf")
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with self._mishaps.survived(_CLOCK):
                self.engine.tick(time.time())
                # A span, unlike the tick's moment: a clock that is set back must not put it off.
                if time.monotonic() - purged_at > _PURGE_EVERY_SECONDS:
                    purged_at = time.monotonic()
                    await self._purge()

    async def _purge(self) -> None:
        before = utc_now() - timedelta(seconds=self._installation.settings.alerts.history)
        try:
            await asyncio.to_thread(self._repositories.book.purge, before)
            await asyncio.to_thread(self._repositories.silences.purge, before)
        except DatabaseUnusable as error:
            log.error("old alerts cannot be deleted for now: %s", error)

    def _ask_for_backfill(self) -> None:
        if self._backfills.empty():
            self._backfills.put_nowait(None)

    async def _run_backfills(self) -> None:
        while True:
            await self._backfills.get()
            with self._mishaps.survived(_WINDOWS):
                await self._fill_windows()

    async def _fill_windows(self) -> None:
        try:
            # The start waits for this; without their past the windows fill with new samples.
            async with asyncio.timeout(_BACKFILL_SECONDS):
                await backfill(self.engine.watches, self.engine.rules, self._store, now=time.time())
        except TimeoutError:
            log.warning("not all rules that look back were given their past in %.0f s", _BACKFILL_SECONDS)


def link_base(settings: Settings) -> str:
    """Where people reach the pages: `web.public_url`, else the address that is listened on."""
    web = settings.web
    if web.public_url is not None:
        return web.public_url
    address = web.address
    everywhere = ("", "0.0.0.0", "::")  # noqa: S104 -- compared, not listened on
    # Nobody can open a link to the address that stands for all: the machine's name stands in for it.
    host = f"{socket.getfqdn()}:{address.port}" if address.host in everywhere else str(address)
    return f"{'http' if web.tls_certificate is None else 'https'}://{host}"
