"""The table of alerts, read and acknowledged."""

from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, create_engine, select

from alerts.errors import AlertClosed
from alerts.history.filter import OPEN, AlertFilter
from alerts.history.repository import AlertRepository
from alerts.notice import NoticeKind
from alerts.revision import ALERTS, SETTINGS
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.silences.matchers import Matchers
from alerts.silences.silence import Silence
from alerts.states import AlertState
from alerts.tables import AlertRow, DeliveryRow, NotificationRow, NotificationStatus
from foundation.records.errors import RecordUnknown
from tests.alerts.history.alerts import START, alert, at, store
from tests.support.databases import Database
from tests.support.examples import examples

FIRING, PENDING, RESOLVED = AlertState.FIRING, AlertState.PENDING, AlertState.RESOLVED
NOW = at(60)


@pytest.fixture
def book(engine: Engine) -> AlertRepository:
    return AlertRepository(engine, clock=lambda: NOW)


def ids(page: tuple[list[AlertRow], int]) -> list[int | None]:
    assert len(page[0]) == page[1]
    return [row.id for row in page[0]]


def test_the_worst_alerts_come_first(engine: Engine, book: AlertRepository) -> None:
    store(
        engine,
        alert(state=PENDING, severity=Severity.CRITICAL),
        alert(severity=Severity.INFO),
        alert(severity=Severity.CRITICAL),
        alert(severity=Severity.CRITICAL, since=at(1)),
        alert(severity=Severity.WARNING),
        alert(state=RESOLVED, severity=Severity.CRITICAL),
        alert(severity=Severity.WARNING),
    )
    assert ids(book.page(AlertFilter(states=OPEN))) == [4, 3, 7, 5, 2, 1]
    assert ids(book.page(AlertFilter())) == [4, 3, 7, 5, 2, 1, 6]


def test_alerts_come_a_page_at_a_time(engine: Engine, book: AlertRepository) -> None:
    store(engine, *(alert(host=f"web-{number}") for number in range(5)))
    for wanted in (AlertFilter(), AlertFilter(hosts=("web-*",))):
        rows, total = book.page(wanted, offset=1, limit=2)
        assert ([row.id for row in rows], total) == ([4, 3], 5)
        assert book.page(wanted, offset=9, limit=2) == ([], 5)


SILENCES = SilenceBook(
    [
        Silence(
            id=7,
            matchers=Matchers(hosts=("db-*",)),
            starts_at=START.timestamp(),
            ends_at=at(120).timestamp(),
        )
    ]
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"states": frozenset({PENDING})}, {2}),
        ({"hosts": ("web-1",)}, {1, 2}),
        ({"hosts": ("web-*",)}, {1, 2, 3}),
        ({"hosts": ("db-1", "web-2")}, {3, 4}),
        ({"hosts": ("db-?", "web-2")}, {3, 4, 6}),
        ({"hosts": ("tag:env=prod",)}, {1, 4}),
        ({"hosts": ("",)}, {5}),
        ({"hosts": ("", "web-1*")}, {1, 2, 5}),
        ({"hosts": ("web",)}, set()),
        ({"rules": ("disk-full",)}, {3, 4}),
        ({"rules": ("disk-*",)}, {3, 4}),
        ({"rules": ("disk-*",), "hosts": ("web-2",)}, {3}),
        ({"severities": frozenset({Severity.CRITICAL})}, {4}),
        ({"is_acknowledged": True}, {3}),
        ({"is_acknowledged": False}, {1, 2, 4, 5, 6}),
        ({"is_silenced": True}, {4}),
        ({"is_silenced": False}, {1, 2, 3, 5, 6}),
        ({"is_silenced": True, "is_acknowledged": True}, set()),
    ],
)
def test_a_filter_chooses_alerts(
    engine: Engine, book: AlertRepository, wanted: dict[str, Any], found: set[int]
) -> None:
    store(
        engine,
        alert(host="web-1", tags={"env": "prod"}),
        alert(host="web-1", state=PENDING),
        alert("disk-full", "web-2", acknowledged_at=at(6), acknowledged_by="user:alice"),
        alert("disk-full", "db-1", severity=Severity.CRITICAL, tags={"env": "prod"}),
        alert("poller-cut-off", ""),
        alert("cpu-busy", "db-2", state=RESOLVED),
    )
    fields: dict[str, Any] = {"silences": SILENCES, "now": NOW.timestamp()}
    asked = AlertFilter(**fields | wanted)
    assert set(ids(book.page(asked))) == found


