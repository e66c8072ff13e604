"""People silence a storm while it is written."""

import asyncio
import statistics
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from alerts.engine.changes import About, AlertChange, AlertKey, ChangeKind
from alerts.history.recorder import Recorder
from alerts.history.writer import AlertWriter
from alerts.severity import Severity
from alerts.silences.matchers import Matchers
from alerts.silences.repository import SilenceRepository
from alerts.silences.silence import Silence
from alerts.tables import AlertRow, NotificationRow
from foundation.database.errors import DatabaseUnusable
from tests.alerts.engine.building import START, rule
from tests.support.databases import SQLITE, Database

pytestmark = pytest.mark.anyio

HOSTS, RULES, CHANNELS = 20, 60, 5


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Database:
    """SQLite, of which one writes at a time."""
    (tmp_path / "monctl.db").write_bytes(sqlite_template.read_bytes())
    return Database(SQLITE, tmp_path)


def silence() -> Silence:
    """One for an hour."""
    return Silence(
        id=0,
        matchers=Matchers(hosts=("web-*",)),
        schedule=None,
        comment="storm",
        created_by="ops",
        starts_at=START,
        ends_at=START + 3600,
        created_at=START,
    )


async def test_a_silence_is_made_at_once_while_thousands_of_alerts_are_written(engine: Engine) -> None:
    writer = AlertWriter(engine, channels=lambda: dict.fromkeys(map(str, range(CHANNELS)), Severity.INFO))
    recorder = Recorder(writer, on_written=lambda rows: None, unavailable=(DatabaseUnusable,))
    for number in range(RULES):
        one = rule(f"r{number}")
        for host in range(HOSTS):
            key = AlertKey(one.name, f"web-{host}", ())
            change = AlertChange(
                kind=ChangeKind.FIRING,
                key=key,
                rule=one,
                time=START,
                since=START,
                fired_at=START,
                about=About(),
            )
            recorder.put(change)
    task = asyncio.create_task(recorder.run())
    silences = SilenceRepository(engine)
    seconds: list[float] = []
    while recorder.queued:
        began = time.monotonic()
        await asyncio.to_thread(silences.add, silence())
        seconds.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])
    assert len(seconds) >= 5
    assert statistics.median(seconds) < 1
    assert max(seconds) < 5, "of ten that SQLite would wait"
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(AlertRow)).one() == HOSTS * RULES
        count = session.exec(select(func.count()).select_from(NotificationRow)).one()
    assert count == HOSTS * RULES * CHANNELS
