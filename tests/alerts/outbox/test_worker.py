"""The outbox at work: what reaches whom, when, and what becomes of the rest."""

import asyncio
import itertools
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from alerts.channels.channel import Channel, FileChannel
from alerts.channels.notifier import FakeNotifier, Sent
from alerts.messages.message import Message
from alerts.notice import Notice, NoticeKind
from alerts.outbox.repository import AttemptResult
from alerts.outbox.settings import OutboxSettings
from alerts.states import AlertState
from alerts.tables import NotificationStatus
from foundation.database.errors import DatabaseUnusable
from tests.alerts.outbox.bench import Bench, Switch

pytestmark = pytest.mark.anyio

RARELY = OutboxSettings(look_seconds=1800)
"""For tests that last for days."""

FIRING, REPEAT, RESOLVED = NoticeKind.FIRING, NoticeKind.REPEAT, NoticeKind.RESOLVED


async def test_alerts_within_ten_seconds_make_one_message(bench: Bench) -> None:
    async with bench.running(bench.outbox()):
        bench.put(1)
        await bench.pass_time(6)
        bench.put(2)
        await bench.pass_time(3)
        assert bench.told() == []
        await bench.pass_time(2)
        assert bench.told() == [["firing 1", "firing 2"]]
        bench.put(3)
        await bench.pass_time(16)
    assert bench.told() == [["firing 1", "firing 2"], ["firing 3"]]
    assert bench.statuses() == ["sent"] * 3


async def test_without_a_wait_a_woken_outbox_sends_at_once(bench: Bench) -> None:
    outbox = bench.outbox(settings=OutboxSettings(group_wait_seconds=0))
    async with bench.running(outbox):
        bench.put(1)
        outbox.wake()
        await bench.pass_time(0)
        assert bench.told() == [["firing 1"]]


async def test_rows_that_are_due_when_it_starts_are_sent(bench: Bench) -> None:
    bench.put(1)
    bench.time.now += 3600
    async with bench.running(bench.outbox()):
        assert bench.told() == [["firing 1"]]


async def test_a_channel_that_fails_holds_up_no_other(bench: Bench) -> None:
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox()):
        for alert in range(3):
            bench.put(alert + 1, FIRING, "ops", "boss")
            await bench.pass_time(20)
        assert bench.told("boss") == [["firing 1"], ["firing 2"], ["firing 3"]]
        assert bench.statuses("ops") == ["queued"] * 3


async def test_after_ten_minutes_of_outage_all_arrives_in_order(bench: Bench) -> None:
    outbox = bench.outbox()
    bench.switch.down = {"ops"}
    async with bench.running(outbox):
        for number in range(10):
            bench.put(number + 1)
            await bench.pass_time(30)
            bench.put(number + 1, RESOLVED)
            await bench.pass_time(30)
        assert bench.told() == []
        assert outbox.failing_channels == {"ops"}
        bench.switch.down = set()
        await bench.pass_time(15 * 60)
    lines = [line for message in bench.told() for line in message]
    assert lines == [f"{kind} {number + 1}" for number in range(10) for kind in (FIRING, RESOLVED)]
    assert bench.statuses() == ["sent"] * 20
    assert outbox.failing_channels == frozenset()


async def test_attempts_become_rarer_up_to_a_quarter_of_an_hour(bench: Bench) -> None:
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox(settings=OutboxSettings(group_wait_seconds=0, look_seconds=60))):
        bench.put(1)
        await bench.pass_time(3600)
    deliveries = bench.deliveries()
    times = [delivery.time.timestamp() for delivery in deliveries]
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(times)]
    assert gaps == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert [delivery.attempt for delivery in deliveries] == list(range(1, len(deliveries) + 1))
    assert {delivery.error for delivery in deliveries} == {"connection refused"}


async def test_a_restart_does_not_forget_the_back_off(bench: Bench) -> None:
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox()):
        bench.put(1)
        await bench.pass_time(700)
    attempts = bench.notifier.attempts
    async with bench.running(bench.outbox()):
        await bench.pass_time(60)
        assert bench.notifier.attempts == attempts
        await bench.pass_time(900)
    assert bench.notifier.attempts == attempts + 1


