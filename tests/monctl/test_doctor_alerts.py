"""What `monctl doctor` says of rules, channels and the outbox."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from alerts.notice import Notice, NoticeKind
from alerts.outbox.repository import new_notification
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.severity import Severity
from alerts.tables import DeliveryRow, NotificationStatus
from foundation.database.database import open_database
from foundation.times import utc_time
from tests.support.commands import Commands
from tests.support.receivers import APPRISE_WARNINGS

pytestmark = APPRISE_WARNINGS


@pytest.fixture
def engine(commands: Commands) -> Iterator[Engine]:
    """The database, with what is queued for a channel `ops`."""
    _configured(commands, 'channels: {ops: "json://hook.example/"}')
    (commands.folder / "data").mkdir()
    engine = open_database("sqlite", data_dir=commands.folder / "data")
    yield engine
    engine.dispose()


def _configured(commands: Commands, text: str) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {}}\n")
    (commands.folder / "monctl.yaml").write_text(f"alerts:\n  {text}\n")


def _finding(commands: Commands, name: str, environ: dict[str, str] | None = None) -> tuple[bool, str]:
    """Whether it is in order, and what is said of it."""
    shown = commands.run("doctor", environ=environ).stdout.splitlines()
    line = next(line for line in shown if line[5:].startswith(f"{name} "))
    return line.startswith("ok "), line[5:].removeprefix(name).strip()


def _queue(engine: Engine, *, ago: float, status: NotificationStatus = NotificationStatus.QUEUED) -> None:
    notice = Notice(
        kind=NoticeKind.FIRING, alert_id=1, rule="r", severity=Severity.WARNING, host="a",
        labels={}, tags={}, since=0.0, fired_at=0.0, time=0.0,
    )  # fmt: skip
    row = new_notification(notice, "ops", now=utc_time(time.time() - ago))
    row.status = status.value
    with Session(engine) as session, session.begin():
        session.add(row)


def _deliver(engine: Engine, *, error: str | None) -> None:
    attempt = DeliveryRow(
        channel="ops", time=utc_time(time.time()), attempt=1, is_sent=error is None,
        seconds=0.1, notifications=1, title="t", error=error,
    )  # fmt: skip
    with Session(engine) as session, session.begin():
        session.add(attempt)


def test_without_channels_there_is_a_hint_and_nothing_is_wrong(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {}}\n")
    assert _finding(commands, "rules") == (True, f"{len(DEFAULT_SPECS)} in force")
    is_ok, said = _finding(commands, "channels")
    assert (is_ok, said.startswith("none: alerts are kept, but nobody is told")) == (True, True)
    assert _finding(commands, "outbox") == (True, "nothing waits")


def test_a_rule_that_names_a_channel_that_is_gone_is_wrong(commands: Commands) -> None:
    _configured(commands, "channels: {ops: 'json://hook.example/'}")
    commands.run("channels", "add", "mail", "json://mail.example/")
    assert commands.run("rules", "add", "r", "--when", "disk.free < 1", "--channel", "mail").exit_code == 0
    assert _finding(commands, "rules")[0]
    commands.run("channels", "remove", "mail")
    said = f"{len(DEFAULT_SPECS) + 1} in force; r.channels: unknown channel `mail`"
    assert _finding(commands, "rules") == (False, said)


def test_a_rule_that_no_channel_takes_is_named(commands: Commands) -> None:
    text = """channels:
    ops: {url: "json://hook.example/", min_severity: critical}
    all: "json://all.example/"
  rules:
    - {name: r, when: disk.free < 1, channels: [ops]}
    - {name: to-nobody, when: disk.free < 1, channels: []}
    - {name: to-all, when: disk.free < 1}
"""
    _configured(commands, text)
    is_ok, said = _finding(commands, "rules")
    assert is_ok
    assert said.endswith("nobody is told of r: no channel of theirs takes their severity")


def test_a_channel_that_cannot_be_used_is_wrong(commands: Commands) -> None:
    _configured(commands, "channels: {ops: 'jsno://hook.example/'}")
    is_ok, said = _finding(commands, "channels")
    assert not is_ok
    assert said.startswith("ops cannot be used: Apprise knows no service `jsno://`")


def test_a_secret_in_the_file_is_wrong_and_one_in_a_variable_is_not(commands: Commands) -> None:
    _configured(commands, "channels:\n    ops: 'json://me:geheim@hook.example/'")
    is_ok, said = _finding(commands, "channels")
    assert (is_ok, "geheim" in said) == (False, False)
    assert "monctl.yaml:3: a secret of ops stands in the file: put it into a variable" in said
    _configured(commands, "channels:\n    ops: 'json://me:${PASSWORD}@hook.example/'")
    assert _finding(commands, "channels", {"PASSWORD": "geheim"}) == (True, "ops")


def test_what_waits_for_long_is_wrong(commands: Commands, engine: Engine) -> None:
    _queue(engine, ago=5)
    is_ok, said = _finding(commands, "outbox")
    assert (is_ok, said.startswith("1 waiting, the oldest for ")) == (True, True)
    assert said.endswith("no daemon sends them now")
    _queue(engine, ago=1200)
    is_ok, said = _finding(commands, "outbox")
    assert (is_ok, said.startswith("2 waiting, the oldest for 20 min")) == (False, True)


def test_a_channel_that_fails_is_wrong_while_something_waits_for_it(
    commands: Commands, engine: Engine
) -> None:
    _queue(engine, ago=1)
    _deliver(engine, error="HTTP 500")
    is_ok, said = _finding(commands, "outbox")
    assert (is_ok, "ops did not take its last message: HTTP 500" in said) == (False, True)
    _deliver(engine, error=None)
    assert _finding(commands, "outbox")[0]


def test_what_was_given_up_is_told(commands: Commands, engine: Engine) -> None:
    _queue(engine, ago=100_000, status=NotificationStatus.FAILED)
    assert _finding(commands, "outbox") == (True, "nothing waits; 1 given up after a day")
