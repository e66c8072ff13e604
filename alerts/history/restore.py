"""Alerts after a restart: what the engine must know of those that were open or fired lately."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select

from alerts.engine.changes import About, AlertKey
from alerts.engine.ledger import Entry
from alerts.engine.machine import FLAP_SECONDS, AlertStatus
from alerts.history.filter import is_open
from alerts.notice import Reading
from alerts.revision import ALERTS
from alerts.rules.rule import Rule
from alerts.severity import Severity
from alerts.states import AlertState, Resolution
from alerts.tables import AlertRow
from foundation.times import utc_time
from metrics.catalog import identity
from metrics.results import Labels, TopProcesses


def open_entries(
    engine: Engine,
    *,
    now: float,
    find_rule: Callable[[str], Rule | None],
    seen_at: Callable[[str], float | None],
) -> dict[AlertKey, Entry]:
    """The entries of all alerts that are open or fired within `FLAP_SECONDS`; synchronous.

    `seen_at`: when a host last gave a result before the restart (unix seconds), None if unknown.
    """
    recently = utc_time(now) - timedelta(seconds=FLAP_SECONDS)
    query = (
        select(AlertRow).where(or_(is_open(), col(AlertRow.fired_at) > recently)).order_by(col(AlertRow.id))
    )
    with Session(engine) as session:
        rows = list(session.exec(query))
    entries: dict[AlertKey, Entry] = {}
    # An alert that fired several times has several rows: in the order of their ids the last one counts, and
    # takes the earlier firings with it, so that flapping is seen across a restart.
    for row in rows:
        key = _key(row)
        before = entries.get(key)
        firings = () if before is None else before.status.firings
        entries[key] = _entry(row, firings, find_rule(row.rule), seen_at(row.host))
    return {key: entry for key, entry in entries.items() if entry.is_open or entry.status.firings}


def end_superseded(engine: Engine, *, now: float) -> None:
    """End open alerts about a thing of which a newer one is open, say of a former mount; synchronous."""
    with Session(engine) as session, session.begin():
        ALERTS.lock(session)
        rows = list(session.exec(select(AlertRow).where(is_open()).order_by(col(AlertRow.id))))
        newest = {_key(row): row.id for row in rows}
        superseded_rows = [row for row in rows if newest[_key(row)] != row.id]
        if superseded_rows:
            ALERTS.bump(session)
        for row in superseded_rows:
            row.state, row.resolution = AlertState.RESOLVED, Resolution.GONE.value
            row.resolved_at = utc_time(now)
            row.revision = ALERTS.read(session)


def acknowledgements(engine: Engine) -> dict[AlertKey, bool]:
    """Whether each open alert is acknowledged; synchronous."""
    with Session(engine) as session:
        rows = session.exec(select(AlertRow).where(is_open()))
        return {_key(row): row.acknowledged_at is not None for row in rows}


def _key(row: AlertRow) -> AlertKey:
    return AlertKey(row.rule, row.host, identity(_labels(row)))


def _labels(row: AlertRow) -> Labels:
    return tuple(sorted(row.labels.items()))


def _entry(row: AlertRow, firings: tuple[float, ...], rule: Rule | None, seen_at: float | None) -> Entry:
    fired_at = None if row.fired_at is None else row.fired_at.timestamp()
    since = row.since.timestamp()
    status = AlertStatus(
        state=AlertState(row.state),
        since=since,
        seen_at=max(since, seen_at or since),
        fired_at=fired_at,
        firings=firings if fired_at is None else (*firings, fired_at),
        is_acknowledged=row.acknowledged_at is not None,
    )
    if rule is not None:
        rule = replace(
            rule, severity=Severity(row.severity)
        )  # as it was told: the engine sees the difference
    notified_at = row.notified_at.timestamp() if row.notified_at is not None else fired_at or since
    about = _about(row)
    return Entry(
        status,
        rule,
        lambda: about,
        notified_at=notified_at,
        is_escalated=row.escalated_at is not None,
        begun_at=fired_at or since,
    )


def _about(row: AlertRow) -> About:
    return About(
        labels=_labels(row),
        tags=dict(row.tags),
        reason=row.reason,
        detail=row.detail,
        readings=msgspec.convert(row.readings, tuple[Reading, ...]),
        members=tuple(row.members),
        top=None if row.top is None else msgspec.convert(row.top, TopProcesses),
    )
