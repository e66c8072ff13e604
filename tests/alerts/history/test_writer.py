"""What the engine says, as it stands in the database: alerts and outbox of one transaction."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from alerts.engine.changes import AlertChange, AlertKey
from alerts.engine.ledger import Entry
from alerts.history.recorder import Recorder
from alerts.history.restore import acknowledgements, end_superseded, open_entries
from alerts.history.writer import AlertWriter
from alerts.notice import NoticeKind
from alerts.outbox.notification import read_notice
from alerts.revision import ALERTS
from alerts.rules.rule import Escalation, Rule
from alerts.severity import Severity
from alerts.states import AlertState, Resolution
from alerts.tables import AlertRow, NotificationRow
from metrics.results import Outcome, PollResult
from tests.alerts.engine.building import START, Bench, failed, good, host, memory, point, rule

CHANNELS = {"ops": Severity.INFO, "boss": Severity.CRITICAL}
KEY = AlertKey("r", "web-1", ())


@pytest.fixture
def anyio_backend() -> str:
    """The only event loop that monctl runs on."""
    return "asyncio"


@pytest.fixture
def writer(engine: Engine) -> AlertWriter:
    """A writer that knows two channels."""
    return AlertWriter(engine, channels=lambda: CHANNELS)


def _alerts(engine: Engine) -> list[AlertRow]:
    with Session(engine) as session:
        return list(session.exec(select(AlertRow).order_by(col(AlertRow.id))))


def _outbox(engine: Engine) -> list[NotificationRow]:
    with Session(engine) as session:
        return list(session.exec(select(NotificationRow).order_by(col(NotificationRow.id))))


def _told(engine: Engine) -> list[tuple[str, str]]:
    return [(row.kind, row.channel) for row in _outbox(engine)]


def _changes(*rules: Rule, percents: Sequence[float]) -> list[AlertChange]:
    bench = Bench(*rules)
    bench.feed(*(memory(START + 5 * turn, percent) for turn, percent in enumerate(percents)))
    return bench.changes


def test_a_pending_alert_is_there_from_its_first_moment_and_gone_when_its_condition_ends(
    engine: Engine, writer: AlertWriter
) -> None:
    changes = _changes(rule(for_seconds=60), percents=[99, 99, 10])
    writer.write(changes[:1])
    (row,) = _alerts(engine)
    assert (row.state, row.since.timestamp(), row.fired_at) == (AlertState.PENDING, START, None)
    assert _outbox(engine) == []
    writer.write(changes[1:])
    assert _alerts(engine) == []


def test_an_alert_that_fires_stands_beside_what_is_to_be_told_of_it(
    engine: Engine, writer: AlertWriter
) -> None:
    writer.write(_changes(rule(for_seconds=5, severity=Severity.CRITICAL), percents=[99, 99]))
    (row,) = _alerts(engine)
    assert (row.state, row.since.timestamp()) == (AlertState.FIRING, START)
    assert row.fired_at is not None
    assert row.fired_at.timestamp() == START + 5
    assert _told(engine) == [("firing", "ops"), ("firing", "boss")]
    notice = read_notice(_outbox(engine)[0])
    assert (notice.alert_id, notice.kind, notice.host) == (row.id, NoticeKind.FIRING, "web-1")
    assert notice.readings[0].value == 99


def test_a_channel_hears_only_of_what_is_bad_enough_for_it(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(severity=Severity.WARNING), percents=[99]))
    assert _told(engine) == [("firing", "ops")]


def test_a_rule_names_its_channels_and_escalates_to_others(engine: Engine, writer: AlertWriter) -> None:
    escalation = Escalation(after_seconds=60, channels=("boss",))
    bench = Bench(rule(channels=("ops", "nowhere"), escalate=escalation, repeat_seconds=120.0))
    bench.feed(memory(START, 99))
    bench.engine.tick(START + 60)
    bench.engine.tick(START + 120)
    bench.feed(memory(START + 125, 10))
    writer.write(bench.changes)
    assert _told(engine) == [
        ("firing", "ops"),
        ("firing", "nowhere"),
        ("escalation", "boss"),
        ("repeat", "ops"),
        ("repeat", "nowhere"),
        ("resolved", "boss"),
        ("resolved", "nowhere"),
        ("resolved", "ops"),
    ]
    (row,) = _alerts(engine)
    assert row.escalated_at is not None
    assert row.escalated_at.timestamp() == START + 60
    assert row.notified_at is not None
    assert row.notified_at.timestamp() == START + 120


def test_the_same_changes_written_twice_tell_nobody_twice(engine: Engine, writer: AlertWriter) -> None:
    changes = _changes(rule(for_seconds=5), percents=[99, 99])
    writer.write(changes)
    before = _told(engine)
    AlertWriter(engine, channels=lambda: CHANNELS).write(changes)
    assert _told(engine) == before
    assert len(_alerts(engine)) == 1


def test_a_message_is_due_at_once_also_when_the_hosts_clock_is_ahead(engine: Engine) -> None:
    AlertWriter(engine, channels=lambda: CHANNELS, clock=lambda: START - 50).write(
        _changes(rule(), percents=[99])
    )
    (row,) = _alerts(engine)
    assert row.fired_at is not None
    assert row.fired_at.timestamp() == START
    assert {(one.created_at.timestamp(), one.due_at.timestamp()) for one in _outbox(engine)} == {
        (START - 50, START - 50)
    }


def test_an_alert_that_comes_back_is_another_one(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(), percents=[99, 10, 99]))
    assert [row.state for row in _alerts(engine)] == [AlertState.RESOLVED, AlertState.FIRING]


def test_nothing_of_a_batch_is_kept_when_one_part_of_it_fails(
    engine: Engine, writer: AlertWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = _changes(rule(), percents=[99, 10])

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("alerts.history.writer._resolve", broken)
        with pytest.raises(RuntimeError, match="the disk is full"):
            writer.write(changes)
    assert _alerts(engine) == []
    assert _outbox(engine) == []
    writer.write(changes)
    assert [row.state for row in _alerts(engine)] == [AlertState.RESOLVED]


def test_each_batch_has_a_number_of_its_own(engine: Engine, writer: AlertWriter) -> None:
    changes = _changes(rule(), percents=[99, 10])
    writer.write(changes[:1])
    writer.write(changes[1:])
    with Session(engine) as session:
        assert ALERTS.read(session) == 2
    assert _alerts(engine)[0].revision == 2


def test_a_restart_takes_up_the_clock_of_for_where_it_was(engine: Engine, writer: AlertWriter) -> None:
    slow = rule(for_seconds=60)
    writer.write(_changes(slow, percents=[99, 99]))
    again = Bench(slow)
    for key, entry in _restored(engine, slow).items():
        again.engine.restore(key, entry)
    again.engine.settle(START + 20)
    again.feed(memory(START + 59, 99))
    assert again.changes == []
    again.feed(memory(START + 60, 99))
    writer.write(again.changes)
    (row,) = _alerts(engine)
    assert (row.state, row.since.timestamp()) == (AlertState.FIRING, START)


def test_a_restart_neither_fires_again_nor_forgets_to_resolve(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(), percents=[99]))
    again = Bench(rule())
    for key, entry in _restored(engine, rule()).items():
        again.engine.restore(key, entry)
    again.engine.settle(START + 20)
    again.feed(memory(START + 20, 99), memory(START + 25, 10))
    AlertWriter(engine, channels=lambda: CHANNELS).write(again.changes)
    assert _told(engine) == [("firing", "ops"), ("resolved", "ops")]
    assert [row.state for row in _alerts(engine)] == [AlertState.RESOLVED]


def test_a_restart_remembers_how_often_an_alert_has_fired(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(), percents=[99, 10, 99, 10]))
    (entry,) = _restored(engine, rule()).values()
    assert entry.status.firings == (START, START + 10)
    assert not entry.is_open


def test_after_a_restart_alerts_without_rule_or_host_are_over(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(), rule("gone"), percents=[99]))
    again = Bench(rule(), hosts={})
    for key, entry in _restored(engine, rule()).items():
        again.engine.restore(key, entry)
    again.engine.settle(START + 20)
    writer.write(again.changes)
    assert {(row.rule, row.state, row.resolution) for row in _alerts(engine)} == {
        ("r", "resolved", "host_removed"),
        ("gone", "resolved", "rule_removed"),
    }


def test_a_restart_keeps_the_hosts_behind_a_jump_host_together(engine: Engine, writer: AlertWriter) -> None:
    down = rule("down", 'host.state == "down"')
    hosts = {name: host(name, jump="bastion") for name in ("a", "b")} | {"other": host("other")}
    bench = Bench(down, hosts=hosts)
    for turn in range(3):
        bench.feed(memory(START + turn, 1, host="other"))
        for name in ("a", "b"):
            bench.feed(failed(START + turn, Outcome.JUMP_DOWN, host=name, jump="bastion"))
    writer.write(bench.changes)
    again = Bench(down, hosts=hosts)
    for key, entry in _restored(engine, down).items():
        again.engine.restore(key, entry)
    again.engine.settle(START + 20)
    again.feed(memory(START + 20, 1, host="a"))
    assert again.changes == []
    again.feed(memory(START + 20, 1, host="b"))
    assert [(change.kind.value, change.key.host) for change in again.changes] == [("resolved", "bastion")]


def test_acknowledgements_are_found_for_open_alerts(engine: Engine, writer: AlertWriter) -> None:
    writer.write(_changes(rule(), percents=[99]))
    assert acknowledgements(engine) == {KEY: False}


class _Away(Exception):
    """The database is away."""


@pytest.mark.anyio
async def test_while_the_database_is_away_changes_wait_in_their_order(
    engine: Engine, writer: AlertWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [True, True]
    write = writer.write

    def sometimes(changes: Sequence[AlertChange]) -> list[AlertRow]:
        if failures:
            failures.pop()
            raise _Away
        return write(changes)

    monkeypatch.setattr(writer, "write", sometimes)
    written: list[AlertRow] = []
    recorder = Recorder(writer, on_written=written.extend, unavailable=(_Away,), max_queued=2)
    for change in _changes(rule(), percents=[99, 10]):
        recorder.put(change)
    assert recorder.is_full()
    assert not await recorder.flush()
    assert recorder.is_failing
    task = asyncio.create_task(recorder.run())
    async with asyncio.timeout(10):
        while recorder.queued:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert [row.state for row in written] == [AlertState.RESOLVED]
    assert not recorder.is_failing


@pytest.mark.anyio
async def test_a_recorder_that_is_stopped_writes_what_is_left(engine: Engine, writer: AlertWriter) -> None:
    recorder = Recorder(writer, on_written=lambda rows: None, unavailable=(_Away,))
    task = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)
    for change in _changes(rule(), percents=[99]):
        recorder.put(change)
    task.cancel()
    await asyncio.wait([task])
    assert [row.state for row in _alerts(engine)] == [AlertState.FIRING]


def _of_disk(mode: str, percent: float) -> PollResult:
    labels = (("device", "sda1"), ("fstype", "ext4"), ("mode", mode), ("path", "/data"))
    return good(START, point("disk", labels, used_percent=percent))


def test_a_disk_that_is_mounted_read_only_goes_on_with_its_row_and_id(
    engine: Engine, writer: AlertWriter
) -> None:
    by_disk = rule(when="disk.used_percent > 90")
    writer.write(Bench(by_disk).feed(_of_disk("rw", 99.0)).changes)
    (before,) = _alerts(engine)
    assert before.labels == {"device": "sda1", "fstype": "ext4", "mode": "rw", "path": "/data"}
    restarted = Bench(by_disk)
    for key, entry in _restored(engine, by_disk).items():
        assert key.labels == (("path", "/data"),)
        restarted.engine.restore(key, entry)
    restarted.feed(_of_disk("ro", 99.0))
    assert restarted.changes == []
    restarted.feed(_of_disk("ro", 9.0))
    AlertWriter(engine, channels=lambda: CHANNELS).write(restarted.changes)
    (after,) = _alerts(engine)
    assert (after.id, after.state, after.labels) == (before.id, AlertState.RESOLVED, before.labels)


def test_of_two_open_alerts_about_one_disk_the_newer_goes_on(engine: Engine, writer: AlertWriter) -> None:
    by_disk = rule(when="disk.used_percent > 90")
    writer.write(Bench(by_disk).feed(_of_disk("rw", 99.0)).changes)
    (first,) = _alerts(engine)
    with Session(engine) as session, session.begin():
        session.add(AlertRow(**first.model_dump(exclude={"id", "labels"}), labels={"path": "/data"}))
    end_superseded(engine, now=START + 60)
    old, new = _alerts(engine)
    assert (old.state, old.resolution) == (AlertState.RESOLVED, Resolution.GONE)
    assert new.state == AlertState.FIRING
    restarted = Bench(by_disk)
    for key, entry in _restored(engine, by_disk).items():
        restarted.engine.restore(key, entry)
    AlertWriter(engine, channels=lambda: CHANNELS).write(restarted.feed(_of_disk("ro", 9.0)).changes)
    assert [row.state for row in _alerts(engine)] == [AlertState.RESOLVED, AlertState.RESOLVED]


def _restored(engine: Engine, *rules: Rule) -> dict[AlertKey, Entry]:
    by_name = {one.name: one for one in rules}
    return open_entries(engine, now=START + 20, find_rule=by_name.get, seen_at=lambda _: START + 10)
