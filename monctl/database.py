"""The database of inventory, users and alerts: opened and migrated here, handed to whoever needs it."""

import contextlib
import fcntl
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, ExceptionContext, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from monctl.errors import DatabaseUnusable

HEAD = "0003"
"""The newest revision in monctl/migrations/versions."""

_BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.02

log = logging.getLogger(__name__)


def open_database(url: str, *, data_dir: Path) -> Engine:
    """An engine on the migrated database; `sqlite` stands for `monctl.db` in the data directory.

    Raises DatabaseUnusable when it cannot be reached, is not ours, or comes from a newer monctl; the engine
    raises it too, in place of SQLAlchemy's errors, when the database fails later.
    """
    engine = _engine(_sqlite_url(data_dir) if url == "sqlite" else url)
    try:
        _migrate(engine)
    except (DatabaseUnusable, OSError) as error:
        engine.dispose()
        if isinstance(error, OSError):
            raise _unusable(engine, error) from error
        raise
    return engine


def _sqlite_url(data_dir: Path) -> str:
    try:
        data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"data directory {data_dir}: {str(error.strerror).lower()}") from error
    return f"sqlite:///{data_dir / 'monctl.db'}"


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(
            url, connect_args={"timeout": _BUSY_SECONDS} if url.startswith("sqlite") else {}
        )
    except ArgumentError as error:
        # neither the URL nor SQLAlchemy's words: a password may stand in both
        raise DatabaseUnusable("database: must be `sqlite` or a URL that SQLAlchemy knows") from error
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(f"database: the Python package {error.name} is not installed") from error
    event.listen(engine, "handle_error", _translate)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _translate(context: ExceptionContext) -> None:
    """Say that the database failed; what a statement did wrong (a duplicate, say) is left as it is."""
    error = context.sqlalchemy_exception
    if context.engine is not None and (isinstance(error, OperationalError) or type(error) is DatabaseError):
        raise _unusable(context.engine, error.orig) from error


def _unusable(engine: Engine, error: object) -> DatabaseUnusable:
    return DatabaseUnusable(f"database {engine.url.render_as_string()}: {error}")


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
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a new file to WAL; SQLite does not wait for others here as it does everywhere else."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


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
