"""A bucket filled by monctl's own store: every field of the catalogue, and alerts in every state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.history.repository import AlertRepository
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.database.database import open_database
from metrics.catalog import LABELS, METRICS, FieldType, Kind
from metrics.results import Labels, Number, Outcome, Point, PollResult
from metrics.stores.influx.store import InfluxStore
from monctl.daemon.alerting.series import AlertSeries
from tests.alerts.history.alerts import alert, store
from tests.support.influx import InfluxServer

HOSTS: Mapping[str, Mapping[str, str]] = {
    "db (1).example": {"env": "prod", "role": "db"},
    "web-1": {"env": "prod"},
    "web-2": {"env": "test"},
}
"""Names of hosts and their tags; the last does not answer any more."""

DOWN = "web-2"
POLL_SECONDS = 10
_MINUTES = 12
_LABELS: Mapping[str, tuple[Labels, ...]] = {
    "cpu": ((("cpu", "cpu-total"),), (("cpu", "cpu0"),), (("cpu", "cpu1"),)),
    "disk": (
        (("device", "sda1"), ("fstype", "ext4"), ("mode", "rw"), ("path", "/")),
        (("device", "sdb1"), ("fstype", "ext4"), ("mode", "rw"), ("path", "/var/my data")),
        (("device", "composefs"), ("fstype", "overlay"), ("mode", "ro"), ("path", "/image")),
    ),
    "diskio": ((("name", "sda"),), (("name", "sdb"),)),
    "net": ((("interface", "eth0"),), (("interface", "lo"),)),
    "pressure": ((("resource", "cpu"), ("type", "some")), (("resource", "io"), ("type", "full"))),
    "temp": ((("sensor", "coretemp_core0"),),),
}
_ODD_FIELDS: Mapping[Labels, Mapping[str, Number]] = {
    (("interface", "lo"),): {"external": 0},
    (("device", "composefs"), ("fstype", "overlay"), ("mode", "ro"), ("path", "/image")): {
        "used_percent": 100.0
    },
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled bucket; `start` and `end` (unix seconds) hold everything in it."""

    server: InfluxServer
    start: float
    end: float


async def fill(server: InfluxServer, folder: Path, *, now: float) -> Filled:
    """Fill a bucket with some minutes up to `now` (unix seconds)."""
    end = now // 60 * 60
    start = end - _MINUTES * 60
    opened = await InfluxStore.open(server.target)
    try:
        for number in range(_MINUTES * 60 // POLL_SECONDS):
            time = start + number * POLL_SECONDS
            await opened.write([_result(host, time, number) for host in HOSTS])
        await _fill_alerts(opened, folder, start=start, end=end)
        assert opened.refused_points == 0
    finally:
        await opened.close()
    return Filled(server, start - 60, end)


def alert_rows(start: float) -> list[AlertRow]:
    """Alerts in every state and of every severity, and one of the poller's own."""
    begin = datetime.fromtimestamp(start, UTC)
    firing: dict[str, Any] = {"since": begin + timedelta(minutes=1), "fired_at": begin + timedelta(minutes=2)}
    resolved: dict[str, Any] = {
        "since": begin + timedelta(minutes=1),
        "fired_at": begin + timedelta(minutes=2),
        "resolved_at": begin + timedelta(minutes=5),
    }
    tags = {host: dict(tags) for host, tags in HOSTS.items()}
    return [
        alert(severity=Severity.CRITICAL.value, labels={"path": "/var"}, tags=tags["web-1"], **firing),
        alert("host-down", DOWN, severity=Severity.WARNING.value, tags=tags[DOWN], **firing),
        alert("clock-off", DOWN, severity=Severity.INFO.value, tags=tags[DOWN], **firing),
        alert("busy", "web-1", state=AlertState.PENDING, tags=tags["web-1"], since=firing["since"]),
        alert("cut-off", "", state=AlertState.RESOLVED, **resolved),
    ]


async def _fill_alerts(opened: InfluxStore, folder: Path, *, start: float, end: float) -> None:
    engine = open_database("sqlite", data_dir=folder)
    try:
        store(engine, *alert_rows(start))
        series = AlertSeries(AlertRepository(engine), opened.write_tagged, clock=lambda: end)
        await series.look()
        assert await series.flush()
    finally:
        engine.dispose()


def _result(host: str, time: float, number: int) -> PollResult:
    is_down = host == DOWN and number >= 30
    return PollResult(
        host=host,
        time=time,
        outcome=Outcome.REFUSED if is_down else Outcome.OK,
        duration=0.02,
        tags=HOSTS[host],
        points=(Point("poll", (), {"up": 0, "missed": 0}),) if is_down else tuple(_points(number)),
    )


def _points(number: int) -> Iterator[Point]:
    for measurement in LABELS:
        for labels in _LABELS.get(measurement, ((),)):
            fields = {
                metric.field: _value(metric.unit, metric.kind, metric.type, number)
                for metric in METRICS.values()
                if metric.measurement == measurement
            }
            yield Point(measurement, labels, {**fields, **_ODD_FIELDS.get(labels, {})})


def _value(unit: str, kind: Kind, type_: FieldType, number: int) -> Number:
    if unit == "bool":
        return 1
    if kind is Kind.COUNTER:
        return 1_000 + 10 * number
    value = 40.0 + number % 7
    return int(value) if type_ is FieldType.INT else value
