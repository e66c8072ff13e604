"""The database of inventory, users and alerts: opened and migrated here, handed to whoever needs it."""

import contextlib
import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from monctl.errors import DatabaseUnusable

HEAD = "0001"
"""The newest revision in monctl/migrations/versions."""

_BUSY_SECONDS = 10.0

log = logging.getLogger(__name__)


def open_database(url: str, *, data_dir: Path) -> Engine:
    """An engine on the migrated database; `sqlite` stands for `monctl.db` in the data directory.

    Raises DatabaseUnusable when it cannot be reached, is not ours, or comes from a newer monctl.
    """
    if url == "sqlite":
        data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
        url = f"sqlite:///{data_dir / 'monctl.db'}"
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _migrate(engine)
    except (OperationalError, DatabaseError) as error:
        engine.dispose()
        raise DatabaseUnusable(f"database {engine.url.render_as_string()}: {error.orig}") from error
    return engine


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other processes from migrating the same SQLite file; PostgreSQL's transactions need no help."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date; a second process that does the same at the same time waits its turn."""
    if present_revision(engine) == HEAD:
        return
    # Alembic takes longer to import than most commands take to run
    from monctl.migrate import upgrade

    with _alone(engine):
        upgrade(engine)
    log.info("database schema is now at revision %s", HEAD)


def present_revision(engine: Engine) -> str | None:
    """The schema's revision, None for a database without a schema."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
