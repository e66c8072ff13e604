"""`monctl silence`."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from access.audit.log import AuditLog
from foundation.database.database import open_database
from tests.support.commands import Commands
from web.schemas.silences import SilenceView


def test_a_silence_is_added_listed_and_ended(commands: Commands) -> None:
    done = commands.run(
        "silence", "add", "--host", "web-*", "--host", "tag:env=test", "--rule", "disk-*",
        "--label", "path=/var*", "--for", "2h", "--comment", "new disks",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert re.fullmatch(
        r"silence 1: hosts web-\*, tag:env=test; rules disk-\*; path=/var\*; until \S+Z\n", done.stdout
    )
    page = commands.json("silence", "list")
    assert (page["total"], page["offset"]) == (1, 0)
    listed = page["items"][0]
    SilenceView.model_validate(listed)
    assert (listed["hosts"], listed["labels"]) == (["web-*", "tag:env=test"], {"path": "/var*"})
    assert listed["created_by"].startswith("cli:")
    ends = datetime.fromisoformat(listed["ends_at"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=58) < ends <= timedelta(hours=2)
    shown = commands.run("silence", "list").stdout
    assert "active" in shown
    assert "new disks" in shown
    assert commands.run("silence", "remove", "1").stdout == "ended 1\n"
    assert commands.run("silence", "list").stdout == "no silences\n"
    assert commands.json("silence", "list", "--all")["items"][0]["state"] == "expired"
    assert commands.run("silence", "remove", "1").stdout == "removed 1\n"
    assert commands.json("silence", "list", "--all")["total"] == 0


def test_a_weekly_silence_has_windows_in_a_time_zone(commands: Commands) -> None:
    done = commands.run(
        "silence", "add", "--host", "web-1", "--weekly", "mon-fri 22:00-06:00", "--tz", "Europe/Berlin"
    )
    assert done.stdout == "silence 1: hosts web-1; mon-fri 22:00-06:00 Europe/Berlin\n"
    listed = commands.json("silence", "list")["items"][0]
    assert listed["schedule"]["weekdays"] == ["mon", "tue", "wed", "thu", "fri"]
    assert (listed["ends_at"], listed["schedule"]["time_zone"]) == (None, "Europe/Berlin")


@pytest.mark.parametrize(
    ("args", "ends_at"),
    [
        (("--until", "2090-01-31T18:00Z"), "2090-01-31T18:00:00.000Z"),
        (("--until", "2090-01-31T18:00+01:00"), "2090-01-31T17:00:00.000Z"),
        (("--until", "2090-07-31 18:00", "--tz", "America/New_York"), "2090-07-31T22:00:00.000Z"),
        (("--from", "2090-01-01T00:00Z", "--for", "1d"), "2090-01-02T00:00:00.000Z"),
    ],
)
def test_an_end_is_a_time_in_a_zone(commands: Commands, args: tuple[str, ...], ends_at: str) -> None:
    assert commands.json("silence", "add", "--host", "a", *args)["ends_at"] == ends_at


def test_a_time_without_a_zone_is_of_this_machine(commands: Commands) -> None:
    made = commands.json("silence", "add", "--host", "a", "--until", "2090-01-31T18:00")
    assert datetime.fromisoformat(made["ends_at"]) == datetime(2090, 1, 31, 18).astimezone()


def test_everything_is_silenced_only_when_it_is_said(commands: Commands) -> None:
    refused = commands.run("silence", "add", "--for", "1h")
    assert (refused.exit_code, "everything" in refused.stderr) == (2, True)
    made = commands.json("silence", "add", "--for", "1h", "--everything")
    assert made["everything"] is True


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--for", "1h"), "say what to silence with --host"),
        (("--host", "a", "--everything", "--for", "1h"), "--everything takes no --host"),
        (("--host", "a"), "a silence has an end"),
        (("--host", "a", "--until", "2020-01-01"), "--until: must be after starts_at"),
        (("--host", "a", "--for", "soon"), "--for: must be a duration"),
        (("--host", "a", "--for", "1h", "--until", "2090-01-31"), "leave out one of them"),
        (("--host", "a", "--until", "someday"), "--until: must be a time such as 2026-01-31T18:00"),
        (("--host", "a", "--for", "1h", "--from", "0001-01-01T00:00+14:00"), "--from: must be a time"),
        (
            ("--host", "a", "--weekly", "at night", "--tz", "UTC"),
            "--weekly: write it as `mon-fri 22:00-06:00`",
        ),
        (("--host", "a", "--weekly", "mon 22:00-06:00"), "--weekly: say in which time zone with --tz"),
        (("--host", "a", "--weekly", "mo 22:00-06:00", "--tz", "UTC"), "--weekly: must be weekdays"),
        (("--host", "a", "--for", "1h", "--tz", "Berlin"), "did you mean `Europe/Berlin`?"),
        (("--label", "path", "--for", "1h"), "--label path: write NAME=PATTERN"),
    ],
)
def test_what_cannot_be_ends_with_status_two_and_says_why(
    commands: Commands, args: tuple[str, ...], said: str
) -> None:
    done = commands.run("silence", "add", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert commands.json("silence", "list", "--all")["total"] == 0


def test_a_silence_that_is_not_there_cannot_be_removed(commands: Commands) -> None:
    done = commands.run("silence", "remove", "7")
    assert (done.exit_code, "there is no silence `7`" in done.stderr) == (2, True)


def test_what_others_wrote_is_safe_on_a_terminal(commands: Commands) -> None:
    commands.run("silence", "add", "--host", "[bold]a", "--for", "1h", "--comment", "[red]x")
    shown = commands.run("silence", "list").stdout
    assert "[bold]a" in shown
    assert "[red]x" in shown


def test_every_change_is_in_the_audit_log(commands: Commands) -> None:
    commands.run("silence", "add", "--host", "a", "--for", "1h")
    commands.run("silence", "remove", "1")
    engine = open_database("sqlite", data_dir=commands.folder / "data")
    entries, _ = AuditLog(engine).entries()
    engine.dispose()
    assert [(entry.action, entry.target) for entry in entries] == [
        ("silence.remove", "1"),
        ("silence.create", "1"),
    ]
    assert entries[1].detail == {"silence": {"hosts": ["a"], "duration": "1h"}}


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        (("--host", "wbe-1"), "no host matches `wbe-1` at present: did you mean web-1?"),
        (("--host", "db-*"), "no host matches `db-*` at present"),
        (
            ("--host", "web-1", "--rule", "disk-fulll"),
            "no rule matches `disk-fulll` at present: did you mean disk-full?",
        ),
        (("--host", "web-1", "--label", "pth=/var"), "no label matches `pth` at present: did you mean path?"),
        (("--host", "web-*", "--rule", "disk-*", "--label", "path=/nowhere"), ""),
    ],
)
def test_a_silence_of_what_is_not_there_is_made_and_warned_of(
    commands: Commands, args: tuple[str, ...], warning: str
) -> None:
    commands.hosts_yaml.write_text("hosts: {web-1: 10.0.0.1}\n")
    assert commands.run("hosts", "list").exit_code == 0
    done = commands.run("silence", "add", *args, "--for", "1w")
    assert done.exit_code == 0
    assert done.stdout.startswith("silence 1: ")
    assert done.stderr.strip().startswith(warning) is True
    assert bool(done.stderr) is bool(warning)


def test_a_silence_ends_tomorrow_or_at_a_time_of_the_clock(commands: Commands) -> None:
    for end in ("tomorrow", "18:00"):
        assert commands.run("silence", "add", "--host", "a", "--until", end, "--tz", "UTC").exit_code == 0
    by_clock, by_day = (
        datetime.fromisoformat(one["ends_at"]) for one in commands.json("silence", "list")["items"]
    )
    now = datetime.now(UTC)
    assert (by_clock.hour, by_clock.minute, by_clock > now) == (18, 0, True)
    assert by_day.date() == (now + timedelta(days=1)).date()
    assert (by_day.hour, by_day.minute) == (0, 0)
