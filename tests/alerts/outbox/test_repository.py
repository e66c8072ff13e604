"""The outbox in the database: claims, leases, and what is written down."""

import threading
from collections.abc import Sequence

import pytest

from alerts.notice import NoticeKind
from alerts.outbox.notification import read_notice
from alerts.outbox.repository import AttemptResult, OutboxRepository
from alerts.tables import DeliveryRow, NotificationRow, NotificationStatus
from foundation.times import utc_time
from tests.alerts.outbox.bench import Bench


def claimed(bench: Bench, owner: str = "a", *, channel: str = "ops", limit: int = 1000) -> list[int]:
    """The ids of what a claim gives."""
    rows = bench.repository.claim(channel, owner, now=bench.time.now, lease_seconds=60, limit=limit)
    return ids(rows)


def ids(rows: Sequence[NotificationRow]) -> list[int]:
    return [row.id or 0 for row in rows]


def delivery(bench: Bench, *, is_sent: bool = True) -> DeliveryRow:
    return DeliveryRow(
        channel="ops",
        time=utc_time(bench.time.now),
        attempt=1,
        is_sent=is_sent,
        seconds=0.5,
        notifications=1,
        title="a title",
    )


def test_what_is_put_in_comes_out_as_it_was(bench: Bench) -> None:
    bench.put(3, NoticeKind.REPEAT)
    row = bench.rows()[0]
    assert read_notice(row) == bench.notice(3, NoticeKind.REPEAT)
    assert (row.kind, row.severity, row.status, row.attempts) == ("repeat", "warning", "queued", 0)


def test_a_notice_without_its_alerts_number_takes_it_from_its_row(bench: Bench) -> None:
    bench.put(0)
    row = bench.rows()[0]
    row.alert_id = 12
    assert read_notice(row).alert_id == 12


def test_a_claim_takes_the_oldest_rows_of_one_channel_in_order(bench: Bench) -> None:
    for alert in range(4):
        bench.put(alert, NoticeKind.FIRING, "ops", "boss")
    assert bench.repository.queued_channels() == ("boss", "ops")
    assert claimed(bench, limit=3) == [1, 3, 5]
    assert [row.attempts for row in bench.rows("ops")] == [1, 1, 1, 0]
    assert [row.attempts for row in bench.rows("boss")] == [0, 0, 0, 0]


def test_while_a_lease_holds_nobody_else_gets_anything_of_the_channel(bench: Bench) -> None:
    bench.put(1)
    assert claimed(bench, "a") == [1]
    bench.put(1, NoticeKind.RESOLVED)
    assert claimed(bench, "b") == []
    bench.time.now += 59
    assert claimed(bench, "b") == []
    bench.time.now += 2
    assert claimed(bench, "b") == [1, 2]
    assert [row.attempts for row in bench.rows()] == [2, 1]


def test_a_lease_from_a_clock_that_was_ahead_does_not_hold(bench: Bench) -> None:
    bench.put(1)
    bench.time.now += 86400
    assert claimed(bench, "a") == [1]
    bench.time.now -= 86400
    assert claimed(bench, "b") == [1]


def test_claims_of_a_former_process_are_released_by_its_name(bench: Bench) -> None:
    bench.put(1, NoticeKind.FIRING, "ops", "boss")
    claimed(bench, "a")
    claimed(bench, "b", channel="boss")
    bench.repository.release_claims("a")
    assert claimed(bench, "c") == [1]
    assert claimed(bench, "c", channel="boss") == []


def test_how_an_attempt_ended_is_written_down_whole(bench: Bench) -> None:
    for alert in range(5):
        bench.put(alert)
    claimed(bench)
    now = bench.time.now
    ended = AttemptResult(
        now=now,
        retried_ids=[1],
        given_up_ids=[2],
        silenced={3: 9},
        dropped={4: "nobody cares"},
        due_at=now + 30,
        errors={1: "refused", 2: "refused"},
        deliveries=[delivery(bench, is_sent=False)],
    )
    bench.repository.finish("a", ended)
    retried, given_up, silenced, dropped, untouched = bench.rows()
    assert (retried.status, retried.error, retried.delivery_id) == ("queued", "refused", 1)
    assert (retried.due_at, retried.claimed_by, retried.finished_at) == (utc_time(now + 30), None, None)
    assert (given_up.status, given_up.error, given_up.finished_at) == ("failed", "refused", utc_time(now))
    assert (silenced.status, silenced.silence_id, silenced.delivery_id) == ("silenced", 9, None)
    assert (dropped.status, dropped.error) == ("dropped", "nobody cares")
    assert (untouched.status, untouched.claimed_by) == ("queued", "a")
    assert bench.repository.counts() == {
        NotificationStatus.QUEUED: 2,
        NotificationStatus.SENT: 0,
        NotificationStatus.SILENCED: 1,
        NotificationStatus.FAILED: 1,
        NotificationStatus.DROPPED: 1,
    }