_NAMES = st.sampled_from(["", "web-1", "web-2", "db-1", "web[1]", "tag:x"])
_SELECTORS = st.sampled_from(["web-1", "web-*", "db-?", "*", "web[1]", "tag:env=prod", "tag:env", "nobody"])


@settings(deadline=None, max_examples=examples(40))
@given(
    st.lists(st.tuples(_NAMES, st.sampled_from([{}, {"env": "prod"}, {"env": "test"}])), max_size=6),
    st.lists(_SELECTORS, min_size=1, max_size=3),
)
def test_hosts_are_chosen_alike_in_the_database_and_out_of_it(
    hosts: list[tuple[str, dict[str, str]]], selectors: list[str]
) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["alert"]])
    with Session(engine) as session, session.begin():
        session.add_all(alert(host=host, tags=tags) for host, tags in hosts)
    rows, total = AlertRepository(engine).page(AlertFilter(hosts=tuple(selectors)))
    engine.dispose()

    def is_chosen(host: str, tags: dict[str, str], selector: str) -> bool:
        if selector.startswith("tag:"):
            return bool(host) and tags.get("env") in (("prod",) if "=" in selector else ("prod", "test"))
        return host == selector or (bool(host) and fnmatchcase(host, selector))

    expected = [host for host, tags in hosts if any(is_chosen(host, tags, one) for one in selectors)]
    assert sorted(row.host for row in rows) == sorted(expected)
    assert total == len(expected)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (at(0), at(5), []),
        (at(0), at(5.01), [2, 1]),
        (at(10), at(20), [2, 1]),
        (at(30), at(40), [2, 1]),
        (at(30.01), at(40), [1]),
        (at(30.01), at(41), [3, 1]),
    ],
)
def test_the_history_has_all_that_fired_within_a_time(
    engine: Engine, book: AlertRepository, start: datetime, end: datetime, found: list[int]
) -> None:
    store(engine, alert(), alert(state=RESOLVED), alert(fired_at=at(40)), alert(state=PENDING))
    asked = book.history(AlertFilter(), start=start.timestamp(), end=end.timestamp())
    assert ids(asked) == found
    assert ids(book.history(AlertFilter(hosts=("x*",)), start=0, end=end.timestamp())) == []


def test_an_alert_is_read_with_what_was_told_of_it(engine: Engine, book: AlertRepository) -> None:
    first, other = store(engine, alert(), alert())
    _notify(engine, first, "ops", NoticeKind.FIRING)
    _notify(engine, other, "ops", NoticeKind.FIRING)
    _notify(engine, first, "mail", NoticeKind.REPEAT)
    story = book.get(first)
    assert story.row.id == first
    assert [(row.channel, row.kind) for row in story.notifications] == [("ops", "firing"), ("mail", "repeat")]
    with pytest.raises(RecordUnknown, match="there is no alert `9`"):
        book.get(9)


def test_somebody_acknowledges_an_alert_and_another_writes_over_it(
    engine: Engine, book: AlertRepository
) -> None:
    store(engine, alert(), alert(state=PENDING))
    row = book.acknowledge(1, by="user:alice", text="looking")
    assert (row.acknowledged_at, row.acknowledged_by, row.note) == (NOW, "user:alice", "looking")
    book.acknowledge(1, by="user:bob")
    stored = book.get(1).row
    assert (stored.acknowledged_by, stored.note) == ("user:bob", None)
    assert book.acknowledge(2, by="user:bob").state == PENDING
    undone = book.unacknowledge(1)
    assert (undone.acknowledged_at, undone.acknowledged_by, undone.note) == (None, None, None)


