"""Current values as the API and `--json` give them: what `GET /metrics/current` answers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from foundation.times import rfc3339
from metrics.current.host_state import host_state
from metrics.current.summary import summary_points
from metrics.results import Point, TopProcess, TopProcesses
from metrics.store import Latest


class ShownHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host to show: what the inventory says of it, and what is last known (None if never polled)."""

    host: str
    interval: float
    timeout: float
    paused: bool = False
    tags: Mapping[str, str] = {}
    latest: Latest | None = None
    consecutive_failures: int = 0


def current_view(
    hosts: Iterable[ShownHost],
    *,
    now: float,
    measurements: Collection[str] | None = None,
    is_summary: bool = False,
) -> dict[str, Any]:
    """`{time, hosts: […]}`, the hosts in the order given, at `now` (unix seconds).

    `measurements`: only these (all if None). `is_summary`: only the figures of `metrics.current.summary`,
    without top processes. The values share the points' own dicts: they are to be read, not changed.
    """
    views = [_host(host, now, measurements, is_summary=is_summary) for host in hosts]
    return {"time": rfc3339(now), "hosts": views}


def _host(
    host: ShownHost, now: float, measurements: Collection[str] | None, *, is_summary: bool
) -> dict[str, Any]:
    latest = host.latest
    view = host_state(
        latest,
        now=now,
        interval=host.interval,
        timeout=host.timeout,
        paused=host.paused,
        consecutive_failures=host.consecutive_failures,
        ok_time=None if latest is None else latest.ok_time,
    )
    points: Iterable[Point] = () if latest is None else latest.points
    top = None if latest is None or is_summary else latest.top
    facts = None if latest is None or is_summary else latest.facts
    return {
        "host": host.host,
        "state": view.state.value,
        "reason": None if view.reason is None else view.reason.value,
        "detail": "" if latest is None else latest.detail,
        "time": None if latest is None else rfc3339(latest.time),
        "ok_time": None if latest is None or latest.ok_time is None else rfc3339(latest.ok_time),
        "age_seconds": view.age_seconds,
        "tags": dict(host.tags),
        "metrics": metrics_view(summary_points(points) if is_summary else points, measurements),
        "errors": {} if latest is None else dict(latest.errors),
        "top_processes": None if top is None else top_view(top),
        "facts": None if facts is None else dict(facts),
    }


def metrics_view(
    points: Iterable[Point], measurements: Collection[str] | None
) -> dict[str, list[dict[str, Any]]]:
    """The `metrics` of one host: measurement -> its points."""
    view: dict[str, list[dict[str, Any]]] = {}
    for point in points:
        if measurements is None or point.measurement in measurements:
            entry = {"labels": dict(point.labels), "fields": point.fields}
            view.setdefault(point.measurement, []).append(entry)
    return view


def top_view(top: TopProcesses) -> dict[str, list[dict[str, Any]]]:
    """The `top_processes` of one host."""
    return {
        "cpu": [_process(process) for process in top.by_cpu],
        "memory": [_process(process) for process in top.by_memory],
    }


def _process(process: TopProcess) -> dict[str, Any]:
    return {
        "pid": process.pid,
        "user": process.user,
        "name": process.name,
        "cpu_percent": process.cpu_percent,
        "rss": process.rss,
    }
