"""The daemon as its users run it: against real sshd hosts, from outside."""

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd, command_line

pytestmark = pytest.mark.sshd


def _three(server: Sshd) -> dict[str, str]:
    return {f"web-{number}": f"address: 127.0.0.{number}" for number in range(1, 4)}


def _all_ok(monctl: MonctlFolder, count: int) -> bool:
    states = monctl.states()
    return len(states) == count and all(state == "ok" for state, _ in states.values())


def _times(monctl: MonctlFolder) -> dict[str, str]:
    return {host["host"]: host["time"] for host in monctl.json("status")["hosts"]}


def test_hosts_are_polled_kept_and_shown(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    monctl.is_prepared = False  # in interpreters that import for themselves, as everywhere outside the tests
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    assert monctl.wait_for(lambda: "web-1" in (monctl.folder / "daemon.out").read_text())
    time.sleep(3)
    view = monctl.json("status", "web-1")["hosts"][0]
    total = next(point for point in view["metrics"]["cpu"] if point["labels"] == {"cpu": "cpu-total"})
    assert 0 <= total["fields"]["usage_active"] <= 100
    assert view["metrics"]["disk"]
    assert view["top_processes"]["memory"]
    history = monctl.json("history", "web-*", "mem.used_percent", "--since", "1m", "--step", "1s")
    assert {series["host"] for series in history["series"]} == {"web-1", "web-2", "web-3"}
    assert all(sum(value is not None for _, value in series["points"]) >= 2 for series in history["series"])
    assert history["unit"] == "percent"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_flushes_and_leaves_no_probe(
    monctl: MonctlFolder, own_sshd: Sshd, number: signal.Signals
) -> None:
    monctl.write_hosts(own_sshd, {**_three(own_sshd), "me": "connection: local"})
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 4)), monctl.log
    pids = own_sshd.probes()
    assert pids
    before = max(_times(monctl).values())
    assert monctl.stop(number) < 5
    assert monctl.last_status == 0, monctl.log
    assert "Traceback" not in monctl.log
    assert monctl.wait_for(lambda: not any(command_line(pid) for pid in pids), 10)
    assert max(_times(monctl).values()) >= before


def test_a_killed_daemon_leaves_no_probe_and_loses_at_most_a_second(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.is_hasty = False  # these seconds are a running monctl's
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    monctl.stop(signal.SIGKILL)
    killed = time.time()
    assert monctl.wait_for(lambda: not own_sshd.probes(), 10)
    ages = [host["age_seconds"] - (time.time() - killed) for host in monctl.json("status")["hosts"]]
    assert max(ages) < 4  # an interval, a flush, and the time that the commands take
    with sqlite3.connect(monctl.folder / "data" / "metrics.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log


def test_a_second_daemon_on_the_same_data_is_refused(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    assert monctl.daemon is not None
    second = monctl.run("poll")
    assert second.returncode == 2
    assert f"process {monctl.daemon.pid}" in second.stderr


def test_an_edit_is_applied_within_two_seconds_and_disturbs_no_other_host(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.is_hasty = False  # these seconds are a running monctl's
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    before = set(own_sshd.probes())
    hosts = _three(own_sshd)
    del hosts["web-3"]
    monctl.write_hosts(own_sshd, {**hosts, "web-4": "address: 127.0.0.4"})
    assert monctl.wait_for(lambda: "inventory: 3 hosts (3 before)" in monctl.log, 3), monctl.log
    assert monctl.wait_for(lambda: monctl.states().get("web-4") == ("ok", None)), monctl.log
    assert "web-3" not in monctl.states()
    after = set(own_sshd.probes())
    assert len(before & after) == 2
    assert len(after) == 3


def test_a_broken_edit_keeps_the_last_good_inventory_and_says_so(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    good = monctl.hosts_yaml.read_text()
    monctl.hosts_yaml.write_text(good + "  web-9: {intervall: 5s}\n")
    assert monctl.wait_for(lambda: "did you mean `interval`?" in monctl.log, 5), monctl.log
    status = monctl.run("status")
    assert "intervall" in status.stderr
    assert f"{monctl.hosts_yaml}:11" in status.stderr
    before = _times(monctl)
    time.sleep(3)
    after = _times(monctl)
    assert all(after[name] > before[name] for name in before)
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1"})
    assert monctl.wait_for(lambda: set(monctl.states()) == {"web-1"}), monctl.log
    assert monctl.wait_for(lambda: "inventory is good again" in monctl.log), monctl.log


def test_a_host_added_and_paused_by_another_process_is_noticed(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    monctl.write_hosts(own_sshd, _three(own_sshd))
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 3)), monctl.log
    keys = f"port={own_sshd.port}", f"user={own_sshd.user}", f"key={own_sshd.key}"
    options = [part for key in (*keys, f"known_hosts={own_sshd.known_hosts}") for part in ("--set", key)]
    added = monctl.run("hosts", "add", "extra", "--address", "127.0.0.9", "--interval", "1s", *options)
    assert added.returncode == 0, added.stderr
    assert monctl.wait_for(lambda: monctl.states().get("extra") == ("ok", None)), monctl.log
    monctl.run("hosts", "pause", "web-1", "extra")
    assert monctl.wait_for(lambda: len(own_sshd.probes()) == 2), monctl.log
    assert monctl.states()["web-1"][0] == "paused"
    monctl.run("hosts", "resume", "web-1")
    assert monctl.wait_for(lambda: len(own_sshd.probes()) == 3), monctl.log


def test_a_changed_host_key_while_polling_is_told_and_nothing_is_sent(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1"})
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 1)), monctl.log
    own_sshd.stop()
    assert monctl.wait_for(lambda: monctl.states()["web-1"] == ("down", "refused")), monctl.log
    own_sshd.new_host_key()
    own_sshd.start()
    assert monctl.wait_for(lambda: monctl.states()["web-1"] == ("down", "host_key_changed"), 60), monctl.log
    assert not own_sshd.probes()
    assert monctl.run("status").returncode == 1
    trusted = monctl.run("hosts", "trust", "web-1", "--replace", "--yes")
    assert trusted.returncode == 0, trusted.stderr
    assert monctl.wait_for(lambda: monctl.states()["web-1"] == ("ok", None), 60), monctl.log
    assert monctl.log.count("host_key_changed") == 1


def test_a_database_that_fails_for_a_while_stops_no_polling_and_loses_no_edit(
    monctl: MonctlFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1"})
    monctl.start()
    assert monctl.wait_for(lambda: _all_ok(monctl, 1)), monctl.log
    with closing(sqlite3.connect(monctl.folder / "data" / "monctl.db")) as connection:
        connection.execute("ALTER TABLE inventory_revision RENAME TO elsewhere")
        monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.1", "web-2": "address: 127.0.0.2"})
        assert monctl.wait_for(lambda: "no such table: inventory_revision" in monctl.log), monctl.log
        time.sleep(3)
        assert len(own_sshd.probes()) == 1
        connection.execute("ALTER TABLE elsewhere RENAME TO inventory_revision")
    assert monctl.wait_for(lambda: len(own_sshd.probes()) == 2), monctl.log
    assert monctl.wait_for(lambda: "the database works again" in monctl.log), monctl.log
    # told once by whoever finds it first, perhaps by the file's and the table's follower at the same moment
    assert monctl.log.count("no such table") <= 2
    assert monctl.stop() < 5
    assert monctl.last_status == 0
