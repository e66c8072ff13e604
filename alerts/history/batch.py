"""What the database knows of the alerts of one batch of changes, read and begun all at once.

One query for all of them: a search for each change would make a batch of one host's alerts quadratic, within
the transaction that nobody else can write beside.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from alerts.engine.changes import AlertChange, AlertKey, ChangeKind
from alerts.history.filter import is_open
from alerts.notice import NoticeKind
from alerts.tables import AlertRow, NotificationRow
from metrics.catalog import identity

_TOLD = (NoticeKind.FIRING.value, NoticeKind.REPEAT.value, NoticeKind.ESCALATION.value)
_FOR_THOSE_TOLD = (ChangeKind.RESOLVED, ChangeKind.RULE_EDITED)
_BEGINNINGS = (ChangeKind.PENDING, ChangeKind.FIRING)


class ChangeBatch:
    """The rows of a batch's alerts, in one session. `ids`: the open alerts' ids as far as they are known.

    Searching adds to `ids`; whoever ends an alert takes its id out. `notifications`: rows to be added.
    """

    def __init__(self, session: Session, changes: Sequence[AlertChange], ids: dict[AlertKey, int]) -> None:
        self._session = session
        self._ids = ids
        self._search([key for key in {change.key: None for change in changes} if key not in ids])
        numbers = {ids[change.key] for change in changes if change.key in ids}
        self._rows: dict[int | None, AlertRow] = {}
        if numbers:
            query = select(AlertRow).where(col(AlertRow.id).in_(numbers))
            self._rows = {row.id: row for row in session.exec(query)}
        self.notifications: list[dict[str, Any]] = []
        self._told: dict[int, set[str]] = {}
        self._read_told({ids[one.key] for one in changes if one.kind in _FOR_THOSE_TOLD and one.key in ids})

    def find(self, key: AlertKey) -> AlertRow | None:
        """The open alert of a key."""
        number = self._ids.get(key)
        return None if number is None else self._rows.get(number)

    def add(self, rows: Mapping[AlertKey, AlertRow]) -> None:
        """Put new alerts into the database."""
        self._session.add_all(rows.values())
        self._session.flush()
        for key, row in rows.items():
            assert row.id is not None
            self._ids[key] = row.id
            self._rows[row.id] = row

    def add_notifications(self) -> None:
        """Put the notifications into the outbox, all at once."""
        if self.notifications:
            self._session.connection().execute(insert(NotificationRow), self.notifications)

    def told(self, alert_id: int) -> set[str]:
        """The channels that have been told of an alert; to be added to."""
        return self._told.setdefault(alert_id, set())

    def _search(self, keys: Sequence[AlertKey]) -> None:
        if not keys:
            return
        wanted: dict[AlertKey, AlertKey] = {_sorted(key): key for key in keys}
        query = (
            select(AlertRow.id, AlertRow.rule, AlertRow.host, AlertRow.labels)
            .where(col(AlertRow.host).in_({key.host for key in keys}))
            .where(col(AlertRow.rule).in_({key.rule for key in keys}), is_open())
            .order_by(col(AlertRow.id))
        )
        # Labels are compared here: databases differ in how they compare JSON.
        for number, rule, host, labels in self._session.exec(query):
            key = wanted.get(AlertKey(rule, host, identity(tuple(sorted(labels.items())))))
            if key is not None and number is not None:
                self._ids[key] = number  # the newest, which the engine goes by as well

    def _read_told(self, alert_ids: set[int]) -> None:
        if not alert_ids:
            return
        query = select(NotificationRow.alert_id, NotificationRow.channel).where(
            col(NotificationRow.alert_id).in_(alert_ids), col(NotificationRow.kind).in_(_TOLD)
        )
        for alert_id, channel in self._session.exec(query):
            self.told(alert_id).add(channel)


def beginnings(changes: Sequence[AlertChange], ids: Mapping[AlertKey, int]) -> dict[AlertKey, AlertChange]:
    """Of each alert that is not there yet its first change, if that is its beginning."""
    first_changes: dict[AlertKey, AlertChange] = {}
    for change in changes:
        first_changes.setdefault(change.key, change)
    return {
        key: change for key, change in first_changes.items() if change.kind in _BEGINNINGS and key not in ids
    }


def _sorted(key: AlertKey) -> AlertKey:
    return key._replace(labels=tuple(sorted(key.labels)))
