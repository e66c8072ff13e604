"""Real deliveries by Apprise to real receivers on loopback."""

import asyncio
import base64
import struct
import zlib
from urllib.parse import unquote

import pytest

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import Channel
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from tests.alerts.channels.conftest import OwnLog
from tests.support.ports import free_port
from tests.support.receivers import APPRISE_WARNINGS, Behaviour, HttpReceiver, MailReceiver

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x10\x20\x30")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PNG = _png()
PROBLEM = Message(
    "disk-almost-full on web-1",
    "/var is 95 % full\nsince 12:00 <UTC>",
    MessageKind.PROBLEM,
    Severity.CRITICAL,
)
ILLUSTRATED = Message("with a chart", "see the chart", MessageKind.PROBLEM, Severity.WARNING, (PNG,))
HOOK = "abcdefghijklmnopqrstuvwxyz"
"""A token such as Mattermost gives out."""


def json_channel(receiver: HttpReceiver, *, path: str = "", more: str = "") -> Channel:
    return Channel("ops", f"json://{receiver.address}/{path}{more}")


def mail_channel(server: MailReceiver, **more: str) -> Channel:
    url = f"mailto://127.0.0.1:{server.port}?from=monctl@example.com&to=ops@example.com&smtp=127.0.0.1"
    return Channel("mail", url + "".join(f"&{name}={value}" for name, value in more.items()))


async def test_a_json_webhook_gets_title_body_and_kind(web_hook: HttpReceiver) -> None:
    sent = await AppriseNotifier().send(json_channel(web_hook, path="alerts"), PROBLEM)
    assert sent.ok, sent.answer
    assert 0 < sent.seconds < 30
    request = web_hook.requests[0]
    assert (request.method, request.path) == ("POST", "/alerts")
    got = {name: request.json[name] for name in ("title", "message", "type")}
    assert got == {"title": PROBLEM.title, "message": PROBLEM.body, "type": "failure"}


@pytest.mark.parametrize(
    ("kind", "severity", "told"),
    [
        (MessageKind.PROBLEM, Severity.INFO, "info"),
        (MessageKind.PROBLEM, Severity.WARNING, "warning"),
        (MessageKind.MIXED, Severity.CRITICAL, "failure"),
        (MessageKind.RESOLVED, Severity.CRITICAL, "success"),
        (MessageKind.TEST, Severity.INFO, "info"),
    ],
)
async def test_kind_and_severity_become_the_type_of_apprise(
    web_hook: HttpReceiver, kind: MessageKind, severity: Severity, told: str
) -> None:
    await AppriseNotifier().send(json_channel(web_hook), Message("t", "b", kind, severity))
    assert web_hook.requests[0].json["type"] == told


async def test_a_slack_style_webhook_gets_slack_s_document(web_hook: HttpReceiver) -> None:
    channel = Channel("chat", f"mmost://monctl@{web_hook.address}/{HOOK}?channel=alerts")
    sent = await AppriseNotifier().send(channel, PROBLEM)
    assert sent.ok, sent.answer
    request = web_hook.requests[0]
    assert request.path == f"/hooks/{HOOK}"
    assert request.json["channel"] == "alerts"
    assert PROBLEM.title in request.json["text"]
    assert PROBLEM.body in request.json["text"]
    assert "icon_url" not in request.json  # a picture from somebody else's server


async def test_a_mail_arrives_with_its_chart(mail_server: MailReceiver) -> None:
    sent = await AppriseNotifier().send(mail_channel(mail_server), ILLUSTRATED)
    assert sent.ok, sent.answer
    mail = mail_server.mails[0]
    assert mail_server.recipients == [["ops@example.com"]]
    assert (mail["subject"], "monctl@example.com" in mail["from"]) == ("with a chart", True)
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "see the chart" in body.get_content()
    charts = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert [(part.get_filename(), part.get_content()) for part in charts] == [("chart-1.png", PNG)]


async def test_text_is_no_html_in_a_mail(mail_server: MailReceiver) -> None:
    await AppriseNotifier().send(mail_channel(mail_server), PROBLEM)
    html = [part for part in mail_server.mails[0].walk() if part.get_content_type() == "text/html"]
    assert html, "Apprise sends mails as HTML"
    assert "&lt;UTC&gt;" in html[0].get_content()
    assert "<UTC>" not in html[0].get_content()


async def test_a_webhook_takes_the_chart_too(web_hook: HttpReceiver) -> None:
    await AppriseNotifier().send(json_channel(web_hook), ILLUSTRATED)
    attached = web_hook.requests[0].json["attachments"]
    assert [base64.b64decode(one["base64"]) for one in attached] == [PNG]


async def test_a_message_that_fails_with_its_chart_goes_without(web_hook: HttpReceiver) -> None:
    web_hook.refuse = lambda request: b'attachments": [{' in request
    sent = await AppriseNotifier().send(json_channel(web_hook), ILLUSTRATED)
    assert sent.ok, sent.answer
    assert (web_hook.seen, len(web_hook.requests)) == (2, 1)
    assert web_hook.requests[0].json["message"] == "see the chart"


