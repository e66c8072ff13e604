"""SQLite as monctl uses it: write-ahead log, foreign keys, and patience with those who write meanwhile."""

import contextlib
import fcntl
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import DATABASE_NAME

_BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.02
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
_TURN = "turn"


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
    _write_in_turns(engine, seconds=_BUSY_SECONDS)
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


class Turns:
    """A lock that is handed to those who wait, the first first.

    SQLite lets one write at a time, and whoever waits looks again now and then: behind somebody who writes
    batch after batch it may wait for ever. With turns the next in line goes on as soon as a transaction ends.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def take(self, seconds: float) -> bool:
        """Wait for a turn; whether it came in time."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._mutex:
            if turn.is_set():  # it came in the last moment
                return True
            self._waiting.remove(turn)
        return False

    def end(self) -> None:
        """Let the next one."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


def _write_in_turns(engine: Engine, *, seconds: float) -> None:
    """Have every transaction wait for its turn before it first writes.

    `seconds`: after so long it goes on without, and takes its chance with the file's own lock.
    """
    turns = Turns()

    def begin(
        connection: Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        info = connection.info
        if statement[:6].upper() in _WRITES and _TURN not in info and turns.take(seconds):
            info[_TURN] = True

    def end(info: dict[Any, Any]) -> None:
        if info.pop(_TURN, None):
            turns.end()

    def end_transaction(connection: Connection) -> None:
        if not connection.invalidated:  # whose turn has ended already
            end(connection.info)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "commit", end_transaction)
    event.listen(engine, "rollback", end_transaction)
    # Whatever becomes of a connection, its turn ends with it.
    event.listen(engine, "checkin", lambda _connection, record: end(record.info))
    event.listen(engine, "invalidate", lambda _connection, record, _error: end(record.info))
