"""Writes the changes of alerts, and the notifications of them, in one transaction."""

import time
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from alerts.engine.changes import AlertChange, AlertKey, ChangeKind
from alerts.history.batch import ChangeBatch, beginnings
from alerts.notice import Notice, NoticeKind
from alerts.outbox.repository import notification_values
from alerts.revision import ALERTS
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.times import utc_time

_NOTICES = {
    ChangeKind.FIRING: NoticeKind.FIRING,
    ChangeKind.RESOLVED: NoticeKind.RESOLVED,
    ChangeKind.REPEAT: NoticeKind.REPEAT,
    ChangeKind.ESCALATION: NoticeKind.ESCALATION,
    ChangeKind.RULE_EDITED: NoticeKind.FIRING,
}


class AlertWriter:
    """Puts changes into the database, in order; synchronous. Writing the same change again changes nothing.

    `channels`: the least severity of each channel that there is, by name. `clock`: unix seconds, by which a
    message is due, since the clock of a host that pushes its samples may be ahead.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        channels: Callable[[], Mapping[str, Severity]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._channels = channels
        self._ids: dict[AlertKey, int] = {}

    def write(self, changes: Sequence[AlertChange]) -> list[AlertRow]:
        """Write a batch in one transaction; the alerts that changed, each once, as they are now."""
        changed_rows: dict[int, AlertRow] = {}
        try:
            # Without autoflush, which would write each change by itself.
            with Session(self._engine, expire_on_commit=False, autoflush=False) as session, session.begin():
                # First of all, so that batches of two processes get revisions in the order of their commits:
                # who follows by revision would otherwise miss the one that commits later with a lower number.
                ALERTS.lock(session)
                ALERTS.bump(session)
                revision = ALERTS.read(session)
                batch = ChangeBatch(session, changes, self._ids)
                batch.add({key: _new_row(change) for key, change in beginnings(changes, self._ids).items()})
                for change in changes:
                    row = self._write_one(session, batch, change)
                    if row is not None and row.id is not None:
                        row.revision = revision
                        changed_rows[row.id] = row
                batch.add_notifications()
        except BaseException:
            self._ids.clear()  # the rows that they name may have been rolled back
            raise
        return list(changed_rows.values())

    def _write_one(self, session: Session, batch: ChangeBatch, change: AlertChange) -> AlertRow | None:
        row = batch.find(change.key)
        match change.kind:
            case ChangeKind.PENDING:
                return _begin(batch, change) if row is None else row
            case ChangeKind.CANCELLED:
                self._cancel(session, change.key, row)
                return None
            case ChangeKind.FIRING:
                if row is None:
                    row = _begin(batch, change)
                # A batch may come again after an error: an alert that fires already is not announced twice.
                is_new = row.state != AlertState.FIRING
                _fire(row, change)
                return self._with_notifications(batch, row, change) if is_new else row
        if row is None:
            return None
        if change.kind is ChangeKind.RESOLVED:
            _resolve(row, change)
            self._ids.pop(change.key, None)
        elif change.kind is ChangeKind.REPEAT:
            row.notified_at = utc_time(change.time)
        elif change.kind is ChangeKind.RULE_EDITED:
            row.severity = row.severity if change.rule is None else change.rule.severity
        else:
            row.escalated_at = utc_time(change.time)
        return self._with_notifications(batch, row, change)

    def _cancel(self, session: Session, key: AlertKey, row: AlertRow | None) -> None:
        self._ids.pop(key, None)
        if row is not None and row.state == AlertState.PENDING:
            session.delete(row)

    def _with_notifications(self, batch: ChangeBatch, row: AlertRow, change: AlertChange) -> AlertRow:
        """The alert, after notifications of the change were put into the outbox."""
        notice = _notice(row, change)
        now = utc_time(self._clock())
        told = batch.told(notice.alert_id)
        channels = self._channels_for(told, row, change)
        batch.notifications += notification_values(notice, channels, now=now)
        told.update(channels)
        return row

    def _channels_for(self, told: Set[str], row: AlertRow, change: AlertChange) -> Sequence[str]:
        rule = change.rule
        # The end is told to exactly those who were told of the alert, whatever channels the rule has now.
        if change.kind is ChangeKind.RESOLVED:
            return sorted(told)
        if rule is None:
            return ()
        if change.kind is ChangeKind.ESCALATION:
            return () if rule.escalate is None else rule.escalate.channels
        severities = self._channels()
        names = tuple(severities) if rule.channels is None else rule.channels
        rank = Severity(row.severity).rank
        concerned = [name for name in names if severities.get(name, Severity.INFO).rank <= rank]
        # An edit is told to those alone who have not heard of the alert yet.
        return [one for one in concerned if change.kind is not ChangeKind.RULE_EDITED or one not in told]


def _begin(batch: ChangeBatch, change: AlertChange) -> AlertRow:
    """A new alert beside those that were begun together: it had one before in the same batch."""
    row = _new_row(change)
    batch.add({change.key: row})
    return row


def _new_row(change: AlertChange) -> AlertRow:
    rule, about = change.rule, change.about
    row = AlertRow(
        rule=change.key.rule,
        host=change.key.host,
        labels=dict(change.labels),
        tags=dict(about.tags),
        state=AlertState.PENDING,
        severity=Severity.WARNING if rule is None else rule.severity,
        since=utc_time(change.since),
    )
    _describe(row, change)
    return row


def _fire(row: AlertRow, change: AlertChange) -> None:
    row.state = AlertState.FIRING
    row.since = utc_time(change.since)
    row.fired_at = row.notified_at = utc_time(change.time)
    row.is_flapping = change.is_flapping
    if change.rule is not None:
        row.severity = change.rule.severity
    _describe(row, change)


def _describe(row: AlertRow, change: AlertChange) -> None:
    about = change.about
    if about.labels:
        row.labels = dict(about.labels)  # its attributes may have changed while it was pending
    row.tags = dict(about.tags)
    row.reason, row.detail = about.reason, about.detail
    row.readings = _plain(about.readings)
    row.members = list(about.members)
    row.top = None if about.top is None else _plain(about.top)


def _resolve(row: AlertRow, change: AlertChange) -> None:
    row.state = AlertState.RESOLVED
    row.resolved_at = utc_time(change.time)
    row.resolution = None if change.resolution is None else change.resolution.value
    row.cleared_readings = _plain(change.about.readings)


def _notice(row: AlertRow, change: AlertChange) -> Notice:
    assert row.id is not None
    about, rule = change.about, change.rule
    return Notice(
        kind=_NOTICES[change.kind],
        alert_id=row.id,
        rule=row.rule,
        severity=Severity(row.severity),
        host=row.host,
        labels=dict(row.labels),
        tags=about.tags or dict(row.tags),
        since=change.since,
        fired_at=change.time if change.fired_at is None else change.fired_at,
        time=change.time,
        resolution=None if change.resolution is None else change.resolution.value,
        reason=about.reason,
        detail=about.detail,
        readings=about.readings,
        members=about.members,
        top=about.top,
        is_flapping=change.is_flapping,
        damped_until=change.damped_until,
        help="" if rule is None else rule.help,
        title=None if rule is None else rule.title,
        message=None if rule is None else rule.message,
    )


def _plain(value: object) -> Any:
    """As JSON takes it."""
    return msgspec.to_builtins(value)
