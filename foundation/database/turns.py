"""Turns of those in one process who write to a SQLite file, in the order in which they come.

SQLite lets one write at a time, and whoever waits looks again now and then: behind somebody who writes batch
after batch it may wait for ever. Here the next in line goes on as soon as a transaction ends.
"""

import threading
from collections import deque
from typing import Any

from sqlalchemy import Connection, Engine, event

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
_TURN = "turn"


class Turns:
    """A lock that is handed to those who wait, the first first."""

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


def write_in_turns(engine: Engine, *, seconds: float) -> None:
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