async def test_after_a_day_a_notification_is_given_up_with_the_reason(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.switch.down = {"ops"}
    outbox = bench.outbox(settings=RARELY)
    async with bench.running(outbox):
        bench.put(1)
        await bench.pass_time(20 * 3600)
        bench.put(2)
        await bench.pass_time(4.5 * 3600)
        assert bench.statuses() == ["failed", "queued"]
        assert bench.rows()[0].error == "connection refused"
        await bench.pass_time(24 * 3600)
    assert bench.statuses() == ["failed", "failed"]
    given_up = [record for record in caplog.records if "given up" in record.getMessage()]
    assert len(given_up) == 2
    assert outbox.telemetry.notifications[NotificationStatus.FAILED] == 2


async def test_failing_and_being_back_are_logged_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox()):
        bench.put(1)
        await bench.pass_time(600)
        bench.switch.down = set()
        await bench.pass_time(900)
    told = [record.getMessage() for record in caplog.records if "channel ops" in record.getMessage()]
    assert told == [
        "channel ops does not take messages: connection refused",
        "channel ops takes messages again",
    ]


async def test_what_is_silenced_is_not_sent_and_told_when_the_silence_is_over(bench: Bench) -> None:
    alert = bench.alert()
    bench.silences = {alert: 7}
    async with bench.running(bench.outbox()):
        bench.put(alert)
        await bench.pass_time(600)
        assert (bench.told(), bench.statuses()) == ([], ["silenced"])
        assert bench.rows()[0].silence_id == 7
        bench.put(alert, REPEAT)
        await bench.pass_time(600)
        assert bench.statuses() == ["silenced", "silenced"]
        bench.silences = {}
        await bench.pass_time(30)
        assert bench.told() == [[f"firing {alert}"]]
        await bench.pass_time(600)
    assert bench.statuses() == ["silenced", "silenced", "sent"]


async def test_an_alert_that_ended_while_silenced_is_never_told(bench: Bench) -> None:
    alert = bench.alert(AlertState.RESOLVED)
    bench.silences = {alert: 1}
    async with bench.running(bench.outbox()):
        bench.put(alert)
        await bench.pass_time(20)
        bench.silences = {}
        bench.put(alert, RESOLVED)
        await bench.pass_time(600)
    assert (bench.told(), bench.statuses()) == ([], ["silenced", "dropped"])


async def test_an_alert_told_before_the_silence_is_not_told_again_after_it(bench: Bench) -> None:
    alert = bench.alert()
    async with bench.running(bench.outbox()):
        bench.put(alert)
        await bench.pass_time(20)
        bench.silences = {alert: 1}
        bench.put(alert, REPEAT)
        await bench.pass_time(20)
        bench.silences = {}
        await bench.pass_time(600)
    assert bench.told() == [[f"firing {alert}"]]
    assert bench.statuses() == ["sent", "silenced"]


async def test_that_something_is_over_is_told_to_those_who_heard_that_it_began(bench: Bench) -> None:
    async with bench.running(bench.outbox()):
        bench.put(1, FIRING, "ops")
        await bench.pass_time(20)
        bench.put(1, RESOLVED, "ops", "boss")
        await bench.pass_time(20)
    assert bench.told("ops") == [["firing 1"], ["resolved 1"]]
    assert (bench.told("boss"), bench.statuses("boss")) == ([], ["dropped"])


async def test_what_is_left_for_a_channel_that_is_gone_is_dropped(bench: Bench) -> None:
    bench.put(1, FIRING, "former")
    async with bench.running(bench.outbox()):
        await bench.pass_time(20)
    assert bench.statuses() == ["dropped"]
    assert bench.rows()[0].error == "the channel is gone"


