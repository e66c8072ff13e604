"""`monctl hosts`: the inventory from the command line."""

from pathlib import Path

import pytest
import yaml

from access.audit.log import AuditLog
from foundation.database.database import open_database
from tests.support.commands import Commands

HOSTS = """\
defaults: {user: monitor, interval: 10s}
hosts:
  web-1: {address: 10.0.0.1, port: 2222, tags: {env: prod}, password: "${WEB_PASSWORD}"}
  web-2: 10.0.0.2
"""


@pytest.fixture
def hosts(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Two hosts of the file, and one of the API."""
    monkeypatch.setenv("WEB_PASSWORD", "hunter2")
    commands.hosts_yaml.write_text(HOSTS)
    done = commands.run(
        "hosts", "add", "extra", "--address", "10.0.0.9", "--tag", "env=test", "--set", "port=23"
    )
    assert done.exit_code == 0, done.stderr
    return commands


def _names(hosts: Commands) -> list[str]:
    return [host["name"] for host in hosts.json("hosts", "list")["items"]]


def test_list_names_ways_and_owners(hosts: Commands) -> None:
    done = hosts.run("hosts", "list")
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert done.exit_code == 0
    assert lines["web-1"][1:] == ["monitor@10.0.0.1:2222", "ssh", "10s", "env=prod", f"{hosts.hosts_yaml}:3"]
    assert lines["extra"][1:] == ["10.0.0.9:23", "ssh", "5s", "env=test", "API"]
    document = hosts.json("hosts", "list")
    assert (document["total"], document["offset"]) == (3, 0)
    assert [host["owner"] for host in document["items"]] == ["api", "file", "file"]
    assert [host["name"] for host in hosts.json("hosts", "list", "tag:env")["items"]] == ["extra", "web-1"]


def test_one_host_is_shown_with_defaults_worked_in_and_its_password_hidden(hosts: Commands) -> None:
    view = hosts.json("hosts", "show", "web-1")
    assert (view["user"], view["interval"], view["has_password"]) == ("monitor", 10.0, True)
    assert view["entry"]["password"] == "${WEB_PASSWORD}"
    shown = hosts.run("hosts", "show", "web-1")
    assert "address      10.0.0.1" in shown.stdout
    assert "hunter2" not in shown.stdout + str(view)
    unknown = hosts.run("hosts", "show", "web-3")
    assert unknown.exit_code == 2
    assert "there is no host `web-3`, did you mean `web-" in unknown.stderr


def test_a_host_of_the_api_is_added_changed_by_nobody_and_removed(hosts: Commands) -> None:
    assert _names(hosts) == ["extra", "web-1", "web-2"]
    again = hosts.run("hosts", "add", "extra")
    assert again.exit_code == 2
    assert "there is already a host `extra`" in again.stderr
    removed = hosts.run("hosts", "remove", "extra", "--yes")
    assert (removed.exit_code, removed.stdout) == (0, "removed extra\n")
    assert _names(hosts) == ["web-1", "web-2"]


def test_removing_a_host_of_the_file_is_refused_and_names_the_line(hosts: Commands) -> None:
    done = hosts.run("hosts", "remove", "web-2", "--yes")
    assert done.exit_code == 2
    assert f"host `web-2` belongs to {hosts.hosts_yaml}, line 4: change it there" in done.stderr
    assert "web-2" in _names(hosts)
    taken = hosts.run("hosts", "add", "web-1")
    assert taken.exit_code == 2
    assert f"in {hosts.hosts_yaml}, line 3" in taken.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["new", "--interval", "soon"], "must be a duration"),
        (["new", "--set", "intervall=5s"], "did you mean `interval`?"),
        (["new", "--set", "nothing"], "--set nothing: write NAME=VALUE"),
        (["new", "--set", "password=hunter2"], "must be given by reference"),
        (["new", "--port", "70000"], "port"),
        (["a/b"], "must not contain `/`"),
        (["\x1b[2J"], "must not have control"),
        (["new", "--jump", "new"], "circle"),
    ],
)
def test_a_bad_host_is_refused_with_a_reason(hosts: Commands, args: list[str], said: str) -> None:
    done = hosts.run("hosts", "add", *args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "\x1b" not in done.output
    assert "hunter2" not in done.output
    assert len(_names(hosts)) == 3


def test_pausing_works_for_either_owner_and_resuming_undoes_it(hosts: Commands) -> None:
    done = hosts.run("hosts", "pause", "web-*", "extra")
    assert (done.exit_code, done.stdout) == (0, "paused: extra, web-1, web-2\n")
    assert all(host["paused"] for host in hosts.json("hosts", "list")["items"])
    hosts.run("hosts", "resume", "tag:env=prod")
    paused = {host["name"]: host["paused"] for host in hosts.json("hosts", "list")["items"]}
    assert paused == {"extra": True, "web-1": False, "web-2": True}
    unknown = hosts.run("hosts", "pause", "db-*")
    assert unknown.exit_code == 2
    assert "unknown host db-*" in unknown.stderr


def test_what_is_exported_is_the_same_inventory_when_it_is_read_again(
    hosts: Commands, tmp_path: Path
) -> None:
    hosts.run("hosts", "pause", "web-2")
    exported = hosts.run("hosts", "export")
    assert exported.exit_code == 0
    assert "hunter2" not in exported.stdout
    other = Commands(tmp_path / "other")
    other.folder.mkdir()
    other.hosts_yaml.write_text(exported.stdout)
    keys = ("name", "address", "port", "user", "interval", "tags", "paused", "has_password")
    before, after = (
        [{key: host[key] for key in keys} for host in installation.json("hosts", "list")["items"]]
        for installation in (hosts, other)
    )
    assert after == before


SSH_CONFIG = "Host web-1 cache\n  HostName 10.1.0.1\n  User deploy\nHost *\n  Port 2200\n"
ANSIBLE = "[db]\ndb-1 ansible_host=10.2.0.1 ansible_user=dba\ncache\n"


def test_a_dry_run_of_an_import_prints_a_hosts_yaml_and_changes_nothing(
    hosts: Commands, tmp_path: Path
) -> None:
    source = tmp_path / "config"
    source.write_text(SSH_CONFIG)
    done = hosts.run("hosts", "import", str(source), "--dry-run")
    assert done.exit_code == 0
    assert list(yaml.safe_load(done.stdout)["hosts"]) == ["cache"]
    assert "1 hosts would be added, 1 are there already" in done.stderr
    assert len(_names(hosts)) == 3


def test_an_import_adds_the_hosts_that_are_new(hosts: Commands, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(SSH_CONFIG)
    (tmp_path / "inventory.ini").write_text(ANSIBLE)
    assert hosts.run("hosts", "import", str(tmp_path / "config")).exit_code == 0
    done = hosts.run("hosts", "import", str(tmp_path / "inventory.ini"), "--format", "ansible-ini")
    assert done.exit_code == 0, done.stderr
    assert "1 hosts added, 1 are there already" in done.stderr
    assert _names(hosts) == ["cache", "db-1", "extra", "web-1", "web-2"]
    assert hosts.json("hosts", "show", "db-1")["user"] == "dba"


def test_an_import_of_nothing_that_can_be_read_is_wrong_use(hosts: Commands, tmp_path: Path) -> None:
    missing = hosts.run("hosts", "import", str(tmp_path / "none"))
    assert missing.exit_code == 2
    assert str(tmp_path / "none") in missing.stderr
    (tmp_path / "noise").write_bytes(b"\xff\x00" * 100)
    assert hosts.run("hosts", "import", str(tmp_path / "noise")).exit_code == 2


def test_changes_of_the_command_line_are_in_the_audit_log(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: 10.0.0.1}\n")
    assert commands.run("hosts", "add", "b", "--address", "10.0.0.2").exit_code == 0
    assert commands.run("hosts", "pause", "a", "b").exit_code == 0
    assert commands.run("hosts", "add", "b").exit_code == 2
    assert commands.run("hosts", "remove", "b", "--yes").exit_code == 0
    engine = open_database("sqlite", data_dir=commands.folder / "data")
    rows, _ = AuditLog(engine).entries()
    engine.dispose()
    assert [(row.action, row.target) for row in reversed(rows)] == [
        ("host.create", "b"),
        ("host.pause", "a"),
        ("host.pause", "b"),
        ("host.delete", "b"),
    ]
    assert all(row.actor.startswith("cli:") and row.address is None for row in rows)


def test_what_to_do_next_with_a_host_depends_on_who_asks_whom(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: 10.0.0.1}\n")
    assert "hosts check b" in commands.run("hosts", "add", "b", "--address", "10.0.0.2").stdout
    pushing = commands.run("hosts", "add", "far-1", "--set", "connection=push").stdout
    assert "hosts push-script far-1 > monctl-push.py" in pushing
