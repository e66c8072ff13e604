"""States of alerts as points: what is written, when, and what happens while the store is away."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import Session, col

from alerts.history.repository import AlertRepository
from alerts.revision import ALERTS
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.database.database import open_database
from foundation.database.errors import DatabaseUnusable
from metrics.errors import StoreRefused, StoreUnavailable
from metrics.stores.influx.writing.lines import TaggedPoint
from monctl.daemon.alerting.series import POLLER, AlertSeries
from tests.alerts.history.alerts import START, alert, at, store

pytestmark = pytest.mark.anyio

PENDING, FIRING, RESOLVED = AlertState.PENDING, AlertState.FIRING, AlertState.RESOLVED

Stored = dict[tuple[str, float], dict[str, int | float | str]]
"""What a database makes of points: fields by series and time; the same again replaces."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeStore:
    """Keeps points as InfluxDB does; raises `error` instead while there is one."""

    def __init__(self) -> None:
        self.stored: Stored = {}
        self.batches: list[Sequence[TaggedPoint]] = []
        self.error: Exception | None = None

    async def write(self, points: Sequence[TaggedPoint]) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append(points)
        for point in points:
            self.stored.setdefault((series_of(point), point.time), {}).update(point.fields)

    def states(self, series: str = "web-1 cpu-busy warning ") -> list[tuple[float, object]]:
        """Minutes after the start, and the state then."""
        found = [(time, fields) for (name, time), fields in self.stored.items() if name == series]
        return sorted(((time - START.timestamp()) / 60, fields["state"]) for time, fields in found)

    def began(self) -> int:
        return sum(int(fields.get("began", 0)) for fields in self.stored.values())


