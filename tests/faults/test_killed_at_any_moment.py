"""The daemon is killed at random moments, while rules come, become true, and are over."""

import random
import signal
import time
from datetime import datetime, timedelta

import pytest

from alerts.states import AlertState
from alerts.tables import AlertRow, NotificationStatus
from tests.faults.folder import AlertsFolder, Told
from tests.support.examples import IS_FULL
from tests.support.receivers import Behaviour, HttpReceiver

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(360)]

KILLS = 32 if IS_FULL else 16
SHORT, LONG = 1, 6
"""The `for` of most rules, and of every fourth: so long that several kills fall into it. Seconds."""

ROUNDING = timedelta(microseconds=10)


def _for_seconds(number: int) -> int:
    return LONG if number % 4 == 0 and number < KILLS - 4 else SHORT


def _write_rule(monctl: AlertsFolder, number: int) -> None:
    monctl.rules[f"rule-{number}"] = {"when": f"mem.total > {number}", "for": f"{_for_seconds(number)}s"}
    monctl.write_rules()


def _end_one(monctl: AlertsFolder, chance: random.Random) -> None:
    """Have the condition of an alert that fires end."""
    firing = sorted(monctl.firing() & {name for name, keys in monctl.rules.items() if ">" in keys["when"]})
    if firing:
        monctl.rules[chance.choice(firing)]["when"] = "mem.total < 0"


def _is_settled(monctl: AlertsFolder) -> bool:
    states = {row.rule: row.state for row in monctl.alerts()}
    wanted = {
        name: AlertState.FIRING if ">" in keys["when"] else AlertState.RESOLVED
        for name, keys in monctl.rules.items()
    }
    return states == wanted and monctl.is_all_told()


def _live_and_die(monctl: AlertsFolder, number: int, chance: random.Random) -> None:
    """One life: by turns it is killed at any moment from its start on, and at any moment of its work."""
    if number % 2:
        _write_rule(monctl, number)
        monctl.start("--no-web")
        time.sleep(chance.uniform(0, 1.2))
    else:
        monctl.start_and_poll("--no-web")
        _write_rule(monctl, number)
        time.sleep(chance.uniform(0, 1.5))
    monctl.stop(signal.SIGKILL)


def test_every_alert_arrives_everywhere_and_no_clock_restarts(
    monctl: AlertsFolder, receiver: HttpReceiver, second: HttpReceiver
) -> None:
    monctl.receivers["boss"] = second
    chance = random.Random(4)
    receiver.slow_seconds = 0.2
    monctl.group_wait = "0.3s"
    monctl.write_rules()
    pending: dict[int | None, datetime] = {}
    fired: dict[int | None, datetime] = {}
    for number in range(KILLS):
        receiver.behaviour = Behaviour.SLOW if number % 3 else Behaviour.OK
        _live_and_die(monctl, number, chance)
        for row in monctl.alerts():
            if row.state == AlertState.PENDING:
                assert pending.setdefault(row.id, row.since) == row.since, row
            if row.fired_at is not None:
                assert fired.setdefault(row.id, row.fired_at) == row.fired_at, row
        if number % 3 == 2:
            _end_one(monctl, chance)
            monctl.write_rules()
    monctl.start_and_poll("--no-web")
    assert monctl.wait_for(lambda: _is_settled(monctl), 40), monctl.log
    assert monctl.stop() < 5
    assert monctl.last_status == 0
    rows = monctl.alerts()
    assert len(rows) == KILLS
    _check_clocks(rows, pending)
    _check_arrivals(monctl, rows)
    assert monctl.leaks() == []


def _check_clocks(rows: list[AlertRow], pending: dict[int | None, datetime]) -> None:
    """Since when each was pending is what a kill found; each fired as soon as anything was evaluated."""
    since = {row.id: row.since for row in rows}
    assert pending.items() <= since.items()
    assert len(pending) >= KILLS // 8
    moments = {moment for row in rows for moment in (row.since, row.fired_at, row.resolved_at) if moment}
    for row in rows:
        due = row.since + timedelta(seconds=_for_seconds(int(row.rule.removeprefix("rule-"))))
        assert row.fired_at is not None
        assert due - ROUNDING < row.fired_at
        evaluated = [moment for moment in moments if moment > due + ROUNDING]
        assert row.fired_at <= min(evaluated, default=row.fired_at)


def _check_arrivals(monctl: AlertsFolder, rows: list[AlertRow]) -> None:
    """All were told everywhere, in order, seldom twice and then by the same id; nothing is left behind."""
    began = {Told("firing", row.rule, row.id or 0) for row in rows}
    ended = {Told("resolved", row.rule, row.id or 0) for row in rows if row.state == AlertState.RESOLVED}
    assert len(ended) >= KILLS // 8
    for channel in monctl.receivers:
        told = monctl.told(channel)
        assert set(told) == began | ended
        assert len(told) < 2 * len(began | ended)
        for end in ended:
            assert told.index(end._replace(kind="firing")) < told.index(end)
    found = monctl.notifications()
    assert len(found) == len(began | ended) * len(monctl.receivers)
    assert {(row.status, row.claimed_by) for row in found} == {(NotificationStatus.SENT.value, None)}