@pytest.mark.parametrize(
    "change",
    [lambda book, number: book.acknowledge(number, by="x"), lambda book, number: book.unacknowledge(number)],
)
def test_an_alert_that_is_over_cannot_be_acknowledged(
    engine: Engine, book: AlertRepository, change: Callable[[AlertRepository, int], object]
) -> None:
    store(engine, alert(state=RESOLVED))
    with pytest.raises(AlertClosed, match="alert 1 is over"):
        change(book, 1)
    with pytest.raises(RecordUnknown):
        change(book, 2)
    with Session(engine) as session:
        assert (SETTINGS.read(session), ALERTS.read(session)) == (0, 1)


def test_whoever_follows_sees_an_acknowledgement(engine: Engine, book: AlertRepository) -> None:
    store(engine, alert(), alert())
    before = book.revision()
    book.acknowledge(1, by="user:alice")
    with Session(engine) as session:
        assert SETTINGS.read(session) == 1
    changes = book.changed_since(before)
    assert changes.revision == before + 1 == book.revision()
    assert [(row.id, row.acknowledged_by) for row in changes.rows] == [(1, "user:alice")]
    assert book.changed_since(changes.revision).rows == ()


def test_whoever_follows_sees_a_pending_alert_go(engine: Engine, book: AlertRepository) -> None:
    store(engine, alert(state=PENDING), alert(), alert(state=RESOLVED))
    first = book.changed_since(0)
    assert [row.id for row in first.rows] == [1, 2, 3]
    assert first.open_ids == {1, 2}
    with Session(engine) as session, session.begin():
        session.delete(session.get(AlertRow, 1))
    assert book.changed_since(first.revision).open_ids == {2}


def test_a_note_of_the_audit_log_is_part_of_the_change(engine: Engine, book: AlertRepository) -> None:
    store(engine, alert())

    def fail(_: Session) -> None:
        raise RuntimeError("no audit log")

    with pytest.raises(RuntimeError):
        book.acknowledge(1, by="user:alice", note=fail)
    assert book.get(1).row.acknowledged_at is None
    assert book.revision() == 1


def test_open_alerts_are_counted_by_state_and_severity(engine: Engine, book: AlertRepository) -> None:
    store(
        engine,
        alert(),
        alert(),
        alert(severity=Severity.CRITICAL),
        alert(state=PENDING),
        alert(state=RESOLVED),
    )
    counts = book.counts()
    assert len(counts) == 6
    assert {pair: count for pair, count in counts.items() if count} == {
        (FIRING, Severity.WARNING): 2,
        (FIRING, Severity.CRITICAL): 1,
        (PENDING, Severity.WARNING): 1,
    }


def test_old_alerts_are_purged_with_what_was_told_of_them(
    engine: Engine, book: AlertRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.history.repository._IDS_AT_ONCE", 2)
    store(
        engine, alert(), *(alert(state=RESOLVED) for _ in range(5)), alert(state=RESOLVED, resolved_at=at(50))
    )
    for number in range(1, 8):
        _notify(engine, number, "ops", NoticeKind.FIRING)
    for minutes in (39, 40):
        _deliver(engine, at(minutes))
    assert book.purge(at(40)) == 5
    assert set(ids(book.page(AlertFilter()))) == {1, 7}
    with Session(engine) as session:
        assert list(session.exec(select(NotificationRow.alert_id))) == [1, 7]
        assert list(session.exec(select(DeliveryRow.time))) == [at(40)]
    assert book.purge(at(40)) == 0


def _notify(engine: Engine, number: int, channel: str, kind: NoticeKind) -> None:
    with Session(engine) as session, session.begin():
        session.add(
            NotificationRow(
                alert_id=number,
                channel=channel,
                kind=kind.value,
                severity=Severity.WARNING.value,
                status=NotificationStatus.SENT.value,
                created_at=at(5),
                due_at=at(5),
            )
        )


def _deliver(engine: Engine, time: datetime) -> None:
    with Session(engine) as session, session.begin():
        session.add(
            DeliveryRow(
                channel="ops", time=time, attempt=1, is_sent=True, seconds=0.1, notifications=1, title="cpu"
            )
        )


def test_a_database_of_another_process_is_seen(database: Database, book: AlertRepository) -> None:
    other = database.open()
    store(other, alert())
    other.dispose()
    assert ids(book.page(AlertFilter())) == [1]
