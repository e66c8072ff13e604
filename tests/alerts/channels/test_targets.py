"""The targets of a URL are sent to one by one: each gets what it lacks, and one that refuses is named."""

from pathlib import Path
from types import SimpleNamespace

import apprise.url
import pytest
from sqlalchemy import Engine

from alerts.channels.apprise_notifier import AppriseNotifier
from alerts.channels.channel import Channel, FileChannel
from alerts.channels.repository import ChannelRepository
from alerts.channels.tester import Tester as ChannelTester
from alerts.messages.message import Message, MessageKind
from alerts.severity import Severity
from tests.support.apprise_capture import captured, urls
from tests.support.databases import SQLITE, Database
from tests.support.receivers import APPRISE_WARNINGS, MailReceiver

pytestmark = [pytest.mark.anyio, APPRISE_WARNINGS]

KEY = "abcdefghijklmnopqrstuvwxyz123456"
PROBLEM = Message("title", "body", MessageKind.PROBLEM, Severity.WARNING)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Database:
    """SQLite alone."""
    (tmp_path / "monctl.db").write_bytes(sqlite_template.read_bytes())
    return Database(SQLITE, tmp_path)


def mail_url(server: MailReceiver, to: str) -> str:
    return f"mailto://127.0.0.1:{server.port}?from=monctl@example.com&to={to}&smtp=127.0.0.1"


@pytest.mark.parametrize(
    ("url", "targets"),
    [
        ("mailtos://u:p@h.example/a@x.org/b@x.org", ["a@x.org", "b@x.org"]),
        ("mailtos://u:p@h.example?to=a@x.org,b@x.org", ["a@x.org", "b@x.org"]),
        ("ntfys://h.example/one/two", ["one", "two"]),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23ops/%23dev", ["#ops", "#dev"]),
        (f"tgram://123456789:{KEY}7/1/2", ["1", "2"]),
        (f"rockets://{KEY}/{KEY}@h.example/%23a/%23b?to=@c", ["#a", "#b", "@c"]),
        (f"opsgenie://{KEY}/%23a/%23b", ["#a", "#b"]),
        (f"opsgenie://{KEY}/%23a/%23b?batch=yes", [None]),
        ("mailtos://u:p@h.example/a@x.org", [None]),
        ("json://h.example/a/b", [None]),
        ("nonsense://h.example", [None]),
    ],
)
async def test_a_url_is_taken_apart_where_its_service_is_asked_for_each(
    url: str, targets: list[str | None]
) -> None:
    found = await AppriseNotifier().targets(Channel("ops", url))
    assert {channel.target for channel in found} == set(targets)
    assert len({channel.target_key for channel in found}) == len(targets)


async def test_each_plug_in_that_is_taken_apart_sends_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every service: the messages to its targets together are those of the whole URL."""
    notifier = AppriseNotifier()
    several = {
        name: url.replace("15551234567", "15551234567/15559876543", 1)
        for name, url in urls(9).items()
        if url.endswith("/15551234567") and url.count("15551234567") == 1
    }
    divided = 0
    with captured(monkeypatch) as texts:
        for name, url in several.items():
            targets = await notifier.targets(Channel("ops", url))
            divided += len(targets) == 2
            for target in targets:
                texts.clear()
                outcome = await notifier.send(target, PROBLEM)
                has_both = all(
                    any(number in text for text in texts) for number in ("5551234567", "5559876543")
                )
                assert len(targets) == 1 or not has_both, (name, outcome, texts)
    assert divided > 30


async def test_a_refused_recipient_is_named_and_the_others_get_one_mail(
    mail_server: MailReceiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.unknown = {"former@example.com"}
    url = mail_url(mail_server, "ops@example.com,former@example.com,boss@example.com")
    channels = ChannelRepository(engine, environ={}, file_channels={"mail": FileChannel(url)}, file="x")
    monkeypatch.setattr(apprise.url, "time", SimpleNamespace(sleep=lambda seconds: None))
    result = await ChannelTester(channels, AppriseNotifier()).test("mail")
    assert result["ok"] is False
    assert ": to former@example.com" in result["answer"]
    assert "ops@example.com" not in result["answer"]
    assert sorted(mail_server.recipients) == [["boss@example.com"], ["ops@example.com"]]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("ops@example.com", "ops@example.com"),
        ("#ops", "#ops"),
        ("@ops", "@ops"),
        ("+4915112345678", "+4915112345678"),
        ("secret-topic", "target 2"),
        (KEY, "target 2"),
        ("1", "target 2"),
        ("user:pass@example.com", "target 2"),
        ("", "target 2"),
    ],
)
def test_a_target_that_may_be_a_secret_is_told_by_its_place(target: str, name: str) -> None:
    assert Channel("ops", "json://h", target=target, target_number=2).target_name == name


async def test_between_targets_lies_what_the_service_asks_for(
    mail_server: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(apprise.url, "time", SimpleNamespace(sleep=waits.append))
    notifier = AppriseNotifier()
    targets = await notifier.targets(Channel("mail", mail_url(mail_server, "a@x.org,b@x.org,c@x.org")))
    for target in targets:
        assert (await notifier.send(target, PROBLEM)).ok
    assert [round(wait) for wait in waits] == [5, 5] or [round(wait) for wait in waits] == [6, 6], waits
