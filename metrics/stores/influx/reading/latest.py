"""What is last known of hosts: their last states, and the points that are newer than those."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from foundation.side_by_side import side_by_side
from metrics.catalog import LABELS
from metrics.errors import StoreError
from metrics.results import Outcome, Point
from metrics.stores.influx.reading.asker import Asker, Cell, Table
from metrics.stores.influx.reading.forgotten import Forgotten
from metrics.stores.influx.reading.influxql import from_time, host_parts, is_host, select
from metrics.stores.influx.reading.labelled import cast, labels_of
from metrics.stores.influx.writing.state_line import MEASUREMENT, StoredState, decode_state
from metrics.stores.retention import DAY

# Hosts that are polled have a state of the last minute. Of one that was given up long ago, looking for newer
# points would mean to read through all the time since.
LOOK_BEHIND = 600_000
"""ms: of hosts whose state is so much older than the newest one's, newer points are not looked for."""

_HOSTS_IN_A_STATEMENT = 200
_ASKED_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _HostPoint:
    """A point that was read back; `time` in ms."""

    host: str
    time: int
    point: Point


States = dict[str, StoredState]
"""By the host's name as the database knows it."""


class LatestReader:
    """Reads states; `forgotten` says what must not be given back."""

    def __init__(self, asker: Asker, forgotten: Forgotten, clock: Callable[[], float]) -> None:
        self._asker = asker
        self._forgotten = forgotten
        self._clock = clock

    async def states(self, hosts: Sequence[str] | None = None) -> States:
        """The present states of these hosts (of all that are known if None), by host."""
        states: States = {}
        for part in _parts(hosts):
            states.update(await self._read_stored_states(part))
        states = {
            host: host_state
            for host, host_state in states.items()
            if not self._is_forgotten(host, host_state)
        }
        recent = _recent(states)
        if recent:
            # Where all are asked for, no statement names them: thousands of names are too long for a URL.
            everyone = None if hosts is None else list(recent)
            since = min(states[host].state.time for host in recent)
            await self._take_newer(states, everyone, since)
        return states

    async def _read_stored_states(self, hosts: Sequence[str] | None) -> States:
        """The last states; of the last day where the server bounds what it reads for one answer."""
        try:
            return await self._asker.ask(_state_statement(hosts), _read_states)
        except StoreError as error:
            if "file limit" not in str(error):
                raise
        since = round((self._clock() - DAY) * 1000)
        return await self._asker.ask(_state_statement(hosts, since), _read_states)

    def _is_forgotten(self, host: str, host_state: StoredState) -> bool:
        until = self._forgotten.until(host)
        return until is not None and host_state.state.time <= until

    async def _take_newer(self, states: States, hosts: Sequence[str] | None, since: int) -> None:
        """Bring the points that are newer than their host's state into it, measurement by measurement."""
        state_times = {host: host_state.state.time for host, host_state in states.items()}
        turns = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def ask(measurement: str, part: Sequence[str] | None) -> list[_HostPoint]:
            async with turns:
                return await self._asker.ask(
                    _point_statement(measurement, part, since),
                    lambda tables: _read_points(tables, measurement, state_times),
                )

        questions = [ask(measurement, part) for part in _parts(hosts) for measurement in LABELS]
        for points in await side_by_side(*questions):
            _take(states, points)


def _parts(hosts: Sequence[str] | None) -> Iterable[Sequence[str] | None]:
    return [None] if hosts is None else host_parts(hosts, _HOSTS_IN_A_STATEMENT)


def _state_statement(hosts: Sequence[str] | None, since: int | None = None) -> str:
    conditions = [] if since is None else [from_time(since)]
    if hosts:
        conditions.append(is_host(hosts))
    return select('last("state") AS "state"', MEASUREMENT, conditions, 'GROUP BY "host"')


def _point_statement(measurement: str, hosts: Sequence[str] | None, since: int) -> str:
    conditions = [*([is_host(hosts)] if hosts else []), from_time(since + 1)]
    return select("*", measurement, conditions, "GROUP BY * ORDER BY time DESC LIMIT 1")


def _read_states(tables: list[Table]) -> States:
    states: States = {}
    for record in (record for table in tables for record in table.records()):
        host, text = record.get("host"), record.get("state")
        host_state = decode_state(text) if isinstance(text, str) else None
        if host_state is not None and host:
            states[str(host)] = host_state
    return states


def _recent(states: Mapping[str, StoredState]) -> Collection[str]:
    """The hosts that may have newer points."""
    newest = max((host_state.state.time for host_state in states.values()), default=0)
    return [host for host, host_state in states.items() if host_state.state.time >= newest - LOOK_BEHIND]


def _read_points(tables: list[Table], measurement: str, state_times: Mapping[str, int]) -> list[_HostPoint]:
    points: list[_HostPoint] = []
    for record in (record for table in tables for record in table.records()):
        host, at = str(record.get("host")), record.pop("time")
        if isinstance(at, int) and at > state_times.get(host, at):
            points.append(_HostPoint(host, at, _point(measurement, record)))
    return points


def _point(measurement: str, record: Mapping[str, Cell]) -> Point:
    fields = {
        name: cast(measurement, name, cell) for name, cell in record.items() if isinstance(cell, int | float)
    }
    return Point(measurement, labels_of(measurement, record), fields)


def _take(states: States, host_points: list[_HostPoint]) -> None:
    """Bring points of one measurement into the states: of each host those of its newest time."""
    newest: dict[str, int] = {}
    for one in host_points:
        newest[one.host] = max(one.time, newest.get(one.host, one.time))
    groups: dict[str, list[Point]] = {host: [] for host in newest}
    for one in sorted(host_points, key=attrgetter("point.labels")):
        if one.time == newest[one.host]:
            groups[one.host].append(one.point)
    for host, points in groups.items():
        state = states[host].state
        at = newest[host]
        state.measurements[points[0].measurement] = (at, tuple(points))
        state.time = max(state.time, at)
        if state.outcome is Outcome.OK:
            state.ok_time = max(state.ok_time, at)
