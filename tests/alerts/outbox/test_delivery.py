"""The outbox with Apprise and a real receiver that is down, slow, broken or hanging, and then back."""

import asyncio

import pytest

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import FileChannel
from alerts.notice import NoticeKind
from alerts.outbox.settings import OutboxSettings
from tests.alerts.outbox.bench import Bench
from tests.support.ports import free_port
from tests.support.receivers import (
    APPRISE_WARNINGS,
    Behaviour,
    HttpReceiver,
    running_http_receiver,
    running_mail_receiver,
)

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

FIRING, RESOLVED = NoticeKind.FIRING, NoticeKind.RESOLVED
MINUTE = OutboxSettings(look_seconds=60)
"""Looks rarely, since it has to live through many minutes."""


def lines(receiver: HttpReceiver) -> list[str]:
    """What arrived, in the order in which it did."""
    return [line for request in receiver.requests for line in request.json["message"].splitlines()]


def point_at(bench: Bench, **urls: str) -> None:
    bench.channels.replace_file_channels({name: FileChannel(url) for name, url in urls.items()})


@pytest.mark.parametrize("behaviour", [Behaviour.ERROR, Behaviour.HANG, Behaviour.SLOW])
async def test_whatever_a_receiver_does_for_ten_minutes_all_alerts_arrive_in_order(
    bench: Bench, behaviour: Behaviour
) -> None:
    with running_http_receiver() as broken, running_http_receiver() as sound:
        point_at(bench, ops=f"json://{broken.address}/", boss=f"json://{sound.address}/")
        broken.behaviour = behaviour
        notifier = AppriseNotifier(deadline_seconds=2)
        async with bench.running(bench.outbox(notifier=notifier, settings=MINUTE)):
            for alert in (1, 2, 3, 4):
                bench.put(alert, FIRING, "ops", "boss")
                await bench.pass_time(75)
                bench.put(alert, RESOLVED, "ops", "boss")
                await bench.pass_time(75)
            expected = [f"{kind} {alert}" for alert in (1, 2, 3, 4) for kind in (FIRING, RESOLVED)]
            assert lines(sound) == expected, "a failing channel holds up no other"
            if behaviour is not Behaviour.SLOW:
                assert (lines(broken), set(bench.statuses("ops"))) == ([], {"queued"})
            broken.behaviour = Behaviour.OK
            if behaviour is Behaviour.HANG:
                await _forget_what_hung(broken)
            await bench.pass_time(20 * 60)
        assert lines(broken) == expected
        assert set(bench.statuses()) == {"sent"}


async def _forget_what_hung(receiver: HttpReceiver) -> None:
    """The two attempts that hung are taken now; they were given up, so that all of it comes once more."""
    async with asyncio.timeout(10):
        while len(receiver.requests) < 2:
            await asyncio.sleep(0.01)
    receiver.requests.clear()


async def test_a_receiver_that_comes_up_after_ten_minutes_gets_everything(bench: Bench) -> None:
    port = free_port()
    point_at(bench, ops=f"json://127.0.0.1:{port}/")
    async with bench.running(bench.outbox(notifier=AppriseNotifier(), settings=MINUTE)):
        for alert in (1, 2, 3):
            bench.put(alert)
            await bench.pass_time(200)
        assert "refused" in (bench.rows()[0].error or "")
        with running_http_receiver() as receiver:
            point_at(bench, ops=f"json://{receiver.address}/")
            await bench.pass_time(20 * 60)
            assert lines(receiver) == ["firing 1", "firing 2", "firing 3"]


async def test_what_the_outbox_sends_reaches_a_mailbox(bench: Bench) -> None:
    async def draw(notices: object) -> tuple[bytes, ...]:
        return (b"\x89PNG\r\n\x1a\n",)

    with running_mail_receiver() as server:
        address = f"127.0.0.1:{server.port}"
        point_at(bench, ops=f"mailto://{address}?from=monctl@example.com&to=ops@example.com&smtp=127.0.0.1")
        async with bench.running(bench.outbox(notifier=AppriseNotifier(), draw=draw)):
            bench.put(1)
            bench.put(2)
            await bench.pass_time(20)
        assert [mail["subject"] for mail in server.mails] == ["2 alerts"]
        assert {part.get_content_type() for part in server.mails[0].walk()} >= {"image/png", "text/html"}


async def test_no_secret_of_a_url_is_written_into_the_database(bench: Bench) -> None:
    with running_http_receiver() as receiver:
        receiver.behaviour = Behaviour.ERROR
        receiver.error_body = b"no such token: pathtoken123 for hunter2hunter2"
        point_at(bench, ops=f"json://me:hunter2hunter2@{receiver.address}/pathtoken123/")
        async with bench.running(bench.outbox(notifier=AppriseNotifier())):
            bench.put(1)
            await bench.pass_time(20)
    stored = bench.database.stored_text()
    assert "no such token" in stored
    assert "pathtoken123" not in stored
    assert "hunter2" not in stored
