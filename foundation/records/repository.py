"""Reads and writes records under a counter of changes.

Every method runs in one transaction of its own or in that of its caller. A writer takes the counter's row
first, so that writers of several processes wait for each other. Database errors of SQLAlchemy pass through.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session, select

from foundation.database.changes import Note
from foundation.database.revision import RevisionCounter
from foundation.documents.report import nearest
from foundation.records.errors import RecordConflict, RecordUnknown
from foundation.records.rows import RecordRow
from foundation.times import utc_now

Row = TypeVar("Row", bound=RecordRow)


class CountedRepository:
    """The transactions of a repository; `counter` counts its changes."""

    counter: ClassVar[RevisionCounter]

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def revision(self) -> int:
        """A number that grows with every change, whichever process made it; cheap to ask for."""
        return self.counter.now(self._engine)

    @contextmanager
    def _writing(self, note: Note | None = None) -> Iterator[Session]:
        """A transaction that has the counter's lock; `note` may write more in it, such as the audit log."""
        # rows stay readable after the commit: the caller answers with what has just been written
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            self.counter.lock(session)
            yield session
            if note is not None:
                note(session)


class RecordRepository(CountedRepository, Generic[Row]):
    """Records of one table, found by name; `kind` is what errors call them."""

    kind: ClassVar[str]
    row_type: type[Row]

    def _rows(self, session: Session) -> dict[str, Row]:
        """Every row by its name, in the order of names."""
        statement = select(self.row_type).order_by(self.row_type.name)
        return {row.name: row for row in session.exec(statement)}

    def _row(self, session: Session, name: str) -> Row | None:
        return session.exec(select(self.row_type).where(self.row_type.name == name)).first()

    def _names_beside(self) -> Iterable[str]:
        """Names of records that are in no table; a subclass that has some gives them."""
        return ()

    def _find(self, session: Session, name: str) -> Row:
        """The row of that name; raises RecordUnknown."""
        row = self._row(session, name)
        if row is None:
            raise self._unknown_error(session, name)
        return row

    def _unknown_error(self, session: Session, name: str) -> RecordUnknown:
        names = [*self._names_beside(), *session.exec(select(self.row_type.name))]
        return RecordUnknown(self.kind, name, nearest(name, names))

    def _expect(self, name: str, *, expected: int | None, actual: int) -> None:
        """Raise RecordConflict when the record is not at the expected version (None: any)."""
        if expected is not None and expected != actual:
            raise RecordConflict(self.kind, name, expected=expected, actual=actual)

    def _insert(self, session: Session, row: Row) -> None:
        session.add(row)
        self.counter.bump(session)

    def _update(self, session: Session, row: Row) -> None:
        """Count a change of a row that has just been written to."""
        row.version += 1
        row.updated_at = self._clock()
        session.add(row)
        self.counter.bump(session)

    def _delete(self, session: Session, row: Row) -> None:
        session.delete(row)
        self.counter.bump(session)
