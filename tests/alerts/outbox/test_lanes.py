"""How long what is new waits behind what failed, and what ends a wait."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.channels.channel import Channel
from alerts.channels.notifier import FakeNotifier, Sent
from alerts.channels.tester import Tester as ChannelTester
from alerts.messages.message import Message
from alerts.notice import NoticeKind
from alerts.outbox.settings import OutboxSettings
from tests.alerts.outbox.bench import DOWN, Bench
from tests.support.databases import SQLITE, Database

pytestmark = pytest.mark.anyio

BUSY = Sent(False, "the service refused it (HTTP 429)", 0.1, status=429, retry_after=900.0)
REFUSED = Sent(False, "the service refused it (HTTP 400)", 0.1, status=400)
SETTINGS = OutboxSettings(look_seconds=30)
RESOLVED = NoticeKind.RESOLVED


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Database:
    """SQLite alone: what a lane does is the same on each kind."""
    (tmp_path / "monctl.db").write_bytes(sqlite_template.read_bytes())
    return Database(SQLITE, tmp_path)


@pytest.fixture
def bench(database: Database, engine: Engine) -> Bench:
    """An outbox whose channel ops fails as long as a test says so."""
    bench = Bench(database, engine)
    bench.switch.down = {"ops"}
    return bench


async def test_a_new_alert_waits_a_minute_at_most_behind_an_old_one(bench: Bench) -> None:
    async with bench.running(bench.outbox(settings=SETTINGS)):
        bench.put(1)
        await bench.pass_time(3000)
        attempts = bench.notifier.attempts
        bench.put(2)
        bench.switch.down = set()
        await bench.pass_time(62)
    assert bench.notifier.attempts == attempts + 1
    assert bench.told() == [["firing 1", "firing 2"]]


async def test_what_a_service_asks_for_is_kept_also_by_new_alerts(bench: Bench) -> None:
    bench.notifier.answer = lambda channel, message: BUSY
    async with bench.running(bench.outbox(settings=SETTINGS)):
        bench.put(1)
        await bench.pass_time(60)
        for alert in range(2, 10):
            bench.put(alert)
            await bench.pass_time(90)
        assert bench.notifier.attempts == 1
        bench.notifier.answer = bench.switch
        bench.switch.down = set()
        await bench.pass_time(300)
    assert [len(lines) for lines in bench.told()] == [9]


@pytest.mark.parametrize("is_busy", [False, True])
async def test_an_edited_channel_is_tried_at_once(bench: Bench, is_busy: bool) -> None:
    bench.notifier.answer = lambda channel, message: BUSY if is_busy else DOWN
    outbox = bench.outbox(settings=SETTINGS)
    async with bench.running(outbox):
        bench.put(1)
        await bench.pass_time(600)
        bench.notifier.answer = lambda channel, message: Sent(True, "", 0.1)
        outbox.retry(["ops"])
        await bench.pass_time(1)
    assert bench.told() == [["firing 1"]]


async def test_a_good_test_has_what_waits_tried(bench: Bench) -> None:
    async with bench.running(bench.outbox(settings=SETTINGS)):
        bench.put(1)
        await bench.pass_time(1200)
        tester = ChannelTester(bench.channels, bench.notifier)
        assert (await tester.test("ops"))["ok"] is False
        await bench.pass_time(31)
        attempts = bench.notifier.attempts
        bench.switch.down = set()
        assert (await tester.test("ops"))["ok"]
        await bench.pass_time(31)
    assert bench.told()[1:] == [["firing 1"]]
    assert bench.notifier.attempts == attempts + 2


async def test_one_refused_message_is_told_as_failed_and_lets_the_others_past(bench: Bench) -> None:
    def answer(channel: Channel, message: Message) -> Sent:
        return REFUSED if "firing 1\n" in f"{message.body}\n" else Sent(True, "", 0.1)

    bench.notifier.answer = answer
    async with bench.running(bench.outbox(settings=SETTINGS)):
        bench.put(1)
        await bench.pass_time(600)
        assert bench.statuses() == ["queued"], "nobody knows yet whether it is the channel"
        bench.put(2)
        await bench.pass_time(95)
        assert bench.statuses() == ["failed", "sent"]
        bench.put(1, RESOLVED)
        bench.put(3)
        await bench.pass_time(40)
    assert bench.told() == [["firing 2"], ["firing 3"]]
    assert bench.statuses() == ["failed", "sent", "dropped", "sent"]
    assert bench.rows()[0].error == REFUSED.answer


async def test_targets_get_everything_once_and_the_end_too(bench: Bench) -> None:
    taken: dict[str, list[str]] = {"a": [], "b": []}
    down = {"b"}

    def answer(channel: Channel, message: Message) -> Sent:
        if channel.target in down:
            return DOWN
        taken[channel.target or ""] += message.body.splitlines()
        return Sent(True, "", 0.1)

    def targets(channel: Channel) -> Sequence[Channel]:
        return [
            replace(channel, target=name, target_number=place) for place, name in enumerate("ab", start=1)
        ]

    bench.notifier.answer, bench.notifier.targets_of = answer, targets
    async with bench.running(bench.outbox(settings=SETTINGS)):
        bench.put(1)
        await bench.pass_time(1200)
        assert bench.rows()[0].error == "connection refused: to target 2"
        bench.put(1, RESOLVED)
        await bench.pass_time(40)
        assert taken == {"a": ["firing 1", "resolved 1"], "b": []}
    async with bench.running(bench.outbox(settings=SETTINGS)):  # which a restart does not forget
        down.clear()
        await bench.pass_time(3000)
    assert taken == {"a": ["firing 1", "resolved 1"], "b": ["firing 1", "resolved 1"]}
    assert bench.statuses() == ["sent", "sent"]


async def test_what_one_of_two_targets_never_took_is_sent_with_its_name(bench: Bench) -> None:
    bench.notifier.answer = lambda channel, message: DOWN if channel.target == "b" else Sent(True, "", 0.1)
    bench.notifier.targets_of = lambda channel: [
        replace(channel, target=name, target_number=place) for place, name in enumerate("ab", start=1)
    ]
    async with bench.running(bench.outbox(settings=OutboxSettings(look_seconds=1800, give_up_seconds=7200))):
        bench.put(1)
        await bench.pass_time(4 * 3600)
    (row,) = bench.rows()
    assert (row.status, row.error) == ("sent", "connection refused: to target 2")


@pytest.mark.parametrize("is_split", [False, True])
async def test_a_stop_between_two_messages_of_a_round_has_nobody_told_twice(
    bench: Bench, is_split: bool
) -> None:
    """The first message is taken, the second hangs when the outbox stops."""
    taken: list[tuple[str | None, str]] = []
    hanging = asyncio.Event()

    class Hanging(FakeNotifier):
        async def targets(self, channel: Channel) -> Sequence[Channel]:
            return [channel] if is_split else [replace(channel, target=name) for name in "ab"]

        async def send(self, channel: Channel, message: Message) -> Sent:
            lines = message.body.splitlines()
            if is_split and len(lines) > 1:
                return REFUSED
            if taken and not hanging.is_set():
                hanging.set()
                await asyncio.Event().wait()
            taken.extend((channel.target, line) for line in lines)
            return Sent(True, "", 0.1)

    for alert in (1, 2) if is_split else (1,):
        bench.put(alert)
    bench.time.now += 60
    notifier = Hanging()
    stopping = OutboxSettings(look_seconds=30, stop_seconds=0.05)
    task = asyncio.ensure_future(bench.outbox(notifier=notifier, settings=stopping).run())
    await hanging.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with bench.running(bench.outbox(notifier=notifier, settings=SETTINGS)):
        await bench.pass_time(95)
    assert len(taken) == len(set(taken)) == 2
    assert set(bench.statuses()) == {"sent"}