async def test_a_server_s_refusal_is_told_in_its_own_words(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.ERROR
    web_hook.error_body = b"no such room: attic\x1b[31m"
    sent = await AppriseNotifier().send(json_channel(web_hook), PROBLEM)
    assert not sent.ok
    assert "500" in sent.answer
    assert "; it said: no such room: attic" in sent.answer
    assert "\x1b" not in sent.answer


async def test_an_answer_is_bounded(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.ERROR
    web_hook.error_body = b"x " * 5000
    sent = await AppriseNotifier().send(json_channel(web_hook), PROBLEM)
    assert len(sent.answer) <= 500


async def test_a_server_that_is_not_there_is_an_answer(own_log: OwnLog) -> None:
    sent = await AppriseNotifier().send(Channel("ops", f"json://127.0.0.1:{free_port()}/"), PROBLEM)
    assert not sent.ok
    assert "refused" in sent.answer
    assert "apprise" not in own_log.text
    assert "urllib3" not in own_log.text


async def test_a_mail_server_that_refuses_is_an_answer(mail_server: MailReceiver) -> None:
    mail_server.behaviour = Behaviour.ERROR
    sent = await AppriseNotifier().send(mail_channel(mail_server), PROBLEM)
    assert not sent.ok
    assert "mail queue is full" in sent.answer


async def test_a_url_that_is_none_is_an_answer() -> None:
    sent = await AppriseNotifier().send(Channel("ops", "jsn://somewhere/"), PROBLEM)
    assert (sent.ok, sent.answer) == (False, "url: Apprise knows no service `jsn://`")


async def test_a_slow_server_is_waited_for(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.SLOW
    web_hook.slow_seconds = 4.5  # Apprise itself would not wait for more than 4
    sent = await AppriseNotifier().send(json_channel(web_hook), PROBLEM)
    assert sent.ok, sent.answer


async def test_a_timeout_in_the_url_is_respected(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.HANG
    sent = await AppriseNotifier().send(json_channel(web_hook, more="?rto=0.2"), PROBLEM)
    assert not sent.ok
    assert "timed out" in sent.answer.lower()


async def test_a_hanging_server_costs_the_deadline_and_at_most_two_threads(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.HANG
    notifier = AppriseNotifier(deadline_seconds=0.3)
    channel = json_channel(web_hook)
    answers = [(await notifier.send(channel, PROBLEM)).answer for _ in range(4)]
    assert answers == ["no answer within 0.3 s"] * 2 + ["the previous attempt still hangs"] * 2
    other = Channel("other", f"json://127.0.0.1:{free_port()}/")
    assert "refused" in (await notifier.send(other, PROBLEM)).answer
    web_hook.behaviour = Behaviour.OK
    patient = AppriseNotifier()
    assert (await patient.send(channel, PROBLEM)).ok
    async with asyncio.timeout(20):
        while not (await notifier.send(channel, PROBLEM)).ok:
            await asyncio.sleep(0.05)


async def test_a_long_message_is_split_rather_than_cut(web_hook: HttpReceiver) -> None:
    long = Message("long", "a line of text\n" * 4000, MessageKind.PROBLEM, Severity.INFO)
    sent = await AppriseNotifier().send(json_channel(web_hook), long)
    assert sent.ok, sent.answer
    assert sum(request.json["message"].count("a line of text") for request in web_hook.requests) == 4000


async def test_optional_does_not_pass_a_failure_off_as_sent(web_hook: HttpReceiver) -> None:
    web_hook.behaviour = Behaviour.ERROR
    sent = await AppriseNotifier().send(json_channel(web_hook, more="?optional=yes"), PROBLEM)
    assert not sent.ok


@pytest.mark.parametrize("echo", ["plain", "quoted"])
async def test_no_part_of_a_secret_is_in_an_answer_or_a_log(
    web_hook: HttpReceiver, own_log: OwnLog, echo: str
) -> None:
    parts = ["s3cret", "p%40ss%27w%C3%B6rd", "pathtoken123", "headervalue99", "fromvariable77"]
    plain = [unquote(part) for part in parts]
    web_hook.behaviour = Behaviour.ERROR
    web_hook.error_body = f"I know {', '.join(plain if echo == 'plain' else parts)} and more".encode()
    url = (
        f"json://{parts[0]}:{parts[1]}@{web_hook.address}/{parts[2]}/x?"
        f"+Authorization=Bearer%20{parts[3]}&-k={parts[4]}"
    )
    channel = Channel("ops", url, secrets=("fromvariable77",))
    sent = await AppriseNotifier().send(channel, PROBLEM)
    assert not sent.ok
    assert "and more" in sent.answer
    shown = sent.answer + own_log.text + repr(channel) + channel.shown_url
    assert [part for part in parts + plain if part in shown] == []
    refused = await AppriseNotifier().send(
        Channel("ops", url.replace(str(web_hook.port), str(free_port()))), PROBLEM
    )
    assert [part for part in parts + plain if part in refused.answer + own_log.text] == []


async def test_a_token_that_stands_where_a_host_does_is_hidden_too() -> None:
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
    sent = await AppriseNotifier().send(Channel("ops", url), PROBLEM)
    assert not sent.ok
    assert [part for part in url.split("/")[2:] if part in sent.answer] == []