def test_what_was_sent_is_sent_though_the_lease_was_lost_meanwhile(bench: Bench) -> None:
    bench.put(1)
    bench.put(2)
    claimed(bench, "a")
    bench.time.now += 61
    claimed(bench, "b")
    now = bench.time.now
    bench.repository.finish("a", AttemptResult(now=now, sent_ids=[1], deliveries=[delivery(bench)]))
    bench.repository.finish("a", AttemptResult(now=now, retried_ids=[2], errors={2: "slow"}))
    first, second = bench.rows()
    assert first.status == "sent"
    assert (second.status, second.claimed_by, second.error) == ("queued", "b", None)


def test_told_knows_who_heard_that_an_alert_began(bench: Bench) -> None:
    bench.put(1)
    bench.put(2)
    bench.put(3, NoticeKind.RESOLVED)
    claimed(bench)
    bench.repository.finish(
        "a", AttemptResult(now=bench.time.now, sent_ids=[1, 3], deliveries=[delivery(bench)])
    )
    assert bench.repository.alerts_told_of("ops", [1, 2, 3]) == {1}
    assert bench.repository.alerts_told_of("boss", [1, 2, 3]) == frozenset()


def test_a_silenced_alert_is_queued_again_once_however_many_ask(bench: Bench) -> None:
    alert, fired_at = bench.alert(), bench.time.now
    bench.put(alert)
    claimed(bench)
    bench.repository.finish("a", AttemptResult(now=bench.time.now, silenced={1: 5}))
    assert ids(bench.repository.silenced_and_untold()) == [1]
    bench.time.now += 600
    assert bench.repository.requeue([1], now=bench.time.now) == 1
    assert bench.repository.requeue([1], now=bench.time.now) == 0
    assert bench.repository.silenced_and_untold() == []
    again = bench.rows()[1]
    assert (again.status, again.created_at) == ("queued", utc_time(bench.time.now))
    assert read_notice(again) == bench.notice(alert, since=fired_at, fired_at=fired_at)


def test_the_last_delivery_of_each_channel_and_the_backlog_are_read(bench: Bench) -> None:
    bench.put(1)
    for number in range(3):
        bench.time.now += 10
        bench.repository.finish(
            "a", AttemptResult(now=bench.time.now, deliveries=[delivery(bench, is_sent=number == 1)])
        )
    last = bench.channels.last_deliveries()
    assert {name: (row.id, row.is_sent) for name, row in last.items()} == {"ops": (3, False)}
    backlog = bench.repository.backlog()
    assert (backlog.queued, backlog.oldest) == (1, bench.time.now - 30)


def test_old_rows_are_deleted_and_waiting_ones_stay(bench: Bench) -> None:
    bench.put(1)
    bench.put(2)
    claimed(bench)
    bench.repository.finish(
        "a", AttemptResult(now=bench.time.now, sent_ids=[1], deliveries=[delivery(bench)])
    )
    bench.repository.delete_before(bench.time.now)
    assert len(bench.rows()) == 2
    bench.repository.delete_before(bench.time.now + 1)
    assert ([row.alert_id for row in bench.rows()], bench.deliveries()) == ([2], [])


@pytest.mark.parametrize("round_", range(3))
def test_of_many_who_claim_at_once_one_gets_the_channel(bench: Bench, round_: int) -> None:
    for alert in range(50):
        bench.put(alert)
    got: dict[str, list[int]] = {}
    begin = threading.Barrier(4)

    def claim(owner: str) -> None:
        own = bench.database.open()
        begin.wait()
        rows = OutboxRepository(own).claim("ops", owner, now=bench.time.now, lease_seconds=60, limit=1000)
        got[owner] = ids(rows)
        own.dispose()

    threads = [threading.Thread(target=claim, args=(f"worker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got.values(), key=len) == [[], [], [], list(range(1, 51))]
