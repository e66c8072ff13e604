"""The counter of inventory changes, whose one row is also the lock that writers take."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from inventory.table import REVISION_ID, InventoryRevision


def read_revision(session: Session) -> int:
    """The number of changes so far."""
    row = session.get(InventoryRevision, REVISION_ID)
    return 0 if row is None else row.revision


def lock_inventory(session: Session) -> None:
    """Make every other writer wait until this transaction ends, and see what the one before it wrote."""
    if not _add(session, 0):
        _insert(session)
        _add(session, 0)


def bump_revision(session: Session) -> None:
    """Count one change, in the transaction of the change."""
    _add(session, 1)


def _add(session: Session, amount: int) -> bool:
    statement = (
        update(InventoryRevision)
        .where(col(InventoryRevision.id) == REVISION_ID)
        .values(revision=col(InventoryRevision.revision) + amount)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount > 0


def _insert(session: Session) -> None:
    """Make the row, unless another process has just made it."""
    try:
        with session.begin_nested():
            session.add(InventoryRevision(id=REVISION_ID))
    except IntegrityError:
        return
