"""An admin of the API makes channels that lead into the network behind monctl, to read what answers there."""

import inspect
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apprise.url
import pytest
from apprise.manager_plugins import NotificationManager
from sqlalchemy import Engine

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.arguments import _BY_VALUE, ALLOWED, REFUSED
from alerts.channels.channel import Channel
from alerts.channels.connections import ConnectionNotAllowed, watched
from alerts.channels.notifier import Sent
from alerts.channels.plugin import THREADED_SCHEMES
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from foundation.addresses import AddressPolicy, IpAddress, parse_allowed, policy_of
from foundation.records.owner import Owner
from tests.support.apprise_capture import urls as apprise_urls
from tests.support.http_service import HttpService, running_http_service
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

SETTING = "alerts.channel_addresses"
MESSAGE = Message("title", "body", MessageKind.PROBLEM, Severity.WARNING)
SECRET = "the-inner-page-s-secret"
PUBLIC = "93.184.215.14"

_INNER = """
127.0.0.1 127.1.2.3 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200
168.63.129.16 192.0.0.192 192.0.2.1 198.18.0.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 fe80::1 fe80::1%lo fc00::1 fd00:ec2::254 fec0::1 ff02::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 2002:7f00:1:: 2002:a00:1::1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
64:ff9b:1::1 2001:0:7f00:1::1 2600::5efe:10.0.0.1
"""
INNER_ADDRESSES = _INNER.split()


def not_own(address: IpAddress) -> bool:
    return False


def channel(url: str, owner: Owner = Owner.API) -> Channel:
    return Channel("ops", url, owner=owner)


async def send(url: str, *allowed: str, owner: Owner = Owner.API) -> Sent:
    notifier = AppriseNotifier(addresses=policy_of(allowed, setting=SETTING))
    return await notifier.send(channel(url, owner), MESSAGE)


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, resolve: Callable[[str], str]) -> Iterator[None]:
    """A name service of the test's own, under every way that Python asks it."""
    real = socket.getaddrinfo

    def answer(host: Any, *args: Any, **more: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        return real(resolve(text) if isinstance(text, str) else host, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        yield


@pytest.fixture
def service() -> Iterator[HttpService]:
    """A service that only this machine reaches."""
    with running_http_service() as inner:
        inner.body = SECRET.encode()
        yield inner


@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_an_address_that_is_not_public_is_refused_in_every_form(address: str) -> None:
    reason = AddressPolicy(SETTING, is_own=not_own).refusal(address)
    assert reason is not None
    assert reason.startswith(address)
    assert SETTING in reason


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_may_be_reached_unless_it_is_this_machine_s(address: str) -> None:
    assert AddressPolicy(SETTING, is_own=not_own).refusal(address) is None
    own = AddressPolicy(SETTING, is_own=lambda one: True).refusal(address)
    assert own is not None
    assert "the monitoring machine itself" in own


def test_what_the_setting_lists_may_be_reached() -> None:
    policy = policy_of(["10.0.0.0/8", "::1", "Gotify.Corp."], setting=SETTING)
    assert [policy.refusal(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "::1")] == [None] * 3
    assert policy.refusal("127.0.0.1")
    assert policy.allows_name("gotify.corp")
    assert not policy.allows_name("gotify.corp.evil.example")


@pytest.mark.parametrize(
    "entry", ["", "10.0.0.1/8", "1.2.3", "a b", "http://x", "*.corp", "-x", "x/y", "::g"]
)
def test_an_entry_of_the_setting_that_is_none_says_what_is_accepted(entry: str) -> None:
    with pytest.raises(ValueError, match=r"write a network such as 10\.0\.0\.0/8"):
        parse_allowed(entry)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "2130706433",
        "0x7f.1",
        "127.1",
    ],
)
def test_a_channel_to_such_a_host_is_refused_when_it_is_made(engine: Engine, host: str) -> None:
    channels = ChannelRepository(engine, environ={"MONCTL_CHANNEL_HOST": host})
    for url in (f"json://{host}:8080/x", "json://${MONCTL_CHANNEL_HOST}/x"):
        with pytest.raises(AlertsInvalid, match=rf"{SETTING}|is no URL that"):
            channels.add("inner", url=url)


def test_hosts_that_a_url_names_beside_its_own_are_looked_at_too(engine: Engine) -> None:
    channels = ChannelRepository(engine, environ={})
    with pytest.raises(AlertsInvalid, match=SETTING):
        channels.add("mail", url="mailto://example.com?from=a@example.com&to=b@example.com&smtp=127.0.0.1")


