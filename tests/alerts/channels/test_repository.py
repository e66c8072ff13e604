"""The channels of monctl.yaml and of the API."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from alerts.channels import tester
from alerts.channels.channel import Channel, FileChannel
from alerts.channels.document import literal_secrets
from alerts.channels.notifier import FakeNotifier, Sent
from alerts.channels.repository import ChannelRepository
from alerts.errors import AlertsInvalid
from alerts.messages.message import MessageKind
from alerts.revision import SETTINGS
from alerts.severity import Severity
from alerts.tables import DeliveryRow
from foundation.records.errors import RecordConflict, RecordExists, RecordFileOwned, RecordUnknown
from foundation.records.owner import Owner
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = APPRISE_WARNINGS

ENVIRON = {
    "MONCTL_CHANNEL_HOOK": "json://me:geheim@hook.example/x",
    "MONCTL_CHANNEL_PW": "geheim",
    "MONCTL_CHANNEL_HALF": "heim",
    "DATABASE_PASSWORD": "other",
}
PLAIN = "json://hook.example/"


class Clock:
    """A clock that goes on by a minute each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def repository(engine: Engine) -> ChannelRepository:
    file_channels = {
        "ops": FileChannel("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", Severity.WARNING, 7),
        "odd": FileChannel("slakc://x"),
    }
    return ChannelRepository(
        engine, environ=ENVIRON, file_channels=file_channels, file="monctl.yaml", clock=Clock()
    )


def revision(engine: Engine) -> int:
    with Session(engine) as session:
        return SETTINGS.read(session)


def refused(repository: ChannelRepository, url: str) -> str:
    """Why the API may not have a channel with this URL."""
    with pytest.raises(AlertsInvalid) as caught:
        repository.add("new", url=url)
    return str(caught.value)


def test_channels_of_file_and_api_are_listed_by_name(repository: ChannelRepository) -> None:
    repository.add(
        "mail", url="mailtos://me:${MONCTL_CHANNEL_PW}@example.com", min_severity=Severity.CRITICAL
    )
    found = {channel.name: channel for channel in repository.list()}
    assert list(found) == ["mail", "odd", "ops"]
    mail, odd, ops = found.values()
    assert (mail.owner, mail.file, mail.scheme, mail.service) == (Owner.API, None, "mailtos", "E-Mail")
    assert (mail.min_severity, mail.problem, mail.version) == (Severity.CRITICAL, None, 1)
    assert mail.created_at == mail.updated_at == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    assert (ops.owner, ops.file, ops.line, ops.service) == (Owner.FILE, "monctl.yaml", 7, "Slack")
    assert (odd.service, odd.problem) == (None, "Apprise knows no service `slakc://`, did you mean `slack`?")
    assert repository.get("ops") == ops
    assert repository.severities() == {name: channel.min_severity for name, channel in found.items()}


def test_what_is_used_has_its_variables_and_shows_none_of_them(repository: ChannelRepository) -> None:
    repository.add("hook", url="${MONCTL_CHANNEL_HOOK}")
    channel = repository.usable("hook")
    assert channel.url == ENVIRON["MONCTL_CHANNEL_HOOK"]
    assert channel.secrets == (channel.url,)
    assert channel.shown_url == "json://…"
    assert "geheim" not in repr(channel) + repr(repository.get("hook"))
    assert repository.get("hook").scheme == "json"


def test_all_that_can_be_used_comes_with_the_problems_of_the_rest(
    repository: ChannelRepository, engine: Engine
) -> None:
    repository.add("hook", url="${MONCTL_CHANNEL_HOOK}")
    repository.add("mail", url="mailtos://me:${MONCTL_CHANNEL_PW}@example.com")
    elsewhere = ChannelRepository(
        engine,
        environ={"MONCTL_CHANNEL_PW": "x"},
        file_channels={"mail": FileChannel(PLAIN)},
        file="monctl.yaml",
    )
    found = elsewhere.all_usable()
    assert {name: channel.owner for name, channel in found.channels.items()} == {"mail": Owner.FILE}
    assert [str(problem) for problem in found.problems] == [
        "hook: the environment variable MONCTL_CHANNEL_HOOK is not set",
        "mail: the API's channel of this name is not used: monctl.yaml has one, too",
    ]
    assert elsewhere.get("hook").problem == "the environment variable MONCTL_CHANNEL_HOOK is not set"
    assert [channel.name for channel in elsewhere.list()] == ["hook", "mail"]


