"""Which rows go into a message, and when: pure, so that every order of events can be tried."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.notice import Notice, NoticeKind
from alerts.outbox.backoff import CEILING_SECONDS, delay_seconds, seconds_until_due
from alerts.outbox.grouping import NOTHING_TOLD, given_up, sort_out
from alerts.outbox.notification import Queued
from alerts.outbox.repository import new_notification
from alerts.severity import Severity
from alerts.tables import NotificationRow
from foundation.times import utc_time

NOW = 1_800_000_000.0


def notice(alert: int, kind: NoticeKind) -> Notice:
    return Notice(
        kind=kind,
        alert_id=alert,
        rule="cpu",
        severity=Severity.INFO,
        host="web-1",
        labels={},
        tags={},
        since=NOW,
        fired_at=NOW,
        time=NOW,
    )


def queued(number: int, alert: int, kind: NoticeKind, created_at: float = NOW) -> Queued:
    return Queued(id=number, alert_id=alert, notice=notice(alert, kind), created_at=created_at, attempts=1)


rows = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(NoticeKind)), max_size=20).map(
    lambda found: [queued(number, alert, kind) for number, (alert, kind) in enumerate(found, start=1)]
)
alerts = st.frozensets(st.integers(1, 4))


@given(rows, alerts, alerts)
def test_every_row_ends_in_one_place_and_order_is_kept(
    given_rows: list[Queued], told: frozenset[int], silenced: frozenset[int]
) -> None:
    found = sort_out(
        given_rows,
        told_alerts=told,
        silenced_by=lambda one, now: 7 if one.alert_id in silenced else None,
        now=NOW,
    )
    sent = [row.id for row in found.to_send]
    assert sorted([*sent, *found.silenced, *found.dropped]) == [row.id for row in given_rows]
    assert sent == sorted(sent)


@given(rows, alerts, alerts)
def test_nothing_silenced_is_told(
    given_rows: list[Queued], told: frozenset[int], silenced: frozenset[int]
) -> None:
    found = sort_out(
        given_rows,
        told_alerts=told,
        silenced_by=lambda one, now: 7 if one.alert_id in silenced else None,
        now=NOW,
    )
    assert not {row.alert_id for row in found.to_send} & silenced


@given(rows, alerts)
def test_an_end_is_told_only_after_its_beginning(given_rows: list[Queued], told: frozenset[int]) -> None:
    found = sort_out(given_rows, told_alerts=told, silenced_by=lambda one, now: None, now=NOW)
    known = set(told)
    for row in found.to_send:
        if row.notice.kind is NoticeKind.RESOLVED:
            assert row.alert_id in known
        known.add(row.alert_id)
    assert set(found.dropped.values()) <= {NOTHING_TOLD}
    kinds = {row.id: row.notice.kind for row in given_rows}
    assert {kinds[number] for number in found.dropped} <= {NoticeKind.RESOLVED}


@given(st.integers(0, 10_000))
def test_a_delay_lies_around_a_ceiling_that_doubles(attempts: int) -> None:
    middle = delay_seconds(attempts, lambda low, high: (low + high) / 2)
    assert 5 <= middle <= CEILING_SECONDS
    assert middle <= delay_seconds(attempts + 1, lambda low, high: (low + high) / 2)
    assert delay_seconds(attempts, min) == middle / 2
    assert delay_seconds(attempts, max) == middle * 1.5


def head(*, age: float = 0.0, due_in: float = 0.0, leased_for: float | None = None) -> NotificationRow:
    row = new_notification(notice(1, NoticeKind.FIRING), "ops", now=utc_time(NOW - age))
    row.due_at = utc_time(NOW + due_in)
    row.claimed_until = None if leased_for is None else utc_time(NOW) + timedelta(seconds=leased_for)
    return row


def waits(row: NotificationRow) -> float:
    return seconds_until_due(row, now=NOW, group_wait_seconds=10, lease_seconds=60)


def test_the_oldest_row_waits_for_company_for_its_back_off_and_for_a_lease() -> None:
    assert waits(head(age=4)) == 6
    assert waits(head(age=10)) == 0
    assert waits(head(age=60, due_in=300)) == 300
    assert waits(head(age=60, leased_for=20)) == 20
    assert waits(head(age=8, due_in=5, leased_for=1)) == 5


def test_times_from_a_clock_that_was_ahead_do_not_count() -> None:
    assert waits(head(age=-86400)) == 0
    assert waits(head(age=60, due_in=86400)) == 0
    assert waits(head(age=60, leased_for=86400)) == 0


def test_only_what_is_a_day_old_is_given_up() -> None:
    found = [
        queued(1, 1, NoticeKind.FIRING, NOW - 86400),
        queued(2, 1, NoticeKind.RESOLVED, NOW - 86399),
    ]
    assert given_up(found, now=NOW, after_seconds=86400) == [1]
