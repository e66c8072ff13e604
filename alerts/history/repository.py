"""The table of alerts: pages of it, what changed in it, and acknowledgements.

Every method is synchronous and runs in one transaction of its own. A writer takes the counters' rows first
(`SETTINGS`, then `ALERTS`), so that writers of several processes wait for each other. Database errors of
SQLAlchemy pass through.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, func
from sqlmodel import Session, col, select

from alerts.errors import AlertClosed
from alerts.history.filter import OPEN, AlertFilter, Candidate, is_open, newest_first, worst_first
from alerts.revision import ALERTS, SETTINGS
from alerts.severity import Severity
from alerts.silences.silence import Silence
from alerts.states import AlertState
from alerts.tables import AlertRow, DeliveryRow, NotificationRow
from foundation.database.changes import Note
from foundation.database.columns import LAST_ID
from foundation.records.errors import RecordUnknown
from foundation.times import utc_now, utc_time

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AlertStory:
    """An alert with all its notifications, the oldest first."""

    row: AlertRow
    notifications: tuple[NotificationRow, ...]


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What changed since a revision.

    `revision`: to be passed the next time. `rows`: those that changed, in that order. `open_ids`: all that
    are pending or firing now; a pending one that is missing has ended before it fired.
    """

    revision: int
    rows: tuple[AlertRow, ...]
    open_ids: frozenset[int]


class AlertRepository:
    """Reads the alerts of one database, and acknowledges them."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def page(
        self, alert_filter: AlertFilter, *, offset: int = 0, limit: int = 100
    ) -> tuple[list[AlertRow], int]:
        """A page of alerts, the worst first, and how many there are in all."""
        return self._page(alert_filter, alert_filter.condition, worst_first(), offset=offset, limit=limit)

    def history(
        self, alert_filter: AlertFilter, *, start: float, end: float, offset: int = 0, limit: int = 100
    ) -> tuple[list[AlertRow], int]:
        """A page of the alerts that were firing at any time between two (unix seconds), the newest first."""
        fired_at, resolved_at = col(AlertRow.fired_at), col(AlertRow.resolved_at)
        is_within = (fired_at < utc_time(end)) & (resolved_at.is_(None) | (resolved_at >= utc_time(start)))
        return self._page(
            alert_filter, alert_filter.condition & is_within, newest_first(), offset=offset, limit=limit
        )

    def get(self, number: int) -> AlertStory:
        """One alert with its notifications; raises RecordUnknown."""
        query = select(NotificationRow).where(NotificationRow.alert_id == number)
        with Session(self._engine) as session:
            row = _find(session, number)
            return AlertStory(row, tuple(session.exec(query.order_by(col(NotificationRow.id)))))

    def revision(self) -> int:
        """A number that grows with every change of an alert, whichever process made it."""
        return ALERTS.now(self._engine)

    def changed_since(self, revision: int) -> AlertChanges:
        """What changed after a revision, for a process that follows the one which writes.

        A change that is made meanwhile may be returned twice, but is never missed.
        """
        query = select(AlertRow).where(AlertRow.revision > revision).order_by(col(AlertRow.revision))
        with Session(self._engine) as session:
            # Read before the rows: a change between the two is then returned again the next time.
            newest = ALERTS.read(session)
            rows = tuple(session.exec(query))
            open_ids = session.exec(select(AlertRow.id).where(is_open()))
            return AlertChanges(newest, rows, frozenset(number for number in open_ids if number is not None))

    def counts(self) -> Mapping[tuple[AlertState, Severity], int]:
        """How many alerts are pending and firing at each severity; every pair is there."""
        columns = (col(AlertRow.state), col(AlertRow.severity))
        query = select(*columns, func.count()).where(is_open()).group_by(*columns)
        counts_by_pair = {(state, severity): 0 for state in sorted(OPEN) for severity in Severity}
        with Session(self._engine) as session:
            for state, severity, count in session.exec(query):
                counts_by_pair[AlertState(state), Severity(severity)] = count
        return counts_by_pair

    def covered_by(self, silences: Collection[Silence]) -> Mapping[int, list[int]]:
        """The ids of the open alerts that each silence is about, ascending, by the silence's id."""
        ids_by_silence: dict[int, list[int]] = {silence.id: [] for silence in silences}
        columns = (AlertRow.id, AlertRow.host, AlertRow.tags, AlertRow.rule, AlertRow.labels)
        query = select(*map(col, columns)).where(is_open()).order_by(col(AlertRow.id))
        with Session(self._engine) as session:
            for number, host, tags, rule, labels in session.execute(query) if ids_by_silence else ():
                for silence in silences:
                    if silence.covers(host, tags, rule, labels):
                        ids_by_silence[silence.id].append(number)
        return ids_by_silence

    def acknowledge(self, number: int, *, by: str, text: str = "", note: Note | None = None) -> AlertRow:
        """Note that somebody (`user:alice`) has acknowledged an alert; another call replaces name and text.

        Raises RecordUnknown, and AlertClosed for an alert that is over.
        """
        with self._writing(note) as session:
            row = _find_open(session, number)
            row.acknowledged_at, row.acknowledged_by, row.note = self._clock(), by, text or None
            _mark_changed(session, row)
        return row

    def unacknowledge(self, number: int, *, note: Note | None = None) -> AlertRow:
        """Take an acknowledgement back, if there is one; raises RecordUnknown and AlertClosed."""
        with self._writing(note) as session:
            row = _find_open(session, number)
            row.acknowledged_at, row.acknowledged_by, row.note = None, None, None
            _mark_changed(session, row)
        return row

    def purge(self, older_than: datetime) -> int:
        """Delete the alerts that ended before a time, with their notifications; how many they were.

        Attempts to deliver from before that time go too.
        """
        total = 0
        while purged := self._purge_some(older_than):
            total += purged
        with Session(self._engine) as session, session.begin():
            session.exec(delete(DeliveryRow).where(col(DeliveryRow.time) < older_than))
        return total

    def _purge_some(self, older_than: datetime) -> int:
        """Delete a part of them: the others who write wait for the lock on the counter's row meanwhile."""
        query = select(col(AlertRow.id)).where(col(AlertRow.resolved_at) < older_than).limit(_IDS_AT_ONCE)
        with Session(self._engine) as session, session.begin():
            ALERTS.lock(session)
            numbers = list(session.exec(query))
            session.exec(delete(NotificationRow).where(col(NotificationRow.alert_id).in_(numbers)))
            session.exec(delete(AlertRow).where(col(AlertRow.id).in_(numbers)))
        return len(numbers)

    def _page(
        self,
        alert_filter: AlertFilter,
        condition: ColumnElement[bool],
        order: Sequence[ColumnElement[Any]],
        *,
        offset: int,
        limit: int,
    ) -> tuple[list[AlertRow], int]:
        with Session(self._engine) as session:
            if alert_filter.needs_a_look:
                numbers = _filtered_ids(session, alert_filter, condition, order)
                return _rows(session, numbers[offset : offset + limit]), len(numbers)
            total = session.exec(select(func.count()).select_from(AlertRow).where(condition)).one()
            rows = session.exec(
                select(AlertRow).where(condition).order_by(*order).offset(offset).limit(limit)
            )
            return list(rows), total

    @contextmanager
    def _writing(self, note: Note | None) -> Iterator[Session]:
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            SETTINGS.lock(session)
            ALERTS.lock(session)
            yield session
            if note is not None:
                note(session)


