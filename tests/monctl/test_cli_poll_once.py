"""`monctl poll --once`: one round over all hosts, without a daemon."""

import pytest

from tests.support.commands import Commands
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd


def test_this_machine_is_polled_with_rates(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {me: {connection: local}}\n")
    done = commands.run("poll", "--once", "--json")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    (me,) = commands.json("poll", "--once")["hosts"]
    assert (me["host"], me["state"], me["reason"]) == ("me", "ok", None)
    total = next(point for point in me["metrics"]["cpu"] if point["labels"]["cpu"] == "cpu-total")
    assert 0 <= total["fields"]["usage_active"] <= 100
    lo = next(point for point in me["metrics"]["net"] if point["labels"]["interface"] == "lo")
    assert "bytes_recv_per_second" in lo["fields"]


@pytest.mark.sshd
def test_a_failing_host_gives_status_1_and_the_others_are_shown(
    monctl: MonctlFolder, shared_sshd: Sshd
) -> None:
    entries = {
        "good": "address: 127.0.0.1",
        "closed": "address: 127.0.0.3, port: 1",
        "spare": "address: 127.0.0.4, paused: true",
    }
    monctl.write_hosts(shared_sshd, entries)
    done = Commands(monctl.folder).run("poll", "--once")
    assert done.exit_code == 1
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "x down" in lines["closed"]
    assert "refused: " in lines["closed"]
    assert "+ ok" in lines["good"]
    assert "spare" not in lines
    assert "2 hosts: 1 ok, 1 down" in done.stdout
    shown = Commands(monctl.folder).json("poll", "--once")["hosts"]
    assert {host["host"]: host["reason"] for host in shown} == {"good": None, "closed": "refused"}


def test_no_host_at_all_is_no_failure(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {}\n")
    done = commands.run("poll", "--once")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "no hosts")


@pytest.mark.parametrize("args", [("poll",), ("poll", "--once"), ("poll", "--once", "--json")])
def test_a_broken_inventory_stops_polling_before_it_starts(commands: Commands, args: tuple[str, ...]) -> None:
    commands.hosts_yaml.write_text("hosts:\n  a: {prot: 22}\n  b: {interval: x}\n")
    done = commands.run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{commands.hosts_yaml}:2: hosts.a.prot: unknown key" in done.stderr
    assert f"{commands.hosts_yaml}:3: hosts.b.interval: must be a duration" in done.stderr


def test_a_missing_inventory_is_named(commands: Commands) -> None:
    done = commands.run("poll", "--once")
    assert done.exit_code == 2
    assert f"{commands.hosts_yaml}: cannot be read: No such file or directory" in done.stderr


def test_json_without_once_is_wrong_use(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {}\n")
    done = commands.run("poll", "--json")
    assert done.exit_code == 2
    assert "monctl status --json" in done.stderr


def test_a_log_file_that_cannot_be_written_is_named(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {}\n")
    (commands.folder / "monctl.yaml").write_text("log: {file: .}\n")
    done = commands.run("poll")
    assert done.exit_code == 2
    assert f"log file {commands.folder}: Is a directory" in done.stderr
