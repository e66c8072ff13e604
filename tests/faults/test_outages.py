"""Receivers and databases that fail a running daemon for a while: what is told arrives afterwards."""

import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.states import AlertState
from alerts.tables import AlertRow
from tests.faults.folder import PASSWORD, AlertsFolder, Told
from tests.support.receivers import Behaviour, HttpReceiver, running_http_receiver

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(120)]

RULE = "memory"
FIRING, RESOLVED = Told("firing", RULE, 1), Told("resolved", RULE, 1)
FOR_SECONDS = 6
CANNOT_WRITE = "alerts cannot be written"


def _write_rule(monctl: AlertsFolder, when: str = "mem.total > 0", seconds: int = 0) -> None:
    monctl.rules[RULE] = {"when": when, "for": f"{seconds}s"}
    monctl.write_rules()


def _pending(monctl: AlertsFolder) -> AlertRow:
    """The alert, once it waits for its `for` to pass."""
    _write_rule(monctl, seconds=FOR_SECONDS)
    monctl.start()
    assert monctl.wait_for(lambda: bool(monctl.alerts())), monctl.log
    assert monctl.alerts()[0].state == AlertState.PENDING
    assert monctl.wait_for(monctl.is_ready, 5), monctl.log
    return monctl.alerts()[0]


def _fired_at(monctl: AlertsFolder) -> datetime:
    (row,) = monctl.alerts()
    assert row.fired_at is not None
    return row.fired_at


def _reason(monctl: AlertsFolder) -> Any:
    return httpx.get(f"{monctl.url}/readyz", timeout=5).json()["checks"]["alerts"].get("reason")


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Keep everybody else from writing."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()


def _limit_files(pid: int, most_bytes: int | None) -> None:
    """How large the files that a process writes may become; writing more fails, as on a full disk."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if most_bytes is None else most_bytes, hard))


def _fill_disk(monctl: AlertsFolder) -> int:
    """Let the daemon's database grow no more; the daemon's process id."""
    assert monctl.daemon is not None
    _limit_files(monctl.daemon.pid, (monctl.folder / "data" / "monctl.db-wal").stat().st_size)
    return monctl.daemon.pid


def test_a_receiver_that_answers_500_gets_everything_when_it_is_back_and_holds_up_no_other(
    monctl: AlertsFolder, receiver: HttpReceiver, second: HttpReceiver
) -> None:
    monctl.receivers["boss"] = second
    receiver.behaviour = Behaviour.ERROR
    receiver.error_body = f"no such password: {PASSWORD}".encode()
    _write_rule(monctl)
    monctl.start_and_poll("--no-web")
    assert monctl.wait_for(lambda: monctl.told("boss") == [FIRING], 10), monctl.log
    _write_rule(monctl, "mem.total < 0")
    assert monctl.wait_for(lambda: monctl.told("boss") == [FIRING, RESOLVED], 10), monctl.log
    assert monctl.wait_for(lambda: receiver.seen >= 2, 10), monctl.log
    assert monctl.told() == []
    receiver.behaviour = Behaviour.OK
    assert monctl.wait_for(lambda: monctl.told() == [FIRING, RESOLVED], 40), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 5), monctl.log
    assert monctl.log.count("channel ops does not take messages") == 1
    assert monctl.wait_for(lambda: monctl.log.count("channel ops takes messages again") == 1, 5)
    assert monctl.leaks() == []


def test_a_receiver_that_nobody_runs_yet_gets_the_alert_from_before_a_kill(monctl: AlertsFolder) -> None:
    with running_http_receiver() as later:
        port = later.port
    monctl.receivers["ops"] = HttpReceiver(port)  # nobody listens there
    _write_rule(monctl)
    monctl.start_and_poll("--no-web")
    assert monctl.wait_for(lambda: "channel ops does not take messages" in monctl.log, 10), monctl.log
    monctl.stop(signal.SIGKILL)
    with running_http_receiver() as present:
        monctl.receivers["ops"] = present
        monctl.write_rules()
        monctl.start_and_poll("--no-web")
        assert monctl.wait_for(lambda: monctl.told() == [FIRING], 20), monctl.log
        assert monctl.wait_for(monctl.is_all_told, 5), monctl.log
    assert monctl.leaks() == []


def test_a_daemon_stops_soon_while_a_receiver_hangs_and_tells_after_the_restart(
    monctl: AlertsFolder, receiver: HttpReceiver
) -> None:
    receiver.behaviour = Behaviour.HANG
    _write_rule(monctl)
    monctl.start_and_poll("--no-web")
    assert monctl.wait_for(lambda: receiver.seen == 1, 10), monctl.log
    assert monctl.stop() < 8
    assert monctl.last_status == 0, monctl.log
    assert "Traceback" not in monctl.log
    receiver.behaviour = Behaviour.OK
    assert monctl.wait_for(lambda: monctl.told() == [FIRING], 5), "what hung is taken now"
    monctl.start_and_poll("--no-web")
    assert monctl.wait_for(lambda: monctl.told() == [FIRING, FIRING], 20), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 5), monctl.log
    assert monctl.leaks() == []


def test_an_alert_that_fires_while_the_database_is_locked_is_told_afterwards_as_of_then(
    monctl: AlertsFolder,
) -> None:
    before = _pending(monctl)
    with _locked(monctl.folder / "data" / "monctl.db"):
        assert monctl.wait_for(lambda: _reason(monctl) == CANNOT_WRITE, 40), monctl.log
        assert not monctl.is_ready()
        assert monctl.told() == []
    assert monctl.wait_for(lambda: monctl.told() == [FIRING], 30), monctl.log
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    assert monctl.alerts()[0].since == before.since
    due = before.since + timedelta(seconds=FOR_SECONDS)
    assert due <= _fired_at(monctl) < due + timedelta(seconds=FOR_SECONDS)
    _write_rule(monctl, "mem.total < 0", FOR_SECONDS)
    assert monctl.wait_for(lambda: monctl.told() == [FIRING, RESOLVED], 20), monctl.log
    assert monctl.log.count(CANNOT_WRITE) == 1
    assert monctl.log.count("alerts can be written again") == 1
    assert monctl.leaks() == []


def test_an_alert_that_fires_while_the_disk_takes_nothing_is_told_when_it_does(monctl: AlertsFolder) -> None:
    before = _pending(monctl)
    pid = _fill_disk(monctl)
    assert monctl.wait_for(lambda: _reason(monctl) == CANNOT_WRITE, 20), monctl.log
    assert [row.state for row in monctl.alerts()] == [AlertState.PENDING]
    _limit_files(pid, None)
    assert monctl.wait_for(lambda: monctl.told() == [FIRING], 20), monctl.log
    assert monctl.wait_for(monctl.is_ready, 20), monctl.log
    assert monctl.alerts()[0].since == before.since
    assert monctl.leaks() == []


def test_an_alert_that_could_not_be_written_before_a_kill_fires_at_once_after_it(
    monctl: AlertsFolder,
) -> None:
    before = _pending(monctl)
    _fill_disk(monctl)
    assert monctl.wait_for(lambda: _reason(monctl) == CANNOT_WRITE, 20), monctl.log
    monctl.stop(signal.SIGKILL)
    monctl.start_and_poll("--no-web")
    restarted_at = datetime.now(UTC)
    assert monctl.wait_for(lambda: monctl.told() == [FIRING], 20), monctl.log
    assert monctl.alerts()[0].since == before.since
    assert _fired_at(monctl) < restarted_at, "within the first round"
