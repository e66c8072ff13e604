"""The fleet as the API shows it: from memory in the daemon, from the store beside it or without it."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from inventory.host import HostSpec
from metrics.current.state import CurrentState
from metrics.current.view import ShownHost, current_view
from metrics.store import Latest, MetricStore


async def stored_view(
    store: MetricStore, hosts: Mapping[str, HostSpec], *, now: float | None = None
) -> dict[str, Any]:
    """The `GET /metrics/current` document of these hosts, from the store; `now` in unix seconds."""
    return latest_view(await store.latest(hosts), hosts, now=now)


def latest_view(
    latest: Iterable[Latest], hosts: Mapping[str, HostSpec], *, now: float | None = None
) -> dict[str, Any]:
    """The same document, of latest states that have been read already."""
    current = CurrentState()
    current.load(latest)
    return view_of(current, hosts, now=time.time() if now is None else now)


def view_of(current: CurrentState, hosts: Mapping[str, HostSpec], *, now: float) -> dict[str, Any]:
    """The `GET /metrics/current` document of these hosts, from memory, by name."""
    return current_view([_watched(current, hosts[name]) for name in sorted(hosts)], now=now)


def _watched(current: CurrentState, host: HostSpec) -> ShownHost:
    return ShownHost(
        host=host.name,
        interval=host.interval,
        timeout=host.timeout,
        paused=host.paused,
        tags=host.tags,
        latest=current.get(host.name),
        consecutive_failures=current.consecutive_failures(host.name),
    )
