"""A glance into the SQLite database in the data directory, by SQLite alone.

For commands that show hosts and states: SQLAlchemy, by which everything else reads and writes, takes longer
to import than they take to run. What cannot be read so (there is no database yet, it is to be migrated, it
is locked or broken) is None: SQLAlchemy's way then migrates it, or says what is wrong.
"""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alerts.severity import Severity
from alerts.silences.matchers import is_host_selected
from foundation.database.kinds import DATABASE_NAME
from foundation.database.migrations import HEAD
from foundation.records.owner import Owner
from inventory.host_table.stored import StoredHost

T = TypeVar("T")


_HOSTS = (
    "SELECT name, owner, source_file, source_line, spec, paused, version, created_at, updated_at"
    " FROM host ORDER BY name"
)
_FIRING = "SELECT severity, rule, host, tags FROM alert WHERE state = 'firing' ORDER BY since DESC, id DESC"


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """What `monctl status` tells of an alert; `host`: "" for one of the poller itself."""

    severity: str
    rule: str
    host: str
    tags: dict[str, str]


def glance_at_hosts(data_dir: Path) -> tuple[StoredHost, ...] | None:
    """All hosts by name, as they are written."""
    return _glance(data_dir, lambda db: tuple(_host(row) for row in db.execute(_HOSTS)))


def glance_at_alerts(data_dir: Path, hosts: tuple[str, ...]) -> list[FiringAlert] | None:
    """The alerts that fire on hosts that one of these selectors chooses (all without any), worst first."""
    alerts = _glance(data_dir, lambda db: [_alert(row) for row in db.execute(_FIRING)])
    if alerts is None:
        return None
    chosen_alerts = [alert for alert in alerts if not hosts or _is_chosen(alert, hosts)]
    return sorted(chosen_alerts, key=lambda alert: -Severity(alert.severity).rank)


def _glance(data_dir: Path, look: Callable[[sqlite3.Connection], T]) -> T | None:
    try:
        with _open(data_dir / DATABASE_NAME) as db:
            revision = db.execute("SELECT version_num FROM alembic_version").fetchone()
            return look(db) if revision == (HEAD,) else None
    except sqlite3.Error:
        return None


@contextlib.contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    # not `mode=ro`, with which SQLite would leave the files of its write-ahead log behind
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        db.execute("PRAGMA query_only = ON")
        yield db
    finally:
        db.close()


def _host(row: tuple[Any, ...]) -> StoredHost:
    name, owner, file, line, spec, paused, version, created, updated = row
    return StoredHost(
        name=name,
        owner=Owner(owner),
        file=file,
        line=line,
        entry=json.loads(spec),
        paused=None if paused is None else bool(paused),
        version=version,
        created_at=_time(created),
        updated_at=_time(updated),
    )


def _alert(row: tuple[str, str, str, str]) -> FiringAlert:
    severity, rule, host, tags = row
    return FiringAlert(severity, rule, host, json.loads(tags))


def _is_chosen(alert: FiringAlert, hosts: tuple[str, ...]) -> bool:
    return alert.host in hosts or any(is_host_selected(alert.host, alert.tags, one) for one in hosts)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
