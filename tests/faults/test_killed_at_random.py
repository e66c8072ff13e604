"""The daemon is killed again and again, at any moment, while rules become true and stop being so."""

import random
import signal
import time

import pytest

from alerts.book.table import AlertRow, AlertState
from alerts.outbox.table import NotificationStatus
from tests.faults.folder import AlertsFolder

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(420)]

KILLS = 30
FOR_SECONDS = 2.0
LONGEST_LIFE_SECONDS = 5.0
"""A daemon needs about two seconds until its first poll: some die before it, some after all is told."""


def test_every_alert_arrives_and_no_clock_starts_anew_however_often_the_daemon_is_killed(
    monctl: AlertsFolder,
) -> None:
    chance = random.Random(4)
    known: dict[int, AlertRow] = {}
    for kill in range(KILLS):
        monctl.rules[f"rule-{kill}"] = {"when": "mem.total > 0", "for": f"{FOR_SECONDS:g}s"}
        monctl.write_rules()
        monctl.start("--no-web")
        time.sleep(chance.uniform(0.3, LONGEST_LIFE_SECONDS))
        monctl.stop(signal.SIGKILL)
        _expect_clocks_to_run_on(known, monctl.alerts())
    monctl.start("--no-web")
    names = set(monctl.rules)
    assert monctl.wait_for(lambda: monctl.firing() == names, 30), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 30), monctl.log
    monctl.stop()
    alerts = monctl.alerts()
    assert sorted(row.rule for row in alerts) == sorted(names), "none twice, none lost, none pending"
    for row in alerts:
        assert row.fired_at is not None
        assert (row.fired_at - row.since).total_seconds() >= FOR_SECONDS
    told = [one for one in monctl.told() if one.kind == "firing"]
    assert {(one.rule, one.alert) for one in told} == {(row.rule, row.id) for row in alerts}
    rows = monctl.notifications()
    assert {(row.status, row.claimed_by) for row in rows} == {(NotificationStatus.SENT.value, None)}
    assert len(rows) == len(alerts)
    assert len(told) < 2 * len(alerts), "a message is told again only where a kill fell right after it"
    assert monctl.leaks() == []


def _expect_clocks_to_run_on(known: dict[int, AlertRow], present: list[AlertRow]) -> None:
    """What was pending or firing at an earlier kill is the same alert with the same beginning."""
    found = {row.id: row for row in present if row.id is not None}
    for number, before in known.items():
        assert number in found, f"{before.rule} was {before.state} and is gone"
        after = found[number]
        assert (after.rule, after.since) == (before.rule, before.since)
        if before.state == AlertState.FIRING:
            assert (after.state, after.fired_at) == (AlertState.FIRING, before.fired_at)
    known.update(found)
