"""The text that Prometheus reads, made outside the event loop's thread."""

import asyncio
from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from inventory.host import HostSpec
from metrics.current.host_state import host_state
from metrics.current.state import CurrentState
from web.prometheus.fleet_text import HostRow, fleet_text
from web.prometheus.text import Format

SHARED_SECONDS = 1.0
_SLICE_HOSTS = 500


class Exposition:
    """Makes expositions, one at a time; each is the answer to every request within a second."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._turn = asyncio.Lock()
        self._texts: dict[Format, tuple[float, bytes]] = {}

    async def body(
        self, hosts: Mapping[str, HostSpec], current: CurrentState, *, now: float, form: Format
    ) -> bytes:
        """The fleet at `now` (unix seconds), or up to a second before, and monctl itself."""
        async with self._turn:
            entry = self._texts.get(form)
            if entry is None or not 0 <= now - entry[0] < SHARED_SECONDS:
                rows = await _rows(hosts, current, now)
                entry = self._texts[form] = now, await asyncio.to_thread(self._exposition, rows, form)
        return entry[1]

    def _exposition(self, rows: Sequence[HostRow], form: Format) -> bytes:
        fleet = fleet_text(rows, form).encode("utf-8", "replace")
        if form is Format.TEXT:
            return fleet + generate_latest(self._registry)
        own: bytes = openmetrics.generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return fleet + own


async def _rows(hosts: Mapping[str, HostSpec], current: CurrentState, now: float) -> list[HostRow]:
    """The hosts' current values, copied so that another thread can read them."""
    rows = []
    for number, (name, host) in enumerate(sorted(hosts.items()), 1):
        last_known = current.last_known(name)
        view = host_state(
            None if last_known is None else last_known.last,
            now=now,
            interval=host.interval,
            timeout=host.timeout,
            paused=host.paused,
            consecutive_failures=0 if last_known is None else last_known.failures,
            ok_time=None if last_known is None else last_known.ok_time,
        )
        points = () if last_known is None else tuple(last_known.points.values())
        rows.append(HostRow(name, host.tags, view.state, view.age_seconds, points))
        if not number % _SLICE_HOSTS:
            await asyncio.sleep(0)
    return rows
