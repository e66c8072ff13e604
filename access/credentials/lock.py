"""The lock that changes of users and keys take, which is the row of the signing key."""

from sqlalchemy import update
from sqlmodel import Session, col

from access.tables import SIGNING_KEY_ID, SigningKey


def lock_access(session: Session) -> None:
    """Make every other change of users and keys wait until this transaction ends.

    To be called first in it: what it reads is then what the change before it wrote, in whatever process.
    """
    statement = (
        update(SigningKey)
        .where(col(SigningKey.id) == SIGNING_KEY_ID)
        .values(secret=col(SigningKey.secret))
        .execution_options(synchronize_session=False)
    )
    session.connection().execute(statement)
