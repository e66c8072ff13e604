"""Counters of changes, whose rows are also the locks that writers take."""

from typing import Protocol

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col


class _Counting(Protocol):
    """A table of counters, as `alerts.revision.AlertRevision`."""

    id: int
    revision: int


class RevisionCounter:
    """One row of a table of counters: a number that grows with every change of what it stands for."""

    def __init__(self, table: type[SQLModel], number: int) -> None:
        self._table = table
        self._number = number
        columns: type[_Counting] = table  # type: ignore[assignment]
        # a plain statement: a row as an object takes three times as long
        self._number_of_changes = select(col(columns.revision)).where(col(columns.id) == number)

    def read(self, session: Session) -> int:
        """The number of changes so far."""
        return session.connection().execute(self._number_of_changes).scalar() or 0

    def now(self, engine: Engine) -> int:
        """The number of changes so far, for those who ask every second."""
        with engine.connect() as connection:
            return connection.execute(self._number_of_changes).scalar() or 0

    def lock(self, session: Session) -> None:
        """Make every other writer wait until this transaction ends, and see what the one before it wrote."""
        # an update takes the row's lock on every database, even one that changes nothing
        if not self._add(session, 0):
            self._insert(session)
            self._add(session, 0)

    def bump(self, session: Session) -> None:
        """Count one change, in the transaction of the change, which has the lock."""
        self._add(session, 1)

    def _add(self, session: Session, amount: int) -> bool:
        columns: type[_Counting] = self._table  # type: ignore[assignment]
        statement = (
            update(self._table)
            .where(col(columns.id) == self._number)
            .values(revision=col(columns.revision) + amount)
            # rows of counters are not in the session: looking through it would cost time for nothing
            .execution_options(synchronize_session=False)
        )
        return session.connection().execute(statement).rowcount > 0

    def _insert(self, session: Session) -> None:
        """Make the row, unless another process has just made it."""
        try:
            with session.begin_nested():
                session.add(self._table(id=self._number))
        except IntegrityError:
            return
