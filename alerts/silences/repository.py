"""The table of silences.

Every method is synchronous and runs in one transaction of its own.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from alerts.revision import SETTINGS
from alerts.silences.matchers import Matchers
from alerts.silences.schedule_document import schedule_of, stored_schedule
from alerts.silences.silence import Silence, SilenceState
from alerts.silences.table import SilenceRow
from foundation.database.changes import Note
from foundation.database.columns import LAST_ID
from foundation.documents.errors import ValueInvalid
from foundation.records.errors import RecordUnknown
from foundation.records.repository import CountedRepository
from foundation.times import utc_time

log = logging.getLogger(__name__)

NoteOf = Callable[[Silence], Note]
"""What else to write in the transaction of a change to a silence, which has its id by then."""


class SilenceRepository(CountedRepository):
    """Reads and writes the silences of one database."""

    counter = SETTINGS

    def list(self, states: Collection[SilenceState] = tuple(SilenceState)) -> tuple[Silence, ...]:
        """Those that are in one of the states now, the newest first."""
        with Session(self._engine) as session:
            rows = session.exec(select(SilenceRow).order_by(col(SilenceRow.id).desc())).all()
        now = self._clock().timestamp()
        return tuple(silence for silence in _silences(rows) if silence.state(now) in states)

    def unexpired(self) -> tuple[Silence, ...]:
        """Those that silence now or may later, the oldest first: what a `SilenceBook` needs."""
        ends_at = col(SilenceRow.ends_at)
        statement = select(SilenceRow).where(ends_at.is_(None) | (ends_at > self._clock()))
        with Session(self._engine) as session:
            return tuple(_silences(session.exec(statement.order_by(col(SilenceRow.id)))))

    def get(self, number: int) -> Silence:
        """One silence; raises RecordUnknown."""
        with Session(self._engine) as session:
            return _silence(_find(session, number))

    def add(self, silence: Silence, *, note: NoteOf | None = None) -> Silence:
        """Store a new one; the answer has its id."""
        with self._writing() as session:
            row = _row(silence)
            session.add(row)
            session.flush()  # gives the row its id
            SETTINGS.bump(session)
            new_silence = _silence(row)
            if note is not None:
                note(new_silence)(session)
        return new_silence

    def remove(self, number: int, *, note: NoteOf | None = None) -> Silence | None:
        """End a silence that has begun, which stays to be seen; take away any other.

        The silence as it is from now on, None when it is gone. Raises RecordUnknown.
        """
        now = self._clock()
        with self._writing() as session:
            row = _find(session, number)
            silence = _silence(row)
            has_begun = row.starts_at <= now and silence.state(now.timestamp()) is not SilenceState.EXPIRED
            # one that has begun explains why nobody was told: it stays in the list as expired
            if has_begun:
                row.ends_at = now
                session.add(row)
            else:
                session.delete(row)
            SETTINGS.bump(session)
            if note is not None:
                note(silence)(session)
        return _silence(row) if has_begun else None

    def purge(self, older_than: datetime) -> int:
        """Take away those that ended before a time; how many they were."""
        with self._writing() as session:
            ends_at = col(SilenceRow.ends_at)
            rows = session.exec(select(SilenceRow).where(ends_at < older_than)).all()
            for row in rows:
                session.delete(row)
        return len(rows)


def _find(session: Session, number: int) -> SilenceRow:
    row = session.get(SilenceRow, number) if 0 < number <= LAST_ID else None
    if row is None:
        raise RecordUnknown("silence", str(number))
    return row


def _silences(rows: Iterable[SilenceRow]) -> Iterator[Silence]:
    """The silences that can be used on this system; the log says why the others cannot."""
    for row in rows:
        try:
            yield _silence(row)
        except ValueInvalid as error:
            log.error("silence %d is left out: %s", row.id, error)


def _silence(row: SilenceRow) -> Silence:
    return Silence(
        id=row.id or 0,
        matchers=Matchers(
            hosts=tuple(row.matchers.get("hosts", ())),
            rules=tuple(row.matchers.get("rules", ())),
            labels=dict(row.matchers.get("labels", {})),
        ),
        schedule=None if row.schedule is None else schedule_of(row.schedule),
        comment=row.comment,
        created_by=row.created_by,
        starts_at=row.starts_at.timestamp(),
        ends_at=None if row.ends_at is None else row.ends_at.timestamp(),
        created_at=row.created_at.timestamp(),
    )


def _row(silence: Silence) -> SilenceRow:
    matchers = {
        "hosts": list(silence.matchers.hosts),
        "rules": list(silence.matchers.rules),
        "labels": dict(silence.matchers.labels),
    }
    return SilenceRow(
        matchers={name: patterns for name, patterns in matchers.items() if patterns},
        schedule=None if silence.schedule is None else stored_schedule(silence.schedule),
        comment=silence.comment,
        created_by=silence.created_by,
        starts_at=utc_time(silence.starts_at),
        ends_at=None if silence.ends_at is None else utc_time(silence.ends_at),
        created_at=utc_time(silence.created_at),
    )
