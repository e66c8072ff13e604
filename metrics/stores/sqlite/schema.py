"""The database file: its tables, its version and how it is opened."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import StoreError, StoreUnavailable

VERSION = 1
"""The version of the tables below, kept in the file as its user_version."""

OK, TOP, FACTS = 1, 2, 4
"""Flags of a log row's entry: the poll went well; the row's extra has top processes; it has facts."""

BUSY_SECONDS = 5.0
"""How long to wait for another process's transaction before StoreUnavailable."""

# host.id is never used twice: rows of a forgotten host stay in the log until it is trimmed.
# host.packed: log rows of the host up to this id are in blocks, whatever the log still holds.
# batch.entries: whose the rows of the log from `first` on are, see log.py.
# block.stage: 0 for small blocks just packed, 1 for large ones; raw blocks of stage 0 are in no rollup yet.
_TABLES = """
CREATE TABLE host (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, tags BLOB NOT NULL,
    packed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE series (
    id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, field TEXT NOT NULL, labels BLOB NOT NULL,
    is_float INTEGER NOT NULL, UNIQUE (measurement, field, labels, is_float));
CREATE TABLE layout (id INTEGER PRIMARY KEY, series BLOB NOT NULL UNIQUE);
CREATE TABLE log (id INTEGER PRIMARY KEY, numbers BLOB NOT NULL, extra BLOB);
CREATE TABLE batch (first INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE block (
    id INTEGER PRIMARY KEY, host INTEGER NOT NULL, level INTEGER NOT NULL, stage INTEGER NOT NULL,
    start INTEGER NOT NULL, until INTEGER NOT NULL, head BLOB NOT NULL, data BLOB NOT NULL);
CREATE UNIQUE INDEX block_by_start ON block (host, level, start);
CREATE INDEX block_small ON block (host, level, start) WHERE stage = 0;
CREATE TABLE latest (host INTEGER PRIMARY KEY, state BLOB NOT NULL);
"""


_ALL_HOSTS = (
    "SELECT host.id, name, tags, packed, state FROM host"
    " LEFT JOIN latest ON latest.host = host.id ORDER BY name"
)
_SOME_HOSTS = (
    "SELECT host.id, name, tags, packed, state FROM host LEFT JOIN latest ON latest.host = host.id"
    " WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name"
)


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that writes; makes the file and its tables where they are not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        # A commit survives the process, not the loss of power: some seconds of metrics are worth no sync.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -8000")
        # Pages that change often are copied from the WAL to the file once in 16 MiB instead of once in 4.
        db.execute("PRAGMA wal_autocheckpoint = 4000")
        _make_tables(db, path)
    except BaseException:
        db.close()
        raise
    return db


@dataclass(frozen=True, slots=True)
class ReadConnection:
    """A connection that only reads; one that `is_snapshot` sees nothing written later: for one question."""

    db: sqlite3.Connection
    is_snapshot: bool


def open_reader(path: Path) -> ReadConnection | None:
    """A connection that only reads, or None where there is no database yet.

    Without a running writer SQLite makes files beside the database also to read it. Where that is not
    permitted the file is read as it lies there, or, with a log left beside it, StoreUnavailable is raised.
    """
    if not path.exists():
        return None
    try:
        return _open_to_read(path, is_snapshot=False)
    except sqlite3.OperationalError as error:
        if os.access(path.parent, os.W_OK) or not _is_refusal(error):
            raise
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StoreUnavailable(
                f"{path}: its writer is not running and left {log.name}, which can be read"
                f" only by a user who may write to {path.parent}"
            ) from error
        return _open_to_read(path, is_snapshot=True)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction that writes; an error rolls it back.

    IMMEDIATE, so that it waits for another writer at its beginning, before anything is read that could be out
    of date afterwards.
    """
    with db:
        db.execute("BEGIN IMMEDIATE")
        yield


def host_rows(
    db: sqlite3.Connection, names: Sequence[str] | None
) -> Iterable[tuple[int, str, bytes, int, bytes | None]]:
    """(id, name, tags, packed, state) by name, of all hosts without names."""
    if names is None:
        return db.execute(_ALL_HOSTS)
    return db.execute(_SOME_HOSTS, (json.dumps(list(names)),))


def _is_refusal(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def _open_to_read(path: Path, *, is_snapshot: bool) -> ReadConnection | None:
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_snapshot else ''}"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA query_only = ON")
        version = _version(db)
        if version == 0:
            db.close()
            return None
        _check_version(version, path)
    except BaseException:
        db.close()
        raise
    return ReadConnection(db, is_snapshot)


def _make_tables(db: sqlite3.Connection, path: Path) -> None:
    db.execute("BEGIN IMMEDIATE")  # two processes may find an empty file at the same moment
    try:
        version = _version(db)
        if version == 0:
            for statement in _TABLES.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        else:
            _check_version(version, path)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _check_version(version: int, path: Path) -> None:
    if version != VERSION:
        raise StoreError(f"{path} has version {version} of the metric tables, this program knows {VERSION}")
