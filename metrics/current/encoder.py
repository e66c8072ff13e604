"""The JSON of `metrics.current.view`, made fast: what changes only with a result is encoded once for each."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from foundation.times import rfc3339
from metrics.current.host_state import HostState, host_state
from metrics.current.state import LastKnown
from metrics.current.summary import summary_points
from metrics.current.view import metrics_view, top_view
from metrics.results import Outcome, Point

_STATES = {state: msgspec.json.encode(state) for state in HostState}
_REASONS = {None: b"null"} | {reason: msgspec.json.encode(reason) for reason in Outcome}
_SPARE_HOSTS = 100


class CurrentEncoder:
    """Encodes one host at a time, in the event loop's thread alone; keeps each host's JSON.

    Every part is held together with the object that it was made from: the current state replaces these
    objects, and never changes one, so that a part is good as long as its object is the same.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _HostJson] = {}

    def host(
        self,
        name: str,
        last_known: LastKnown | None,
        *,
        now: float,
        interval: float,
        timeout: float,
        paused: bool,
        tags: Mapping[str, str],
        measurements: Collection[str] | None = None,
        is_summary: bool = False,
    ) -> bytes:
        """One member of the view's `hosts`; the arguments are those of `Watched` and `current_view`."""
        host_json = self._hosts.get(name)
        if host_json is None:
            host_json = self._hosts[name] = _HostJson(name)
        view = host_state(
            None if last_known is None else last_known.last,
            now=now,
            interval=interval,
            timeout=timeout,
            paused=paused,
            consecutive_failures=0 if last_known is None else last_known.failures,
            ok_time=None if last_known is None else last_known.ok_time,
        )
        middle, end = host_json.parts(last_known, tags, measurements, is_summary=is_summary)
        age = msgspec.json.encode(view.age_seconds)
        return b"".join(
            (host_json.start, _STATES[view.state], b',"reason":', _REASONS[view.reason], middle, age, end)
        )

    def forget_others(self, hosts: Collection[str]) -> None:
        """Drop the JSON of hosts that are not among these, once there are many of them."""
        if len(self._hosts) > len(hosts) + _SPARE_HOSTS:
            for name in [name for name in self._hosts if name not in hosts]:
                del self._hosts[name]


def join_hosts(hosts: Iterable[bytes], *, now: float) -> bytes:
    """The whole document of these hosts."""
    return b"".join((b'{"time":"', rfc3339(now).encode(), b'","hosts":[', b",".join(hosts), b"]}"))


class _HostJson:
    """One host's JSON: `start`, and what follows the reason and the age.

    `_groups`: for full and summary, measurement -> (its points, their member of `metrics`).
    """

    __slots__ = ("_ends", "_groups", "_last", "_middle", "_tags", "start")

    def __init__(self, name: str) -> None:
        self.start = b'{"host":' + msgspec.json.encode(name) + b',"state":'
        self._last: object = self  # no result at all, so that the first call makes every part
        self._tags: Mapping[str, str] = {}
        self._middle = b""
        self._ends: dict[bool, bytes] = {}
        self._groups: tuple[dict[str, tuple[list[Point], bytes]], ...] = ({}, {})

    def parts(
        self,
        last_known: LastKnown | None,
        tags: Mapping[str, str],
        measurements: Collection[str] | None,
        *,
        is_summary: bool,
    ) -> tuple[bytes, bytes]:
        """What is between reason and age, and what follows the age."""
        last = None if last_known is None else last_known.last
        if last is not self._last or tags is not self._tags:
            self._last, self._tags = last, tags
            self._middle = _middle(last_known)
            self._ends.clear()
        if measurements is not None:
            return self._middle, self._end(last_known, measurements, is_summary=is_summary)
        end = self._ends.get(is_summary)
        if end is None:
            end = self._ends[is_summary] = self._end(last_known, None, is_summary=is_summary)
        return self._middle, end

    def _end(
        self, last_known: LastKnown | None, measurements: Collection[str] | None, *, is_summary: bool
    ) -> bytes:
        top = None if last_known is None or is_summary else last_known.top
        facts = None if last_known is None or is_summary else last_known.facts
        members = {} if last_known is None else self._members(last_known, measurements, is_summary=is_summary)
        return b"".join(
            (
                b',"tags":',
                msgspec.json.encode(dict(self._tags)),
                b',"metrics":{',
                b",".join(member for member in members if member),
                b'},"errors":',
                msgspec.json.encode({} if last_known is None else dict(last_known.errors)),
                b',"top_processes":',
                msgspec.json.encode(None if top is None else top_view(top)),
                b',"facts":',
                msgspec.json.encode(facts),
                b"}",
            )
        )

    def _members(
        self, last_known: LastKnown, measurements: Collection[str] | None, *, is_summary: bool
    ) -> list[bytes]:
        members_by_measurement = self._groups[is_summary]
        members = []
        for measurement, points in last_known.points.items():
            if measurements is not None and measurement not in measurements:
                continue
            entry = members_by_measurement.get(measurement)
            if entry is None or entry[0] is not points:
                entry = members_by_measurement[measurement] = points, _member(points, is_summary=is_summary)
            members.append(entry[1])
        return members


def _middle(last_known: LastKnown | None) -> bytes:
    document: dict[str, Any] = {"detail": "", "time": None, "ok_time": None}
    if last_known is not None:
        ok_time = None if last_known.ok_time is None else rfc3339(last_known.ok_time)
        document = {
            "detail": last_known.last.detail,
            "time": rfc3339(last_known.last.time),
            "ok_time": ok_time,
        }
    return b"," + msgspec.json.encode(document)[1:-1] + b',"age_seconds":'


def _member(points: list[Point], *, is_summary: bool) -> bytes:
    """`"measurement":[…]`, or nothing where the summary has none of it."""
    view = metrics_view(summary_points(points) if is_summary else points, None)
    return msgspec.json.encode(view)[1:-1]
