"""The fleet in a process that does not poll: read from the host table and the metric store."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from foundation.mishaps import Mishaps
from foundation.outage import Outage
from inventory.host import Connection, HostSpec
from metrics.current.state import CurrentState
from metrics.errors import StoreError
from metrics.results import PollResult, Sink
from metrics.store import Latest, MetricStore
from monctl.daemon.poller_liveness import PollerLiveness

_LOOK_SECONDS = 1.5
_PART = "current values"
_SHARE = 4
"""Pauses are so many times as long as the look before: looks take a fifth of the time at most."""

log = logging.getLogger(__name__)


class ReadOnlyFleet:
    """Hosts as applied, current values as stored; every result that is new goes to the sinks.

    `wake` is called when somebody changed the host table.
    """

    def __init__(
        self, store: MetricStore, *, wake: Callable[[], None], mishaps: Mishaps | None = None
    ) -> None:
        self._mishaps = mishaps or Mishaps(log)
        self._mishaps.expect(_PART)
        self._store = store
        self._sinks: list[Sink] = []
        self._wake = wake
        self._hosts: Mapping[str, HostSpec] = {}
        self._liveness = PollerLiveness(self._is_polled)
        self._outage = Outage(
            log,
            begins="current values stay as they are, the metric store cannot be read",
            ends="current values can be read from the metric store again",
        )
        self.current = CurrentState()

    @property
    def hosts(self) -> Mapping[str, HostSpec]:
        """The hosts, by name."""
        return self._hosts

    @property
    def is_failing(self) -> bool:
        """The store cannot be read at present."""
        return self._outage.is_on

    def add_sink(self, sink: Sink) -> None:
        """Hand every new result to this sink too."""
        self._sinks.append(sink)

    def poller_problem(self) -> str | None:
        """Why nothing new may come; None while it does."""
        polled = (host for name, host in self._hosts.items() if self._is_polled(name))
        problem = self._liveness.problem(polled)
        return None if problem is None else f"{problem}: does monctl poll run?"

    def apply(self, hosts: Mapping[str, HostSpec]) -> None:
        """Show these hosts from now on."""
        for name in self._hosts.keys() - hosts.keys():
            self.current.forget(name)
        self._hosts = dict(hosts)

    async def refresh(self) -> None:
        """Have the host table read soon."""
        self._wake()

    async def run(self) -> None:
        """Take over what the polling process stores, until cancelled."""
        while True:
            started = time.monotonic()
            with self._mishaps.survived(_PART):
                await self.look()
            await asyncio.sleep(max(_LOOK_SECONDS, _SHARE * (time.monotonic() - started)))

    async def look(self) -> None:
        """Take over what is new in the store; a store that fails is tried again at the next look."""
        try:
            latest_states = await self._store.latest(self._hosts)
        except StoreError as error:
            self._outage.failed(error)
            return
        self._outage.worked()
        for latest in latest_states:
            last_result = self.current.get(latest.host)
            if last_result is None or last_result.time != latest.time:
                self._accept(latest)

    def _is_polled(self, name: str) -> bool:
        host = self._hosts.get(name)
        return host is not None and not host.paused and host.connection is not Connection.PUSH

    def _accept(self, latest: Latest) -> None:
        result = PollResult(
            host=latest.host,
            time=latest.time,
            outcome=latest.outcome,
            duration=0.0,
            points=latest.points,
            detail=latest.detail,
            tags=latest.tags,
            errors=latest.errors,
            top=latest.top,
            facts=latest.facts,
        )
        self.current.accept(result)
        self._liveness.accept(result)
        for sink in self._sinks:
            sink.accept(result)