def test_a_new_file_is_taken_over(repository: ChannelRepository) -> None:
    repository.replace_file_channels({"boss": FileChannel(PLAIN)})
    assert list(repository.all_usable().channels) == ["boss"]
    with pytest.raises(RecordUnknown, match="no channel `bos`, did you mean `boss`"):
        repository.usable("bos")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://me:geheim@hook.example/", "a secret stands in the URL itself"),
        ("json://hook.example/?+Authorization=Bearer%20abc", "a secret stands in the URL itself"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "write ${MONCTL_CHANNEL_…} in its place"),
        ("json://me:ge${MONCTL_CHANNEL_HALF}@hook.example/", "a secret stands in the URL itself"),
        ("json://me:${DATABASE_PASSWORD}@hook.example/", "variables MONCTL_CHANNEL_* only, not to DATABASE"),
        (
            "json://me:${MONCTL_CHANNEL_NO}@h.example/",
            "the environment variable MONCTL_CHANNEL_NO is not set",
        ),
        ("json://${hook.example/", "a `${` that is no reference"),
        ("syslog://", "`syslog://` acts on the monitoring machine itself"),
        ("tgram://${MONCTL_CHANNEL_T}/1/?template=/etc/passwd", "`template` reads a file of the monitoring"),
        ("jsno://hook.example/", "Apprise knows no service `jsno://`, did you mean `json`?"),
        ("hook.example", "must be an Apprise URL"),
        ("json://hook.example/\n", "must be one line"),
    ],
)
def test_the_api_may_not_have_secrets_files_and_this_machine(engine: Engine, url: str, said: str) -> None:
    environ = ENVIRON | {"MONCTL_CHANNEL_T": "123456789:abcdefg_hijklmnop"}
    repository = ChannelRepository(engine, environ=environ)
    assert said in refused(repository, url)
    assert repository.list() == ()


def test_a_refusal_shows_no_secret(repository: ChannelRepository) -> None:
    for url in ("json://me:topsecret@hook.example/", "tgram://topsecret/", "jsno://topsecret/"):
        assert "topsecret" not in refused(repository, url)


def test_a_secret_that_a_variable_holds_is_fine_wherever_it_stands(repository: ChannelRepository) -> None:
    for number, url in enumerate(
        (
            "${MONCTL_CHANNEL_HOOK}",
            "json://me:${MONCTL_CHANNEL_PW}@hook.example/",
            "json://hook.example/?+Authorization=Bearer%20${MONCTL_CHANNEL_PW}",
            PLAIN,
        )
    ):
        assert repository.add(f"c{number}", url=url).problem is None


def test_all_that_is_wrong_is_said_at_once(repository: ChannelRepository) -> None:
    with pytest.raises(AlertsInvalid) as caught:
        repository.add("a b", url="nonsense")
    assert [problem.field for problem in caught.value.problems] == ["name", "url"]


def test_a_name_is_taken_once(repository: ChannelRepository) -> None:
    with pytest.raises(RecordExists, match=r"already a channel `ops` in monctl.yaml, line 7"):
        repository.add("ops", url=PLAIN)
    repository.add("new", url=PLAIN)
    with pytest.raises(RecordExists, match="already a channel `new`"):
        repository.add("new", url=PLAIN)


