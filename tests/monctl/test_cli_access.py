"""`monctl user` and `monctl key`: access from the command line."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pwdlib import PasswordHash

from access.accounts import Accounts
from access.audit.log import AuditLog
from foundation.database.database import open_database
from tests.support.commands import Commands
from web.auth.opening import open_access

PASSWORD = "a long pass phrase"


def _with_database(commands: Commands, look: Callable[[Accounts, AuditLog], Any]) -> Any:
    """Look at the database that the commands work on, as the daemon would."""
    engine = open_database("sqlite", data_dir=commands.folder / "data")
    try:
        access = open_access(engine)
        return look(access.accounts, access.audit)
    finally:
        engine.dispose()


def _added(commands: Commands, name: str = "alice", *more: str) -> None:
    done = commands.run("user", "add", name, *more, stdin=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.stderr


def test_a_user_is_added_with_a_password_from_standard_input(commands: Commands) -> None:
    done = commands.run(
        "user", "add", "alice", "--role", "operator", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert (done.exit_code, done.stdout) == (0, "added alice, operator\n")
    page = commands.json("user", "list")
    assert (page["total"], page["offset"]) == (1, 0)
    user = page["items"][0]
    assert user.keys() == {"name", "role", "is_active", "created_at", "last_login_at"}
    assert (user["name"], user["role"], user["is_active"]) == ("alice", "operator", True)
    shown = commands.run("user", "list").stdout.splitlines()
    assert shown[1].split() == ["alice", "operator", "yes", "never"]


def test_a_line_end_of_windows_is_no_part_of_the_password(commands: Commands) -> None:
    commands.run("user", "add", "alice", stdin=f"{PASSWORD}\r\n")
    stored = _with_database(commands, lambda accounts, _: accounts.users.get("alice").password_hash)
    assert PasswordHash.recommended().verify(PASSWORD, stored)


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        (("add", "alice", "--role", "viewer"), "short\n", "password: must have at least 8 characters"),
        (("add", "alice", "--role", "viewer"), "", "no password came on standard input"),
        (("add", "a b", "--role", "viewer"), f"{PASSWORD}\n", "name: takes letters"),
        (("add", "alice", "--role", "collector"), f"{PASSWORD}\n", "collector is for keys"),
        (("add", "root", "--role", "viewer"), f"{PASSWORD}\n", "there is already a user `root`"),
        (("remove", "nobody"), "", "there is no user `nobody`"),
        (("password", "nobody"), f"{PASSWORD}\n", "there is no user `nobody`"),
        (("activate", "nobody"), "", "there is no user `nobody`"),
        (("deactivate", "root"), "", "`root` is the last active admin"),
        (("remove", "root", "--yes"), "", "`root` is the last active admin"),
    ],
)
def test_what_cannot_be_done_ends_with_status_two_and_says_why(
    commands: Commands, args: tuple[str, ...], stdin: str, said: str
) -> None:
    _added(commands, "root", "--role", "admin")
    done = commands.run("user", *args, stdin=stdin)
    assert done.exit_code == 2
    assert said in done.stderr
    assert commands.json("user", "list")["total"] == 1


def test_a_user_is_deactivated_activated_and_removed(commands: Commands) -> None:
    _added(commands)
    for command, active in (("deactivate", False), ("activate", True)):
        assert commands.run("user", command, "alice").exit_code == 0
        assert commands.json("user", "list")["items"][0]["is_active"] is active
    assert commands.run("user", "remove", "alice", "--yes").stdout == "removed alice\n"
    assert commands.json("user", "list")["total"] == 0


def test_a_new_password_ends_the_tokens_of_before(commands: Commands) -> None:
    _added(commands)
    before = _with_database(commands, lambda accounts, _: accounts.users.get("alice").token_version)
    assert commands.run("user", "password", "alice", stdin="another pass phrase\n").exit_code == 0
    after = _with_database(commands, lambda accounts, _: accounts.users.get("alice").token_version)
    assert after != before


def test_a_key_stands_alone_on_standard_output(commands: Commands) -> None:
    done = commands.run("key", "create", "grafana", "--role", "viewer")
    assert re.fullmatch(r"mctl_[A-Za-z0-9_-]{43}\n", done.stdout)
    assert "it is not shown again" in done.stderr
    known = _with_database(commands, lambda accounts, _: accounts.keys.identify(done.stdout.strip()))
    assert known[0].actor == "key:grafana"


def test_a_key_is_made_as_json_with_its_host_and_end(commands: Commands) -> None:
    key = commands.json(
        "key", "create", "pusher", "--role", "collector", "--host", "web-9", "--expires", "90d"
    )
    assert (key["name"], key["role"], key["host"]) == ("pusher", "collector", "web-9")
    assert key["key"].startswith("mctl_")
    ends = datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < ends <= timedelta(days=90)
    listed = commands.json("key", "list")["items"]
    assert listed == [{name: value for name, value in key.items() if name != "key"}]
    assert "pusher" in commands.run("key", "list").stdout


def test_a_key_is_revoked(commands: Commands) -> None:
    commands.run("key", "create", "ci")
    assert commands.run("key", "revoke", "ci").stdout == "revoked ci\n"
    again = commands.run("key", "revoke", "ci")
    assert (again.exit_code, "there is no key `ci`" in again.stderr) == (2, True)
    assert commands.json("key", "list")["total"] == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--expires", "soon"), "--expires soon: must be a duration"),
        (("--expires", "0s"), "must be longer than nothing"),
        (("--expires", "999999999999d"), "is longer than time lasts"),
        (("--expires", "200y"), "more than 100 years ahead"),
        (("--host", "web-1"), "only a key of the role collector"),
        (("--role", "root"), "root"),
    ],
)
def test_a_key_that_cannot_be_ends_with_status_two(
    commands: Commands, args: tuple[str, ...], said: str
) -> None:
    done = commands.run("key", "create", "a", *args)
    assert done.exit_code == 2
    assert said in re.sub(r"\s+", " ", done.stderr)
    assert done.stdout == ""


def test_the_audit_log_names_the_unix_user(commands: Commands) -> None:
    _added(commands)
    commands.run("key", "create", "ci")
    entries = _with_database(commands, lambda _, audit: audit.entries()[0])
    assert [entry.action for entry in entries] == ["key.create", "user.create"]
    assert all(re.fullmatch(r"cli:[^ :]+", entry.actor) for entry in entries)
    assert {entry.address for entry in entries} == {None}
