"""A database copied into another one, of whatever kind: every row, compared afterwards, all or nothing."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, RowMapping, Table, func, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from foundation.database.database import shown_database
from foundation.database.drivers.driver_errors import POSTGRESQL
from foundation.database.drivers.postgresql import finite, text_without_nul
from foundation.database.drivers.sqlite import begin_sqlite
from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import SQLITE
from foundation.database.migrations.upgrade import upgraded
from monctl.cli.upkeep.id_sequences import continue_ids, last_id
from monctl.tables import all_tables

_ROWS_AT_ONCE = 500

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many; each row counts twice, copied and compared."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table, and how many rows it has in both databases."""

    name: str
    rows: int


def copy_database(source: Engine, target: Engine, *, progress: Progress) -> list[CopiedTable]:
    """Copy all tables of a migrated database, in the order in which they refer to each other.

    1. The source takes no writes meanwhile; the target gets its schema and all rows in one transaction.
    2. A target that holds anything already is refused.
    3. Rows are copied a few at a time, then read back and compared with what was read first.
    4. Ids go on after the last one ever given.

    Raises DatabaseUnusable, and has then changed nothing.
    """
    _refuse_same(source.url, target.url)
    with _snapshot(source) as old, upgraded(target) as new:
        tables = all_tables().sorted_tables
        for table in tables:
            _refuse_used(new, table, shown_database(target))
        return _Copy(old, new, shown_database(target), progress).tables(tables)


class _Copy:
    """One database on its way into another."""

    def __init__(self, old: Connection, new: Connection, target_name: str, progress: Progress) -> None:
        self._old = old
        self._new = new
        self._target_name = target_name
        self._progress = progress
        self._as_taken: Callable[[Any], Any] = (
            _as_postgresql_takes_it if new.dialect.name == POSTGRESQL else lambda value: value
        )
        self._rows_done = 0
        self._rows_in_all = 0

    def tables(self, tables: Sequence[Table]) -> list[CopiedTable]:
        """Copy them, in this order."""
        counts = {table: self._old.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        self._rows_in_all = 2 * sum(counts.values())
        digests = {table: self._copied(table) for table in tables}
        for table in tables:
            rows, digest = self._read_back(table)
            if rows != counts[table] or digest != digests[table]:
                raise self._failed(table, "what was copied differs from what was read")
            continue_ids(self._new, table, last_id(self._old, table))
        return [CopiedTable(table.name, counts[table]) for table in tables]

    def _copied(self, table: Table) -> bytes:
        """The digest of the rows that were read."""
        digest = hashlib.sha256()
        for rows in self._batches(self._old, table):
            self._insert(table, [dict(row) for row in rows])
            self._add(digest.update, rows)
        return digest.digest()

    def _read_back(self, table: Table) -> tuple[int, bytes]:
        digest, count = hashlib.sha256(), 0
        for rows in self._batches(self._new, table):
            count += len(rows)
            self._add(digest.update, rows)
        return count, digest.digest()

    def _batches(self, connection: Connection, table: Table) -> Iterator[Sequence[RowMapping]]:
        rows_in_order = select(table).order_by(*table.primary_key).execution_options(yield_per=_ROWS_AT_ONCE)
        with connection.execute(rows_in_order) as result:
            yield from result.mappings().partitions()

    def _add(self, update: Callable[[bytes], None], rows: Sequence[RowMapping]) -> None:
        for row in rows:
            values = [self._as_taken(value) for value in row.values()]
            update(json.dumps(values, sort_keys=True, default=_time).encode() + b"\n")
        self._rows_done += len(rows)
        self._progress(self._rows_done, self._rows_in_all)

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        try:
            self._new.execute(insert(table), rows)
        except (DataError, IntegrityError) as error:
            raise self._failed(table, _too_long(table, rows) or str(error.orig).splitlines()[0]) from error

    def _failed(self, table: Table, reason: str) -> DatabaseUnusable:
        return DatabaseUnusable(
            f"database {self._target_name}: table {table.name}: {reason}; nothing was changed"
        )


@contextlib.contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is now; SQLite is locked against writers meanwhile."""
    level = {} if engine.dialect.name == SQLITE else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection, connection.begin():
        if engine.dialect.name == SQLITE:
            begin_sqlite(connection)
        yield connection


def _refuse_same(source: URL, target: URL) -> None:
    if _place(source) == _place(target):
        raise DatabaseUnusable("database: that is the one which is in use: give the URL of another")


def _place(url: URL) -> tuple[object, ...]:
    """Where a database lies, however its URL is written."""
    if url.get_backend_name() == SQLITE and url.database:
        return (SQLITE, Path(url.database).resolve())
    return (url.get_backend_name(), url.host, url.port or 5432, url.database)


def _refuse_used(connection: Connection, table: Table, target_name: str) -> None:
    if connection.execute(select(table).limit(1)).first() is not None:
        raise DatabaseUnusable(
            f"database {target_name}: the table {table.name} is not empty: make a new database for monctl"
        )


def _too_long(table: Table, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Which text does not fit, None if all do."""
    for row in rows:
        for column in table.columns:
            limit, value = getattr(column.type, "length", None), row[column.name]
            if limit is not None and isinstance(value, str) and len(value) > limit:
                return f"row {row['id']}: {column.name} has {len(value)} characters, of {limit} at most"
    return None


def _as_postgresql_takes_it(value: Any) -> Any:
    return text_without_nul(value) if isinstance(value, str) else finite(value)


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a column of {type(value)}")
