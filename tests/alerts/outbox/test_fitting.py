"""However many alerts there are, a service with short messages gets a handful, which it has time to take."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import apprise.url
import pytest

from alerts.channels.apprise_notifier import AppriseNotifier, _notify, _plugin
from alerts.channels.channel import Channel
from alerts.channels.plugin import capacity_of
from alerts.messages.authored import without_marks
from alerts.messages.compose import compose
from alerts.messages.message import Message
from alerts.notice import Notice
from alerts.outbox.fitting import MOST_PARTS, fitted
from tests.alerts.messages.building import TIME, TOP, a_notice
from tests.support.apprise_capture import captured, urls
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

LINK = "https://monctl.example.com/"
KEY = "abcdefghijklmnopqrstuvwxyz123456"


def composed(notices: Sequence[Notice], now: float, limit: int | None = None) -> Message:
    """As the daemon composes."""
    return compose(notices, now=now, link_base=LINK, limit=limit)


def alerts(count: int) -> list[Notice]:
    """So many alerts, each of a host of its own, with what needs escapes."""
    return [
        a_notice(
            alert_id=number,
            host=f"web-{number:03}.example.com",
            labels={"path": f"/srv/<data>_{number} & *more*"},
            tags={"env": "prod", "rack": "b_7"},
            top=TOP,
            help="Look at *that* first.\n" * (count == 1) * 3,
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(("count", "most"), [(130, 1), (10, MOST_PARTS), (1, MOST_PARTS)])
def test_every_service_gets_a_handful_of_messages(
    count: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = alerts(count)
    too_many = []
    with captured(monkeypatch):
        for name, url in urls(9).items():
            plugin = _plugin(Channel("ops", url))
            message = fitted(composed, notices, TIME + 60, capacity_of(plugin))
            sent: list[dict[str, Any]] = []
            plugin.send = lambda sent=sent, **given: sent.append(given) or True
            assert _notify(plugin, message), name
            if len(sent) > most:
                too_many.append((name, len(sent), plugin.body_maxlen, len(message.body)))
    assert too_many == []


@pytest.mark.parametrize("limit", [40, 120, 160, 500, 1000, 4000])
def test_a_summary_that_is_cut_says_how_many_more_there_are_and_where(limit: int) -> None:
    body = composed(alerts(130), TIME, limit).body
    listed = [line for line in body.splitlines() if line.startswith("- ")]
    assert f"… and {130 - len(listed)} more: monctl alerts list" in body
    assert len(body) <= limit
    assert body.endswith(LINK) or limit < 80
    assert not listed or "web-001" in listed[0]


def test_a_webhook_with_long_messages_gets_a_thousand_alerts_whole() -> None:
    message = fitted(composed, alerts(1000), TIME, capacity_of(_plugin(Channel("ops", "json://h"))))
    assert all(f"#{number}" in message.body for number in range(1, 1001))


def test_a_summary_with_room_for_all_names_all() -> None:
    body = composed(alerts(12), TIME, 10_000).body
    assert all(f"#{number}" in body for number in range(1, 13))
    assert "monctl alerts list" not in body


@pytest.mark.parametrize("limit", [60, 200, 400])
def test_one_alert_that_is_cut_still_names_itself_and_nobody_elses_markup_gets_in(limit: int) -> None:
    notice = a_notice(message="**" + "x" * 600 + "{{ host }}**", host="**web**")
    message = composed([notice], TIME, limit)
    assert len(message.body) <= limit
    assert message.body.endswith("alert #42")
    marked = message.marked_body or message.body
    assert without_marks(marked) == message.body


def test_without_a_limit_nothing_changes() -> None:
    assert composed(alerts(3), TIME) == compose(alerts(3), now=TIME, link_base=LINK)


@contextmanager
def throttled_service(seconds: float, characters: int) -> Iterator[Any]:
    """A chat that refuses messages that are too long, or come too soon after another."""
    service = SimpleNamespace(taken=[], refused=0, at=0.0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            now = time.monotonic()
            is_good = now - service.at >= seconds and len(body) < characters
            service.refused += not is_good
            if is_good:
                service.at = now
                service.taken.append(body)
            self.send_response(200 if is_good else 429)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


async def test_a_throttled_chat_takes_130_alerts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with throttled_service(seconds=0.2, characters=1400) as service:
        channel = Channel("chat", f"rocket://{KEY}/{KEY}@127.0.0.1:{service.port}/%23ops")
        notifier = AppriseNotifier()
        (target,) = await notifier.targets(channel)
        message = fitted(composed, alerts(130), TIME, target.capacity)
        sent = await notifier.send(target, message)
    assert sent.ok, sent.answer
    assert (len(service.taken), service.refused) == (1, 0)
    assert "more: monctl alerts list" in service.taken[0]


async def test_the_deadline_has_room_for_the_waits_between_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(0.3)

    monkeypatch.setattr(apprise.url, "time", SimpleNamespace(sleep=wait))
    with throttled_service(seconds=0.1, characters=1400) as service:
        channel = Channel("chat", f"rocket://{KEY}/{KEY}@127.0.0.1:{service.port}/%23ops")
        notifier = AppriseNotifier(deadline_seconds=0.5)
        (target,) = await notifier.targets(channel)
        message = composed(alerts(10), TIME)
        sent = await notifier.send(target, message)
    assert sent.ok, sent.answer
    assert len(waits) == len(service.taken) - 1 > 1
