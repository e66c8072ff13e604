"""The table of silences."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from access.audit.log import Actor, AuditLog
from alerts.revision import SETTINGS
from alerts.silences.document import parse_silence
from alerts.silences.repository import SilenceRepository
from alerts.silences.silence import Silence, SilenceState
from alerts.silences.table import SilenceRow
from foundation.records.errors import RecordUnknown
from tests.support.databases import Database

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHTLY = {"weekdays": "mon-fri", "start": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def silences(engine: Engine, clock: Clock) -> SilenceRepository:
    return SilenceRepository(engine, clock=clock)


def written(**document: Any) -> Silence:
    return parse_silence({"hosts": ["a"], **document}, now=START.timestamp(), created_by="cli:root")


def test_a_silence_is_read_as_it_was_written(silences: SilenceRepository) -> None:
    once = written(duration="2h", labels={"path": "/var*"}, rules=["disk-*"], comment="änderung")
    weekly = written(schedule=NIGHTLY)
    stored = [silences.add(once), silences.add(weekly)]
    assert [silence.id for silence in stored] == [1, 2]
    assert [silences.get(number) for number in (1, 2)] == stored
    assert silences.list() == tuple(reversed(stored))
    assert (stored[0].matchers, stored[0].ends_at) == (once.matchers, once.ends_at)
    assert (stored[1].schedule, stored[1].ends_at) == (weekly.schedule, None)


def test_silences_are_listed_by_where_they_stand(silences: SilenceRepository, clock: Clock) -> None:
    silences.add(written(duration="1h"))
    silences.add(written(starts_at="2026-03-03T00:00Z", duration="1h"))
    silences.add(written(schedule=NIGHTLY))

    def numbers(*states: SilenceState) -> list[int]:
        return [silence.id for silence in silences.list(states)]

    assert (numbers(SilenceState.ACTIVE), numbers(SilenceState.PENDING)) == ([1], [3, 2])
    clock.later(hours=12)
    assert numbers(SilenceState.ACTIVE) == [3, 2]
    assert (numbers(SilenceState.EXPIRED), numbers(SilenceState.PENDING)) == ([1], [])
    assert [silence.id for silence in silences.unexpired()] == [2, 3]


def test_a_silence_that_has_begun_ends_and_stays_to_be_seen(
    silences: SilenceRepository, clock: Clock
) -> None:
    silences.add(written(duration="2h"))
    silences.add(written(schedule=NIGHTLY))
    clock.later(minutes=5)
    for number in (1, 2):
        ended = silences.remove(number)
        assert ended == silences.get(number)
        assert ended.ends_at == clock.now.timestamp()
    assert {silence.id for silence in silences.list([SilenceState.EXPIRED])} == {1, 2}
    assert silences.unexpired() == ()


def test_a_silence_that_has_not_begun_or_is_over_goes_away(silences: SilenceRepository, clock: Clock) -> None:
    silences.add(written(starts_at="2026-03-03T00:00Z", duration="1h"))
    silences.add(written(duration="1h"))
    assert silences.remove(1) is None
    clock.later(hours=2)
    assert silences.remove(2) is None
    assert silences.list() == ()
    with pytest.raises(RecordUnknown, match="there is no silence `1`"):
        silences.get(1)
    with pytest.raises(RecordUnknown):
        silences.remove(2)


def test_a_number_is_never_given_twice(silences: SilenceRepository) -> None:
    first = silences.add(written(starts_at="2026-03-03T00:00Z", duration="1h"))
    silences.remove(first.id)
    assert silences.add(written(duration="1h")).id > first.id


def test_every_change_counts_and_is_noted_with_its_number(
    silences: SilenceRepository, engine: Engine
) -> None:
    audit, actor = AuditLog(engine), Actor("user:alice")
    silences.add(
        written(duration="1h"), note=lambda silence: audit.note(actor, "silence.create", str(silence.id))
    )
    silences.remove(1, note=lambda silence: audit.note(actor, "silence.remove", str(silence.id)))
    with Session(engine) as session:
        assert SETTINGS.read(session) == 2
    entries, _ = audit.entries()
    assert [(entry.action, entry.target) for entry in entries] == [
        ("silence.remove", "1"),
        ("silence.create", "1"),
    ]


def test_nothing_is_kept_when_the_note_fails(silences: SilenceRepository) -> None:
    def fail(_: Session) -> None:
        raise RuntimeError("no audit log")

    with pytest.raises(RuntimeError):
        silences.add(written(duration="1h"), note=lambda _: fail)
    assert silences.list() == ()


def test_old_silences_are_purged(silences: SilenceRepository, clock: Clock) -> None:
    silences.add(written(duration="1h"))
    silences.add(written(duration="10d"))
    silences.add(written(schedule=NIGHTLY))
    clock.later(days=5)
    assert silences.purge(clock.now - timedelta(days=1)) == 1
    assert [silence.id for silence in silences.list()] == [3, 2]


def test_a_silence_that_cannot_be_used_harms_no_other(
    silences: SilenceRepository, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    silences.add(written(duration="1h"))
    silences.add(written(schedule=NIGHTLY))
    with Session(engine) as session, session.begin():
        row = session.get_one(SilenceRow, 2)
        row.schedule = {**(row.schedule or {}), "time_zone": "Nowhere/Land"}
    assert [silence.id for silence in silences.list()] == [1]
    assert [silence.id for silence in silences.unexpired()] == [1]
    assert "silence 2 is left out: there is no time zone `Nowhere/Land`" in caplog.text


def test_writers_wait_for_each_other(database: Database, engine: Engine) -> None:
    def add_ten() -> None:
        own = database.open()
        for _ in range(10):
            SilenceRepository(own).add(written(duration="1h"))
        own.dispose()

    writers = [threading.Thread(target=add_ten) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Session(engine) as session:
        assert SETTINGS.read(session) == 40
