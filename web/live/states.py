"""Noticing that a host's state or the inventory has changed."""

from collections.abc import Mapping

from inventory.host import HostSpec
from metrics.current.host_state import HostState, HostStateView, host_state
from metrics.current.state import CurrentState
from web.live.events import InventoryChange, LiveEvent, StateChange
from web.live.slices import Slices


class StateWatch:
    """Compares the fleet with what it was at the last look; the first look finds nothing."""

    def __init__(self) -> None:
        self._hosts: Mapping[str, HostSpec] | None = None
        self._states: dict[str, HostState] = {}

    @property
    def has_looked(self) -> bool:
        """There is something to compare with."""
        return self._hosts is not None

    async def look(
        self, hosts: Mapping[str, HostSpec], current: CurrentState, *, now: float
    ) -> list[LiveEvent]:
        """What has changed; `now` in unix seconds."""
        before, events, slices = self._hosts, [], Slices()
        change = None if before is None else _change(before, hosts, now)
        states: dict[str, HostState] = {}
        for name, host in hosts.items():
            view, detail = _view(host, current, now)
            states[name] = view.state
            previous = self._states.get(name)
            if before is not None and previous is not view.state:
                events.append(StateChange(now, host, view, detail, previous))
            await slices.rest()
        self._hosts, self._states = dict(hosts), states
        return [*([change] if change else []), *events]


def _view(host: HostSpec, current: CurrentState, now: float) -> tuple[HostStateView, str]:
    last_known = current.last_known(host.name)
    view = host_state(
        None if last_known is None else last_known.last,
        now=now,
        interval=host.interval,
        timeout=host.timeout,
        paused=host.paused,
        consecutive_failures=0 if last_known is None else last_known.failures,
        ok_time=None if last_known is None else last_known.ok_time,
    )
    return view, "" if last_known is None else last_known.last.detail


def _change(
    before: Mapping[str, HostSpec], after: Mapping[str, HostSpec], now: float
) -> InventoryChange | None:
    hosts_before = {name: host for name, host in before.items() if _differs(host, after.get(name))}
    hosts_after = {name: host for name, host in after.items() if _differs(host, before.get(name))}
    return InventoryChange(now, hosts_before, hosts_after) if hosts_before or hosts_after else None


def _differs(host: HostSpec, other: HostSpec | None) -> bool:
    return host is not other and host != other
