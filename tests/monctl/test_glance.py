"""A glance by SQLite alone sees what SQLAlchemy reads, and leaves to it what it cannot read."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from alerts.severity import Severity
from alerts.states import AlertState
from foundation.database.database import open_database
from inventory.host_table.repository import HostRepository
from inventory.hosts_yaml.file import load_inventory
from monctl.glance.firing import firing_alerts
from monctl.glance.sqlite import glance_at_alerts, glance_at_hosts
from monctl.installation import open_installation
from tests.alerts.history.alerts import alert

HOSTS = """\
hosts:
  web-1: {address: 10.0.0.1, tags: {env: prod}, password: "${NOT_SET}"}
  "web:2": {address: 10.0.0.2, interval: 5s, collectors: {disk: off}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hosts.yaml").write_text(HOSTS)
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    opened = open_database("sqlite", data_dir=folder / "data")
    yield opened
    opened.dispose()


def test_it_sees_every_host_as_it_is_stored(engine: Engine, folder: Path) -> None:
    repository = HostRepository(engine, environ={})
    repository.sync_file(load_inventory(folder / "hosts.yaml", environ={"NOT_SET": "x"}))
    repository.add("added", {"address": "10.0.0.9", "tags": {"size": "groß"}})
    repository.add("beside", {})
    repository.pause("web-1")
    repository.pause("beside")
    repository.resume("beside")
    stored = repository.list()
    assert len(stored) == 4
    assert glance_at_hosts(folder / "data") == stored


def test_it_sees_the_alerts_that_fire_the_worst_first(engine: Engine, folder: Path) -> None:
    now = datetime.now(UTC)
    made = itertools.product(AlertState, Severity, ("", "web-1", "web-2", "db [1]"), (1, 2))
    with Session(engine) as session, session.begin():
        for number, (state, severity, host, minutes) in enumerate(made):
            fields = {"state": state, "severity": severity, "tags": {"env": "prod"} if host else {}}
            since = now - timedelta(minutes=minutes)
            session.add(alert(f"rule-{number}", host, since=since, fired_at=since, **fields))
    for hosts in ((), ("web-1",), ("web-*",), ("tag:env=prod", "nobody"), ("db [1]",), ("nobody",)):
        expected, total = firing_alerts(engine, hosts, limit=1000)
        assert glance_at_alerts(folder / "data", hosts) == expected
        assert total == len(expected)
        assert bool(expected) is (hosts != ("nobody",))


def test_what_it_cannot_read_is_left_to_sqlalchemy(folder: Path, engine: Engine) -> None:
    data_dir = folder / "data"
    assert glance_at_hosts(data_dir) == ()
    assert glance_at_hosts(folder / "elsewhere") is None
    with closing(sqlite3.connect(data_dir / "monctl.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '0002'")
    assert glance_at_hosts(data_dir) is None
    (folder / "broken").mkdir()
    (folder / "broken" / "monctl.db").write_text("not a database")
    assert glance_at_hosts(folder / "broken") is None
    assert glance_at_alerts(folder / "broken", ()) is None


def test_a_file_that_says_nothing_new_is_not_written_to_the_database(folder: Path) -> None:
    """So that commands that show something need not wait for whoever writes."""
    (folder / "hosts.yaml").write_text("hosts: {web-1: 10.0.0.1}\n")
    first = open_installation(inventory=folder / "hosts.yaml")
    assert first.sync_inventory() is None
    first.close()
    with closing(sqlite3.connect(folder / "data" / "monctl.db")) as writer:
        writer.execute("BEGIN IMMEDIATE")
        second = open_installation(inventory=folder / "hosts.yaml")
        assert second.sync_inventory() is None
        assert list(second.hosts()) == ["web-1"]
        writer.rollback()
    (folder / "hosts.yaml").write_text("hosts: {web-2: 10.0.0.1}\n")
    third = open_installation(inventory=folder / "hosts.yaml")
    assert third.sync_inventory() is None
    assert list(third.hosts()) == ["web-2"]
    third.close()
