"""`monctl alerts`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

from access.audit.log import AuditLog
from alerts.notice import NoticeKind
from alerts.severity import Severity
from alerts.states import AlertState
from alerts.tables import NotificationRow, NotificationStatus
from foundation.database.database import open_database
from monctl.cli.alerts.alerts import StateChoice
from monctl.render.printing import out
from tests.alerts.history.alerts import alert
from tests.support.commands import Commands
from web.schemas.alerts import AlertStoryView, AlertView


def _ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def _stored(commands: Commands, *rows: SQLModel) -> None:
    engine = open_database("sqlite", data_dir=commands.folder / "data")
    with Session(engine) as session, session.begin():
        for row in rows:
            session.add(row)
            session.flush()
    engine.dispose()


def _alert(*names: str, **fields: Any) -> SQLModel:
    times: dict[str, Any] = {"since": _ago(12.5), "fired_at": _ago(5)}
    if fields.get("state") is AlertState.PENDING:
        times["fired_at"] = None
    if fields.get("state") is AlertState.RESOLVED:
        times["resolved_at"] = _ago(1)
    return alert(*names, **times | fields)


@pytest.fixture
def some(commands: Commands) -> Commands:
    """An installation with three open alerts and one that is over."""
    commands.hosts_yaml.write_text("hosts: {web-1: x, web-2: x, db-1: x}\n")
    _stored(
        commands,
        _alert(state=AlertState.PENDING),
        _alert("disk-full", "db-1", severity=Severity.CRITICAL, labels={"path": "/var"}),
        _alert("poller-cut-off", "", readings=[], detail="no host answers"),
        _alert(state=AlertState.RESOLVED),
    )
    return commands


def test_the_worst_open_alert_is_listed_first(some: Commands) -> None:
    page = some.json("alerts", "list")
    assert ([item["id"] for item in page["items"]], page["total"]) == ([2, 3, 1], 3)
    for item in page["items"]:
        AlertView.model_validate(item)
    lines = some.run("alerts", "list").stdout.splitlines()
    assert lines[0].split() == ["ID", "SEVERITY", "STATE", "SINCE", "HOST", "RULE", "WHAT", "NOTES"]
    assert lines[1].split()[:8] == ["2", "x", "critical", "firing", "12", "min", "db-1", "disk-full"]
    assert "path=/var: cpu.usage_active 97.3 % > 90 %" in " ".join(" ".join(lines).split())
    assert "(monctl)" in lines[3] or "(monctl)" in lines[2]
    assert lines[-1] == "3 alerts: 2 firing, 1 pending"


@pytest.mark.parametrize("columns", [40, 80, 119, 120, 200])
def test_the_list_is_whole_at_any_width(
    some: Commands, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(out, "width", columns)
    shown = some.run("alerts", "list").stdout
    first = next(line for line in shown.splitlines() if "critical" in line)
    assert first.split() == [
        "2",
        "x",
        "critical",
        "firing",
        "12",
        "min",
        "db-1",
        "disk-full",
        *first.split()[8:],
    ]
    summary = "path=/var: cpu.usage_active 97.3 % > 90 %"
    if columns < 120:
        assert f"    {summary}" in shown.splitlines()
    else:
        assert summary in first
        assert all(len(line) <= columns for line in shown.splitlines())


def test_the_status_is_one_when_an_alert_fires(some: Commands) -> None:
    assert some.run("alerts", "list").exit_code == 1
    assert some.run("alerts", "list", "--json").exit_code == 1
    assert some.run("alerts", "list", "web-1").exit_code == 0  # it is only pending
    assert some.run("alerts", "list", "--state", "pending").exit_code == 0


def test_no_alerts_are_good_news(commands: Commands) -> None:
    done = commands.run("alerts", "list")
    assert (done.exit_code, done.stdout) == (0, "no alerts\n")
    assert "No daemon evaluates rules" in done.stderr
    assert commands.json("alerts", "list")["total"] == 0


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (("web-*",), [1]),
        (("db-1",), [2]),
        (("web-2",), []),
        (("--rule", "disk-*"), [2]),
        (("--severity", "warning"), [3, 1]),
        (("--state", "resolved", "--state", "pending"), [1, 4]),
    ],
)
def test_a_list_is_filtered(some: Commands, args: tuple[str, ...], found: list[int]) -> None:
    some.run("hosts", "list")  # which takes hosts.yaml over
    assert [item["id"] for item in some.json("alerts", "list", *args)["items"]] == found


def test_a_mistyped_host_is_not_taken_for_a_sound_one(some: Commands) -> None:
    some.run("hosts", "list")
    done = some.run("alerts", "list", "wbe-1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean web-1" in done.stderr.replace("`", "")


def test_the_history_has_all_that_fired_lately(some: Commands) -> None:
    _stored(
        some,
        _alert(
            "cpu-busy", "web-2", state=AlertState.RESOLVED, fired_at=_ago(20_000), resolved_at=_ago(19_900)
        ),
    )
    page = some.json("alerts", "history", "--since", "1d")
    assert [item["id"] for item in page["items"]] == [4, 3, 2]
    assert [item["id"] for item in some.json("alerts", "history", "--since", "30d")["items"]] == [4, 3, 2, 5]
    assert [item["id"] for item in some.json("alerts", "history", "--host", "db-*")["items"]] == [2]
    limited = some.run("alerts", "history", "--limit", "1")
    assert (limited.exit_code, "2 older ones are left out" in limited.stderr) == (0, True)
    wrong = some.run("alerts", "history", "--since", "yesterday")
    assert (wrong.exit_code, "--since: must be a duration" in wrong.stderr) == (2, True)


def test_one_alert_is_shown_with_what_was_told_of_it(some: Commands) -> None:
    told = NotificationRow(
        alert_id=2,
        channel="ops",
        kind=NoticeKind.FIRING.value,
        severity=Severity.CRITICAL.value,
        status=NotificationStatus.FAILED.value,
        attempts=9,
        error="the mail server refuses",
        created_at=_ago(5),
        due_at=_ago(5),
    )
    _stored(some, told)
    view = some.json("alerts", "show", "2")
    AlertStoryView.model_validate(view)
    assert view["notifications"][0]["error"] == "the mail server refuses"
    shown = some.run("alerts", "show", "2").stdout
    assert "path=/var" in shown
    assert "the mail server refuses" in shown
    missing = some.run("alerts", "show", "9")
    assert (missing.exit_code, "there is no alert `9`" in missing.stderr) == (2, True)


def test_alerts_are_acknowledged_with_a_note_and_taken_back(some: Commands) -> None:
    done = some.run("alerts", "ack", "2", "3", "--note", "a [new] disk")
    assert done.stdout == "acknowledged 2: disk-full on db-1\nacknowledged 3: poller-cut-off\n"
    acknowledged = some.json("alerts", "show", "2")["acknowledged"]
    assert acknowledged["by"].startswith("cli:")
    assert acknowledged["note"] == "a [new] disk"
    assert "a [new] disk" in " ".join(some.run("alerts", "list").stdout.split())
    assert some.run("alerts", "ack", "2", "--undo").stdout == "no longer acknowledged 2: disk-full on db-1\n"
    assert some.json("alerts", "show", "2")["acknowledged"] is None
    engine = open_database("sqlite", data_dir=some.folder / "data")
    entries, _ = AuditLog(engine).entries()
    engine.dispose()
    assert [(entry.action, entry.target) for entry in reversed(entries)] == [
        ("alert.ack", "2"),
        ("alert.ack", "3"),
        ("alert.unack", "2"),
    ]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("4",), "alert 4 is over"),
        (("9",), "there is no alert `9`"),
        (("2", "--note", "a\nb"), "--note: takes one line"),
        (("2", "--note", "a" * 1001), "--note: takes one line"),
    ],
)
def test_what_cannot_be_acknowledged_ends_with_status_two(
    some: Commands, args: tuple[str, ...], said: str
) -> None:
    done = some.run("alerts", "ack", *args)
    assert (done.exit_code, said in done.stderr) == (2, True)
    assert some.json("alerts", "show", "2")["acknowledged"] is None


def test_the_choices_are_the_states_that_there_are() -> None:
    assert [choice.value for choice in StateChoice] == [state.value for state in AlertState]
