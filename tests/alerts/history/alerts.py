"""Alerts to be put into a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from alerts.notice import Reading
from alerts.revision import ALERTS
from alerts.severity import Severity
from alerts.states import AlertState, Resolution
from alerts.tables import AlertRow
from metrics.results import TopProcess, TopProcesses

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When every alert begins, unless told otherwise."""

BUSY = Reading(
    text="cpu.usage_active > 90",
    metric="cpu.usage_active",
    value=97.34,
    operator=">",
    threshold=90.0,
    unit="percent",
    labels={"cpu": "cpu-total"},
)
TOP = TopProcesses(by_cpu=(TopProcess(12, "root", "burn", 99.5, 1024),))


def at(minutes: float) -> datetime:
    """Minutes after the start."""
    return START + timedelta(minutes=minutes)


def alert(rule: str = "cpu-busy", host: str = "web-1", **fields: Any) -> AlertRow:
    """An alert that fires; it is pending or resolved where `state` says so."""
    state = fields.pop("state", AlertState.FIRING)
    given: dict[str, Any] = {
        "rule": rule,
        "host": host,
        "state": state.value,
        "severity": Severity.WARNING.value,
        "since": START,
        "fired_at": None if state is AlertState.PENDING else at(5),
        "readings": msgspec.to_builtins([BUSY]),
    }
    if state is AlertState.RESOLVED:
        given |= {"resolved_at": at(30), "resolution": Resolution.CLEARED.value, "cleared_readings": []}
    return AlertRow(**(given | fields))


def store(engine: Engine, *rows: AlertRow) -> list[int]:
    """Put them in, each as a change of its own; their ids."""
    numbers = []
    for row in rows:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            ALERTS.lock(session)
            ALERTS.bump(session)
            row.revision = ALERTS.read(session)
            session.add(row)
        numbers.append(row.id or 0)
    return numbers
