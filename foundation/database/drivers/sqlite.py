"""SQLite as monctl uses it: write-ahead log, foreign keys, and patience with those who write meanwhile."""

import contextlib
import fcntl
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import DATABASE_NAME
from foundation.database.turns import write_in_turns

_BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.02


def sqlite_url(data_dir: Path) -> str:
    """The URL of the database in a data directory, which is made where it is missing."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"data directory {data_dir}: {str(error.strerror).lower()}") from error
    return f"sqlite:///{data_dir / DATABASE_NAME}"


def sqlite_engine(url: URL) -> Engine:
    """An engine on a file, which need not be there."""
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    write_in_turns(engine, seconds=_BUSY_SECONDS)
    return engine


@contextlib.contextmanager
def migrating_alone(engine: Engine) -> Iterator[None]:
    """Keep other processes from migrating the same file."""
    with Path(f"{engine.url.database}.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that holds changes of the schema too, which Python's sqlite3 would not.

    Nobody writes beside it.
    """
    connection.detach()  # so that no other user gets a connection with this setting
    connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a new file to WAL, trying while it is locked: SQLite's busy timeout does not apply here."""
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