def series_of(point: TaggedPoint) -> str:
    return " ".join(point.tags.get(name, "") for name in ("host", "rule", "severity", "labels"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database("sqlite", data_dir=tmp_path)
    yield engine
    engine.dispose()


class Clock:
    """Minutes after the start."""

    def __init__(self) -> None:
        self.minutes = 0.0

    def __call__(self) -> float:
        return START.timestamp() + self.minutes * 60


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def target() -> FakeStore:
    return FakeStore()


@pytest.fixture
def series(database: Engine, target: FakeStore, clock: Clock) -> AlertSeries:
    return AlertSeries(AlertRepository(database), target.write, clock=clock)


def change(engine: Engine, number: int, **fields: object) -> None:
    with Session(engine) as session, session.begin():
        ALERTS.lock(session)
        ALERTS.bump(session)
        row = session.get(AlertRow, number)
        assert row is not None
        for name, value in fields.items():
            setattr(row, name, value)
        row.revision = ALERTS.read(session)


async def step(series: AlertSeries, clock: Clock, minutes: float) -> None:
    clock.minutes = minutes
    await series.look()
    await series.flush()


async def test_an_alert_is_written_from_pending_to_its_end(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    await step(series, clock, 0.0)
    (number,) = store(database, alert(state=PENDING))
    await step(series, clock, 0.1)
    change(database, number, state=FIRING.value, fired_at=at(5))
    await step(series, clock, 5.01)
    change(database, number, state=RESOLVED.value, resolved_at=at(7.5))
    await step(series, clock, 7.51)
    states = target.states()
    assert (0.0, 1) in states
    assert (5.0, 2) in states
    assert (7.5, 0) in states
    assert states[-1][1] == 0
    assert target.began() == 1
    assert {fields["since"] for fields in target.stored.values()} == {int(START.timestamp())}


async def test_open_alerts_are_written_once_a_minute(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    store(database, alert())
    for tenths in range(100, 131):
        await step(series, clock, tenths / 10)
    assert [minute for minute, _ in target.states() if minute >= 10] == [10, 11, 12, 13]
    assert len(target.batches) == 5  # one of changes, four of minutes


async def test_nothing_is_written_while_nothing_changes(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    store(database, alert())
    await step(series, clock, 10.1)
    written = len(target.batches)
    change(database, 1, notified_at=at(10))  # somebody was told again: the state is the same
    await step(series, clock, 10.2)
    assert len(target.batches) == written


async def test_an_end_that_was_seen_late_replaces_the_minutes_written_meanwhile(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    (number,) = store(database, alert())
    for minute in (10.0, 11.0, 12.0):
        await step(series, clock, minute)
    change(database, number, state=RESOLVED.value, resolved_at=at(10.5))
    await step(series, clock, 12.5)
    assert [(minute, state) for minute, state in target.states() if minute >= 10] == [
        (10, 2), (10.5, 0), (11, 0), (12, 0),
    ]  # fmt: skip


async def test_a_pending_alert_that_never_fires_is_ended(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    store(database, alert(state=PENDING))
    await step(series, clock, 1.0)
    with Session(database) as session, session.begin():
        ALERTS.lock(session)
        ALERTS.bump(session)
        session.exec(delete(AlertRow).where(col(AlertRow.id) == 1))
    await step(series, clock, 1.5)
    assert target.states()[-1] == (1.5, 0)
    assert target.began() == 0


async def test_an_alert_that_comes_and_goes_between_two_looks_is_written(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    await step(series, clock, 30.0)
    store(database, alert(state=RESOLVED))
    await step(series, clock, 31.0)
    assert target.states() == [(0, 1), (5, 2), (30, 0)]
    assert target.began() == 1


async def test_an_alert_that_fires_again_is_not_ended_by_the_one_before(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    (number,) = store(database, alert())
    await step(series, clock, 10.0)
    store(database, alert(since=at(10.2), fired_at=at(10.2)))
    change(database, number, state=RESOLVED.value, resolved_at=at(10.1))
    await step(series, clock, 10.3)
    await step(series, clock, 11.0)
    assert target.states()[-1] == (11, 2)
    assert target.began() == 2


async def test_a_restart_writes_what_the_process_before_left_out_and_nothing_twice(
    database: Engine, target: FakeStore, clock: Clock
) -> None:
    before = AlertSeries(AlertRepository(database), target.write, clock=clock)
    (number,) = store(database, alert())
    await step(before, clock, 11.0)
    store(database, alert(host="web-2"))
    change(database, number, state=RESOLVED.value, resolved_at=at(10.99))
    after = AlertSeries(AlertRepository(database), target.write, clock=clock)
    await step(after, clock, 12.0)
    assert target.states()[-1] == (11, 0)
    assert target.states("web-2 cpu-busy warning ")[-1] == (12, 2)
    assert target.began() == 2
    stored = {key: dict(fields) for key, fields in target.stored.items()}
    await step(AlertSeries(AlertRepository(database), target.write, clock=clock), clock, 12.5)
    assert target.stored == stored


async def test_changes_wait_while_the_store_is_away_and_are_written_in_full(
    database: Engine,
    series: AlertSeries,
    target: FakeStore,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    target.error = StoreUnavailable("connection refused")
    (number,) = store(database, alert(state=PENDING))
    await step(series, clock, 0.1)
    change(database, number, state=FIRING.value, fired_at=at(5))
    await step(series, clock, 5.1)
    change(database, number, state=RESOLVED.value, resolved_at=at(6.5))
    await step(series, clock, 6.6)
    assert target.stored == {}
    target.error = None
    await step(series, clock, 8.0)
    assert {(0, 1), (5, 2), (6.5, 0)} <= set(target.states())
    assert target.states()[-1][1] == 0
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_what_waits_is_bounded_and_a_loss_is_told_once(
    database: Engine, target: FakeStore, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    series = AlertSeries(AlertRepository(database), target.write, clock=clock, max_waiting=10)
    target.error = StoreUnavailable("connection refused")
    store(database, *(alert(host=f"web-{number}") for number in range(8)))
    await step(series, clock, 10.0)
    store(database, alert(host="last"))
    await step(series, clock, 10.1)
    assert sum("are lost" in record.message for record in caplog.records) == 1
    target.error = None
    await series.flush()
    assert (5, 2) in target.states("last cpu-busy warning ")
    changes = [point for batch in target.batches for point in batch if point.time < at(10).timestamp()]
    assert len(changes) == 10


async def test_points_that_the_store_refuses_are_told_and_do_not_hold_up_others(
    database: Engine,
    series: AlertSeries,
    target: FakeStore,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    target.error = StoreRefused("a field of another type")
    store(database, alert())
    await step(series, clock, 10.0)
    target.error = None
    store(database, alert(host="web-2"))
    await step(series, clock, 10.5)
    assert (5, 2) in target.states("web-2 cpu-busy warning ")
    assert any("refused" in record.message for record in caplog.records)


async def test_tags_are_those_of_the_host_and_never_hide_the_alerts_own(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    tags = {"env": "prod", "rule": "mine", "labels": "mine", "empty": ""}
    store(database, alert(tags=tags, labels={"path": "/var", "device": "sda1"}), alert(host=""))
    await step(series, clock, 10.0)
    found = {tuple(sorted(point.tags.items())) for batch in target.batches for point in batch}
    assert found == {
        (
            ("env", "prod"),
            ("host", "web-1"),
            ("labels", "device=sda1 path=/var"),
            ("rule", "cpu-busy"),
            ("severity", "warning"),
        ),
        (("host", POLLER), ("rule", "cpu-busy"), ("severity", "warning")),
    }


async def test_a_series_whose_tags_changed_is_ended(
    database: Engine, series: AlertSeries, target: FakeStore, clock: Clock
) -> None:
    (number,) = store(database, alert(state=PENDING, severity=Severity.WARNING.value))
    await step(series, clock, 1.0)
    changed = {"state": FIRING.value, "fired_at": at(5), "severity": Severity.CRITICAL.value}
    change(database, number, **changed)
    await step(series, clock, 5.1)
    assert target.states()[-1][1] == 0
    assert target.states("web-1 cpu-busy critical ")[-1] == (5, 2)


async def test_minutes_are_not_written_while_nobody_knows_how_alerts_stand(
    database: Engine,
    target: FakeStore,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Runs as the daemon runs it: the database fails after the first look."""
    store(database, alert())
    book = AlertRepository(database)
    clock.minutes = 10.0
    series = AlertSeries(book, target.write, clock=clock)
    looks = 0

    def revision() -> int:
        nonlocal looks
        looks += 1
        if looks > 1:
            clock.minutes = 20.0
            raise DatabaseUnusable("locked")
        return 1

    monkeypatch.setattr(book, "revision", revision)
    monkeypatch.setattr("monctl.daemon.alerting.series._LOOK_SECONDS", 0.01)
    async with asyncio.timeout(20):
        running = asyncio.create_task(series.run())
        while looks < 5:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert target.states()[-1] in {(5, 2), (10, 2)}
    assert sum("are not known" in record.message for record in caplog.records) == 1


async def test_what_waits_is_written_when_it_is_stopped(
    database: Engine, target: FakeStore, clock: Clock
) -> None:
    """The first write fails; the next would come seconds later, but the stop does not wait for it."""
    clock.minutes = 10.0
    store(database, alert())
    target.error = StoreUnavailable("connection refused")
    series = AlertSeries(AlertRepository(database), target.write, clock=clock)
    await series.look()
    running = asyncio.create_task(series.run())
    await asyncio.sleep(0)
    target.error = None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (5, 2) in target.states()


async def test_a_write_under_way_when_it_is_stopped_is_not_done_again(
    database: Engine, target: FakeStore, clock: Clock
) -> None:
    clock.minutes = 10.0
    store(database, alert())
    begun, gate = asyncio.Event(), asyncio.Event()

    async def write(points: Sequence[TaggedPoint]) -> None:
        begun.set()
        await gate.wait()
        await target.write(points)

    series = AlertSeries(AlertRepository(database), write, clock=clock)
    await series.look()
    running = asyncio.create_task(series.run())
    await begun.wait()
    running.cancel()
    await asyncio.sleep(0.05)
    assert not running.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    written = [(series_of(point), point.time, *point.fields) for batch in target.batches for point in batch]
    assert len(written) == len(set(written)) > 0