def _filtered_ids(
    session: Session,
    alert_filter: AlertFilter,
    condition: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
) -> list[int]:
    """The ids of the alerts that pass the filter, in order."""
    columns = (AlertRow.id, AlertRow.host, AlertRow.rule, AlertRow.state, AlertRow.tags, AlertRow.labels)
    candidates = session.execute(select(*map(col, columns)).where(condition).order_by(*order))
    return [
        number
        for number, host, rule, state, tags, labels in candidates
        if alert_filter.takes(Candidate(host=host, rule=rule, state=state, tags=tags, labels=labels))
    ]


def _rows(session: Session, numbers: Sequence[int]) -> list[AlertRow]:
    """The alerts of these ids, in this order."""
    rows_by_id = {row.id: row for row in session.exec(select(AlertRow).where(col(AlertRow.id).in_(numbers)))}
    return [rows_by_id[number] for number in numbers if number in rows_by_id]


def _find(session: Session, number: int) -> AlertRow:
    row = session.get(AlertRow, number) if 0 < number <= LAST_ID else None
    if row is None:
        raise RecordUnknown("alert", str(number))
    return row


def _find_open(session: Session, number: int) -> AlertRow:
    row = _find(session, number)
    if row.state not in OPEN:
        raise AlertClosed(number)
    return row


def _mark_changed(session: Session, row: AlertRow) -> None:
    SETTINGS.bump(session)
    ALERTS.bump(session)
    row.revision = ALERTS.read(session)
    session.add(row)