def test_a_service_that_looks_names_up_by_itself_wants_an_address(engine: Engine) -> None:
    channels = ChannelRepository(engine, environ={})
    for url in ("ircs://irc.example.com/#ops", "rsyslog://log.example.com"):
        with pytest.raises(AlertsInvalid, match="looks names up by itself"):
            channels.add("own", url=url)


def test_a_name_that_may_be_a_topic_is_not_asked_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    channels = ChannelRepository(engine, environ={"MONCTL_CHANNEL_TOPIC": "secret-topic"})

    def answer(name: str) -> str:
        asked.append(name)
        return PUBLIC

    with names(monkeypatch, answer):
        channels.add("topic", url="ntfys://${MONCTL_CHANNEL_TOPIC}")
        channels.add("own", url="json://hook.example/")
    assert asked == ["hook.example"]


async def test_a_name_that_changes_its_address_after_it_was_looked_at_reaches_nothing(
    engine: Engine, service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = ChannelRepository(engine, environ={})
    port = service.address.partition(":")[2]
    with names(monkeypatch, lambda name: PUBLIC):
        channels.add("rebound", url=f"json://rebound.example:{port}/")
    with names(monkeypatch, lambda name: "127.0.0.1"):
        sent = await AppriseNotifier().send(channels.usable("rebound"), MESSAGE)
    assert (sent.ok, service.requests) == (False, [])
    assert sent.answer.startswith("the address is not allowed: 127.0.0.1 is loopback")
    assert SETTING in sent.answer


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1:{port}/",
        "xml://127.0.0.1:{port}/",
        "gotify://127.0.0.1:{port}/abcdefghijklmno",
        "mailto://127.0.0.1:{port}?from=a@example.com&to=b@example.com&smtp=127.0.0.1",
        "irc://127.0.0.1:{port}/#ops",
        "rsyslog://127.0.0.1:{port}",
        "rsyslog://localhost:{port}",
        "matrix://user:pw@127.0.0.1:{port}/!room",
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_no_way_to_connect_gets_around_it(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(("127.0.0.1", port))
            datagrams.setblocking(False)
            listener.setblocking(False)
            sent = await send(url.format(port=port) + ("&" if "?" in url else "?") + "retry=0")
            with pytest.raises(BlockingIOError):
                listener.accept()
            with pytest.raises(BlockingIOError):
                datagrams.recv(1)
    assert not sent.ok
    assert sent.answer.startswith("the address is not allowed: "), sent.answer


@pytest.mark.parametrize("service_name", sorted(apprise_urls(1)))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_no_plugin_of_apprise_gets_around_it(
    service_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a name service that says of every name that it is this machine."""
    connections: list[object] = []
    monkeypatch.setattr(apprise.url.URLBase, "throttle", lambda *arguments, **more: None)
    connect = socket.socket.connect

    def noted(sock: socket.socket, address: Any) -> None:
        connect(sock, address)
        connections.append(address)

    with names(monkeypatch, lambda name: "127.0.0.1"):
        monkeypatch.setattr(socket.socket, "connect", noted)
        sent = await send(apprise_urls(1)[service_name])
    assert (sent.ok, connections) == (False, [])
    assert sent.answer.startswith("the address is not allowed: "), sent.answer


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "localhost"])
async def test_what_is_allowed_is_reached(service: HttpService, allowed: str) -> None:
    sent = await send(f"json://{service.address}/hook", allowed)
    assert (sent.ok, sent.answer, service.requests) == (True, "", ["POST /hook"])


async def test_channels_of_the_file_reach_everything(service: HttpService) -> None:
    assert (await send(f"json://{service.address}/", owner=Owner.FILE)).ok


@pytest.mark.parametrize(
    "detour",
    [
        lambda: subprocess.run(["true"], check=False),
        lambda: socket.socket(socket.AF_UNIX).connect("/run/x.sock"),
        lambda: socket.socket().connect(("localhost", 1)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 1)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b""], [], 0, ("127.0.0.1", 1)),
        lambda: socket.socket().connect_ex(("127.0.0.1", 1)),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_delivery_may_not_go_by_programs_or_other_sockets(detour: Callable[[], Any]) -> None:
    with watched(AddressPolicy(SETTING)) as watch, pytest.raises(ConnectionNotAllowed):
        detour()
    assert len(watch.refusals) == 1
    with watched(None):
        assert socket.socket().connect_ex(("127.0.0.1", 1)) != 0


@pytest.mark.parametrize(
    "arguments",
    [
        "method=GET",
        "METHOD=put",
        "a=1;method=delete",
        "%6dethod=get",
        "+Metadata-Flavor=Google",
        "%2bX-Forwarded-For=127.0.0.1",
        "-token=x",
        "redirect=yes",
        "attach=/etc/passwd",
        "keyfile=/etc/passwd",
        "unheard-of=1",
    ],
)
def test_arguments_that_make_another_request_of_it_are_refused(engine: Engine, arguments: str) -> None:
    with pytest.raises(AlertsInvalid, match="no argument for a channel made over the API"):
        ChannelRepository(engine, environ={}).add("x", url=f"json://hook.example/?{arguments}")


@pytest.mark.parametrize(
    "arguments",
    [
        "rto=5&cto=2&verify=no",
        "method=post",
        ":team=ops",
        "+Authorization=Bearer%20${MONCTL_CHANNEL_T}",
        "redirect=no",
    ],
)
def test_arguments_that_shape_a_message_are_taken(engine: Engine, arguments: str) -> None:
    channels = ChannelRepository(engine, environ={"MONCTL_CHANNEL_T": "abcdefgh"})
    assert channels.add("x", url=f"json://hook.example/?{arguments}").problem is None


def test_every_argument_that_apprise_documents_has_been_looked_at() -> None:
    plugins: list[Any] = list(NotificationManager().plugins())  # type: ignore[no-untyped-call]
    documented = {argument for plugin in plugins for argument in plugin.template_args}
    assert documented - ALLOWED - REFUSED - set(_BY_VALUE) == set()
    assert not ALLOWED & REFUSED


async def test_arguments_of_a_channel_that_was_there_before_are_refused_when_it_is_sent_to(
    service: HttpService,
) -> None:
    sent = await send(f"json://{service.address}/?method=GET", "127.0.0.1")
    assert (sent.ok, service.requests) == (False, [])
    assert sent.answer.startswith("url: `method` with this value is no argument")


def test_every_plugin_that_works_with_threads_is_none_for_the_api() -> None:
    plugins: list[Any] = list(NotificationManager().plugins())  # type: ignore[no-untyped-call]
    threaded = {
        plugin.__name__
        for plugin in plugins
        if any(
            word in _source(plugin) for word in ("Thread(", "loop_start(", "asyncio.run", "run_in_executor")
        )
    }
    assert threaded == {"NotifyMQTT", "NotifyXMPP"}
    assert {"mqtt", "mqtts", "xmpp", "xmpps"} == THREADED_SCHEMES


def _source(plugin: Any) -> str:
    """All of the text of a plugin: its module, or its package."""
    file = Path(inspect.getfile(plugin))
    files = file.parent.glob("*.py") if file.parent.name != "plugins" else [file]
    return "".join(one.read_text() for one in files)


async def test_a_redirect_of_a_channel_of_the_api_is_not_followed(service: HttpService) -> None:
    service.status, service.headers = 307, {"Location": f"http://{service.address}/elsewhere"}
    sent = await send(f"json://{service.address}/hook", "127.0.0.1")
    assert (sent.ok, service.requests) == (False, ["POST /hook"])
    assert sent.answer == "the service sends elsewhere (HTTP 307), which is not followed"


@pytest.mark.parametrize("owner", Owner)
async def test_a_redirect_to_another_host_is_a_failure_that_says_so(
    service: HttpService, owner: Owner
) -> None:
    with running_http_service("127.0.0.2") as other:
        service.status, service.headers = 307, {"Location": f"http://{other.address}/"}
        sent = await send(f"json://{service.address}/", "127.0.0.0/8", owner=owner)
        assert (sent.ok, other.requests) == (False, [])
    assert sent.answer.startswith("the service sends elsewhere (HTTP 307), which is not followed")


async def test_a_channel_of_the_file_that_asks_for_it_follows_a_redirect_on_its_host(
    service: HttpService,
) -> None:
    service.status, service.headers = 307, {"Location": "/elsewhere"}
    await send(f"json://{service.address}/?redirect=yes", owner=Owner.FILE)
    assert service.requests[:2] == ["POST /", "POST /elsewhere"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "the service refused it (HTTP 403)"),
        (503, "the service failed (HTTP 503)"),
    ],
)
async def test_what_a_service_answers_a_channel_of_the_api_is_a_status_alone(
    service: HttpService, status: int, reason: str
) -> None:
    service.status = status
    sent = await send(f"json://{service.address}/", "127.0.0.1")
    assert (sent.ok, sent.answer) == (False, reason)


async def test_a_banner_that_is_no_answer_is_not_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(f"SSH-2.0-{SECRET}\r\n\r\n".encode())

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        sent = await send(f"json://127.0.0.1:{listener.getsockname()[1]}/", "127.0.0.1")
        thread.join()
    assert not sent.ok
    assert SECRET not in sent.answer
