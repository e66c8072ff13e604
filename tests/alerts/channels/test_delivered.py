"""What counts as delivered: a 2xx to the request that had the text, or, without HTTP, what was sent."""

from collections.abc import Iterator

import pytest

from alerts.channels.apprise_notifier import AppriseNotifier, _notify, _plugin
from alerts.channels.channel import Channel
from alerts.channels.connections import retry_after_seconds
from alerts.channels.notifier import Sent
from alerts.channels.reasons import public_reason
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from tests.support.apprise_capture import captured, urls
from tests.support.http_service import HttpService, running_http_service
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

REDIRECTS = (301, 302, 303, 307, 308)
UNSEEN = {"RSyslog": "sends datagrams", "SessionOGS": "encrypts what it sends"}
EVERY_KIND = [
    *(Message("t", "body-of-it", MessageKind.PROBLEM, severity) for severity in Severity),
    *(Message("t", "body-of-it", kind, Severity.INFO) for kind in MessageKind),
]


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture(scope="module")
def shared_service() -> Iterator[HttpService]:
    """One server for all."""
    with running_http_service() as service:
        yield service


@pytest.fixture
def service(shared_service: HttpService) -> HttpService:
    """A service that sends every request at `/old` to `/new`, which takes it."""
    shared_service.requests.clear()
    shared_service.status, shared_service.statuses = 200, {}
    shared_service.headers = {"Location": "/new"}
    return shared_service


async def send(service: HttpService, more: str = "") -> Sent:
    """The outcome of a message to its old address."""
    return await AppriseNotifier().send(Channel("ops", f"json://{service.address}/old{more}"), EVERY_KIND[0])


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_is_no_delivery(service: HttpService, status: int) -> None:
    service.statuses = {"/old": status}
    sent = await send(service)
    assert (sent.ok, service.requests) == (False, ["POST /old"])
    reason = f"the service sends elsewhere (HTTP {status}), which is not followed"
    assert public_reason(sent.answer) == reason


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_channel_that_asks_for_redirects_has_those_that_keep_the_text(
    service: HttpService, status: int
) -> None:
    service.statuses = {"/old": status}
    sent = await send(service, "?redirect=yes")
    is_kept = status in (307, 308)
    assert sent.ok is is_kept, sent.answer
    assert service.requests == ["POST /old", "POST /new" if is_kept else "GET /new"]
    if not is_kept:
        assert public_reason(sent.answer) == "a redirect lost the text"


async def test_a_get_that_is_redirected_keeps_what_it_has(service: HttpService) -> None:
    service.statuses = {"/old": 307}
    sent = await send(service, "?redirect=yes&method=get")
    assert sent.ok, sent.answer


@pytest.mark.parametrize("status", [204, 304, 400, 404, 500, 503])
async def test_only_a_2xx_is_a_delivery(service: HttpService, status: int) -> None:
    service.status = status
    sent = await send(service)
    assert sent.ok is (status == 204)


def test_every_service_is_sent_messages_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service does not take for a message, such as an end without a beginning, is sent nowhere."""
    silent = []
    with captured(monkeypatch) as texts:
        for name, url in urls(9).items():
            plugin = _plugin(Channel("ops", url))
            for message in EVERY_KIND:
                texts.clear()
                if _notify(plugin, message) and not any("body-of-it" in text for text in texts):
                    silent.append((name, message.kind, message.severity))
    assert [each for each in silent if each[0] not in UNSEEN] == []


async def test_what_makes_no_request_is_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "opsgenie://user@abcdefghijklmnopqrstuvwxyz123456/ops?action=close"
    with captured(monkeypatch) as texts:
        sent = await AppriseNotifier().send(Channel("ops", url), EVERY_KIND[0])
    assert (sent.ok, texts) == (False, [])
    assert public_reason(sent.answer) == "nothing was sent: the service has no message of this kind"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Thu, 01 Jan 1970 00:10:00 GMT", 100),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(text, now=500.0) == seconds