def test_a_channel_is_changed_in_part_and_at_a_version(repository: ChannelRepository) -> None:
    repository.add("new", url=PLAIN)
    changed = repository.update("new", min_severity=Severity.WARNING, expected_version=1)
    assert (changed.version, changed.min_severity, changed.scheme) == (2, Severity.WARNING, "json")
    with pytest.raises(RecordConflict):
        repository.update("new", url="jsons://hook.example/", expected_version=1)
    assert repository.update("new", url="jsons://hook.example/").scheme == "jsons"
    assert repository.usable("new").url == "jsons://hook.example/"
    with pytest.raises(AlertsInvalid):
        repository.update("new", url="nonsense")
    with pytest.raises(RecordConflict):
        repository.remove("new", expected_version=2)
    repository.remove("new", expected_version=3)
    with pytest.raises(RecordUnknown):
        repository.get("new")


def test_a_channel_of_the_file_is_changed_there(repository: ChannelRepository) -> None:
    with pytest.raises(RecordFileOwned, match=r"monctl.yaml, line 7: change it there"):
        repository.update("ops", min_severity=Severity.INFO)
    with pytest.raises(RecordFileOwned):
        repository.remove("ops")
    with pytest.raises(RecordUnknown):
        repository.remove("nobody")


def test_every_change_is_counted_and_noted_with_it(repository: ChannelRepository, engine: Engine) -> None:
    noted: list[str] = []
    before = revision(engine)
    repository.add("new", url=PLAIN, note=lambda session: noted.append("add"))
    repository.update("new", min_severity=Severity.WARNING, note=lambda session: noted.append("update"))
    repository.remove("new", note=lambda session: noted.append("remove"))
    assert (noted, revision(engine)) == (["add", "update", "remove"], before + 3)

    def fail(session: Session) -> None:
        raise RuntimeError("the audit log is full")

    with pytest.raises(RuntimeError):
        repository.add("other", url=PLAIN, note=fail)
    assert "other" not in repository.severities()
    assert revision(engine) == before + 3


def test_the_last_delivery_of_each_channel_is_known(repository: ChannelRepository, engine: Engine) -> None:
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        for is_sent in (True, False):
            session.add(
                DeliveryRow(
                    channel="ops",
                    time=now,
                    attempt=1,
                    is_sent=is_sent,
                    seconds=1.0,
                    notifications=1,
                    title="t",
                )
            )
    assert [(name, row.is_sent) for name, row in repository.last_deliveries().items()] == [("ops", False)]


@pytest.mark.parametrize(
    ("written", "is_literal"),
    [
        ("json://me:geheim@hook.example/", True),
        ("json://me:${MONCTL_CHANNEL_PW}@hook.example/", False),
        ("${MONCTL_CHANNEL_HOOK}", False),
        (None, False),
    ],
)
def test_a_secret_written_into_the_file_is_noticed(written: str | None, is_literal: bool) -> None:
    channel = FileChannel("json://me:geheim@hook.example/", url_as_written=written)
    assert literal_secrets(channel, ENVIRON) is is_literal


@pytest.mark.anyio
async def test_a_test_message_tells_what_the_service_said(repository: ChannelRepository) -> None:
    notifier = FakeNotifier(lambda channel, message: Sent(channel.name == "ops", "said", 0.12345))
    testing = tester.Tester(repository, notifier)
    assert await testing.test("ops") == {"channel": "ops", "ok": True, "seconds": 0.123, "answer": "said"}
    assert (await testing.test("odd"))["ok"] is False
    assert notifier.sent_messages[0][1].kind is MessageKind.TEST
    with pytest.raises(RecordUnknown):
        await testing.test("nobody")


@pytest.mark.anyio
async def test_the_test_of_a_channel_without_its_variable_fails(
    repository: ChannelRepository, engine: Engine
) -> None:
    repository.add("hook", url="${MONCTL_CHANNEL_HOOK}")
    notifier = FakeNotifier()
    result = await tester.Tester(ChannelRepository(engine, environ={}), notifier).test("hook")
    assert (result["ok"], result["answer"]) == (
        False,
        "the environment variable MONCTL_CHANNEL_HOOK is not set",
    )
    assert notifier.attempts == 0


def test_a_channel_without_a_scheme_shows_nothing_of_itself() -> None:
    assert Channel("x", "geheim@h").shown_url == "://…"