async def test_a_channel_whose_variable_is_missing_is_tried_until_it_is_there(bench: Bench) -> None:
    with bench.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO channel (name, url, min_severity, version, created_at, updated_at) VALUES"
                " ('later', 'json://u:${MONCTL_CHANNEL_X}@h', 'info', 1, :now, :now)"
            ),
            {"now": datetime.now(UTC)},
        )
    bench.put(1, FIRING, "later")
    async with bench.running(bench.outbox()):
        await bench.pass_time(20)
        assert bench.rows()[0].error == "the environment variable MONCTL_CHANNEL_X is not set"
        bench.channels.replace_file_channels({"later": FileChannel("json://h")})
        await bench.pass_time(600)
    assert bench.told("later") == [["firing 1"]]


async def test_a_row_that_cannot_be_read_harms_no_other(bench: Bench) -> None:
    bench.put(1)
    bench.put(2)
    with bench.engine.begin() as connection:
        connection.execute(text("UPDATE notification SET payload = '{}' WHERE alert_id = 1"))
    async with bench.running(bench.outbox()):
        await bench.pass_time(20)
    assert bench.told() == [["firing 2"]]
    assert bench.statuses() == ["dropped", "sent"]


async def test_a_fault_of_monctl_is_logged_counted_and_tried_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(notices: Sequence[Notice], now: float, limit: int | None = None) -> Message:
        raise KeyError("no such template")

    outbox = bench.outbox(compose=broken)
    async with bench.running(outbox):
        bench.put(1)
        await bench.pass_time(20)
        assert outbox.telemetry.errors > 0
    assert "no such template" in caplog.text
    assert bench.rows()[0].error == "an error in monctl; its log has the traceback"
    async with bench.running(bench.outbox()):
        await bench.pass_time(60)
    assert bench.told() == [["firing 1"]]


async def test_pictures_that_are_ready_go_with_the_message(bench: Bench) -> None:
    async def draw(notices: Sequence[Notice]) -> tuple[bytes, ...]:
        return tuple(f"picture of {notice.alert_id}".encode() for notice in notices)

    async with bench.running(bench.outbox(draw=draw)):
        bench.put(1)
        bench.put(2)
        await bench.pass_time(20)
    assert bench.notifier.sent_messages[0][1].images == (b"picture of 1", b"picture of 2")


async def test_pictures_that_are_not_ready_or_fail_are_left_out(bench: Bench) -> None:
    async def draw(notices: Sequence[Notice]) -> tuple[bytes, ...]:
        if notices[0].alert_id == 1:
            await asyncio.Event().wait()
        raise RuntimeError("no ink")

    async with bench.running(bench.outbox(draw=draw)):
        bench.put(1)
        await bench.pass_time(20)
        bench.put(2)
        await bench.pass_time(20)
    assert [message.images for _, message in bench.notifier.sent_messages] == [(), ()]
    assert bench.told() == [["firing 1"], ["firing 2"]]


async def test_pictures_of_what_is_silenced_at_the_last_moment_are_left_out(bench: Bench) -> None:
    async def draw(notices: Sequence[Notice]) -> tuple[bytes, ...]:
        if len(notices) == 1:
            await asyncio.Event().wait()
        return (b"of both",)

    bench.silences = {1: 1}
    async with bench.running(bench.outbox(draw=draw)):
        bench.put(1)
        bench.put(2)
        await bench.pass_time(20)
    assert bench.told() == [["firing 2"]]
    assert bench.notifier.sent_messages[0][1].images == ()


