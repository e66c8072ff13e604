"""A database with rows in every table, made the way monctl makes them, with text that is hard to carry."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from access.audit.log import Actor
from access.roles import Role
from alerts.channels.repository import ChannelRepository
from alerts.revision import ALERTS
from alerts.rules.repository import RuleRepository
from alerts.silences.matchers import Matchers
from alerts.silences.repository import SilenceRepository
from alerts.silences.silence import Silence
from alerts.tables import DeliveryRow
from inventory.host_table.repository import HostRepository
from tests.alerts.history.alerts import alert, at, store
from tests.alerts.outbox.bench import Bench
from tests.support.databases import Database
from web.auth.opening import open_access

ONE_LINE = "'; DROP TABLE host; -- %s :name \\ üñí 漢字 🦊"
HOSTILE = "'; DROP TABLE host; -- %s :name \\ \" üñí 漢字 🦊 \u202e \t\r\n {} \x7f"
"""What every database takes."""

WITH_NUL = f"before\x00after {HOSTILE}"
"""What PostgreSQL takes in JSON alone."""

PASSWORD = "a long pass phrase"
ALICE = Actor("user:alice", "fe80::1%eth0")


def fill(database: Database, engine: Engine) -> None:
    """Put rows into every table; some ids have been given to rows that are gone."""
    _inventory(engine)
    _access(engine)
    _settings(engine)
    numbers = store(
        engine,
        alert(detail=WITH_NUL, labels={"path": HOSTILE}, tags={"note": WITH_NUL}),
        alert("disk", host="", members=["web-1", "web-2"], acknowledged_by="user:ä", note=HOSTILE),
    )
    with Session(engine) as session, session.begin():
        session.add_all(alert(host=f"web-{number}", since=at(number / 60_000_000)) for number in range(1200))
    bench = Bench(database, engine)
    for number in numbers:
        bench.put(number, detail=WITH_NUL)
    with Session(engine) as session, session.begin():
        session.add_all(_delivery(seconds) for seconds in (0.1, 1 / 3, 1e-9))
    _forget_the_last_of_each(engine)


def _inventory(engine: Engine) -> None:
    hosts = HostRepository(engine, environ={})
    hosts.add("web-1", {"address": "10.0.0.1", "tags": {"note": ONE_LINE}})
    hosts.add("web-2", {"paused": True})
    hosts.resume("web-2")


def _access(engine: Engine) -> None:
    access = open_access(engine)
    users, keys = access.accounts.users, access.accounts.keys
    for name, role in (("root", Role.ADMIN), ("vera", Role.VIEWER), ("gone", Role.VIEWER)):
        users.add(name, PASSWORD, role, actor=ALICE)
    users.remove("gone", actor=ALICE)
    owner = users.get("root").id
    keys.create("ci", Role.VIEWER, actor=ALICE, owner_id=owner, expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    keys.create("sender", Role.COLLECTOR, actor=ALICE, host="web-1")
    access.audit.write(ALICE, "test", WITH_NUL, text=WITH_NUL, numbers=[1, 2**60, 0.1, None, True])


def _settings(engine: Engine) -> None:
    RuleRepository(engine).add("busy", {"when": "cpu.usage_active > 90", "help": ONE_LINE})
    RuleRepository(engine).replace("cpu-busy", {"enabled": False})
    ChannelRepository(engine, environ={"MONCTL_CHANNEL_X": "json://h"}).add("own", url="${MONCTL_CHANNEL_X}")
    silence = Silence(
        id=0,
        matchers=Matchers(hosts=("tag:a=b",), rules=(), labels={"path": "/*"}),
        schedule=None,
        comment=WITH_NUL,
        created_by="user:alice",
        starts_at=at(0).timestamp(),
        ends_at=None,
        created_at=at(0).timestamp(),
    )
    silences = SilenceRepository(engine)
    for _ in range(3):
        silences.add(silence)


def _delivery(seconds: float) -> DeliveryRow:
    return DeliveryRow(
        channel="ops",
        time=at(1),
        attempt=1,
        is_sent=False,
        seconds=seconds,
        notifications=1,
        title=HOSTILE,
        error=WITH_NUL,
    )


def _forget_the_last_of_each(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in ("silence", "alert", "notification", "delivery"):
            newest = f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})"
            connection.exec_driver_sql(newest)
    with Session(engine) as session, session.begin():
        ALERTS.bump(session)