async def test_a_database_that_is_away_is_waited_for_and_nothing_is_sent_twice(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    is_away = False
    finish = bench.repository.finish

    def failing_finish(owner: str, result: AttemptResult) -> None:
        if is_away:
            raise DatabaseUnusable("database: gone")
        finish(owner, result)

    bench.repository.finish = failing_finish  # type: ignore[method-assign]
    outbox = bench.outbox(unavailable=(DatabaseUnusable,))
    async with bench.running(outbox):
        is_away = True
        bench.put(1)
        await bench.pass_time(40)
        assert bench.statuses() == ["queued"]
        is_away = False
        await bench.pass_time(10)
    assert (bench.told(), bench.statuses()) == ([["firing 1"]], ["sent"])
    assert sum("cannot be reached" in record.getMessage() for record in caplog.records) >= 1
    assert len(bench.deliveries()) == 1


async def test_an_attempt_under_way_is_written_down_when_the_outbox_stops(bench: Bench) -> None:
    class Slow(FakeNotifier):
        async def send(self, channel: Channel, message: Message) -> Sent:
            begun.set()
            await asyncio.sleep(0.2)
            return await super().send(channel, message)

    begun = asyncio.Event()
    bench.notifier = Slow()
    bench.put(1)
    bench.time.now += 60
    task = asyncio.ensure_future(bench.outbox().run())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert bench.statuses() == ["sent"]


async def test_a_worker_leaves_the_channel_to_the_one_whose_lease_holds(bench: Bench) -> None:
    bench.put(1)
    bench.time.now += 60
    rows = bench.repository.claim("ops", "dead", now=bench.time.now, lease_seconds=60, limit=1000)
    assert [row.alert_id for row in rows] == [1]
    bench.put(2)
    async with bench.running(bench.outbox("alive")):
        await bench.pass_time(50)
        assert bench.told() == []
        await bench.pass_time(20)
        assert bench.told() == [["firing 1", "firing 2"]]


async def test_what_the_same_daemon_had_claimed_before_it_died_goes_at_once(bench: Bench) -> None:
    bench.put(1)
    bench.time.now += 60
    assert bench.repository.claim("ops", "poller", now=bench.time.now, lease_seconds=60, limit=1000)
    async with bench.running(bench.outbox("poller")):
        assert bench.told() == [["firing 1"]]


async def test_two_workers_on_one_database_send_nothing_twice(bench: Bench) -> None:
    first, second = FakeNotifier(Switch()), FakeNotifier(Switch())
    one, two = bench.outbox("one", first), bench.outbox("two", second)
    async with bench.running(one, two):
        for number in range(20):
            bench.put(number + 1, FIRING, "ops", "boss")
            await bench.pass_time(4)
        await bench.pass_time(20)
    for channel in ("ops", "boss"):
        told = [
            line
            for notifier in (first, second)
            for name, message in notifier.sent_messages
            if name == channel
            for line in message.body.splitlines()
        ]
        assert sorted(told) == sorted(f"firing {number + 1}" for number in range(20))
    assert set(bench.statuses()) == {"sent"}


async def test_a_clock_that_was_set_back_delays_nothing(bench: Bench) -> None:
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox()):
        bench.put(1)
        await bench.pass_time(60)
    bench.time.now -= 86400
    bench.switch.down = set()
    async with bench.running(bench.outbox()):
        await bench.pass_time(20)
    assert bench.told() == [["firing 1"]]


async def test_what_waits_is_told_to_those_who_measure(bench: Bench) -> None:
    bench.switch.down = {"ops"}
    outbox = bench.outbox()
    async with bench.running(outbox):
        bench.put(1)
        await bench.pass_time(100)
        assert outbox.telemetry.queued == 1
        assert outbox.telemetry.oldest_age_seconds == pytest.approx(100, abs=6)
        bench.switch.down = set()
        await bench.pass_time(300)
        assert outbox.telemetry.queued == 0
        assert outbox.telemetry.notifications[NotificationStatus.SENT] == 1
        assert outbox.telemetry.attempts["ops"][0] == 1


async def test_what_was_finished_long_ago_is_forgotten(bench: Bench) -> None:
    async with bench.running(bench.outbox(settings=OutboxSettings(retention_seconds=86400))):
        bench.put(1)
        await bench.pass_time(60)
    bench.time.now += 86400 * 2
    bench.switch.down = {"ops"}
    async with bench.running(bench.outbox(settings=OutboxSettings(retention_seconds=86400))):
        bench.put(2)
        await bench.pass_time(60)
    assert [row.alert_id for row in bench.rows()] == [2]
