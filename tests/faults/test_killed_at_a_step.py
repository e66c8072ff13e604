"""The daemon is killed at each step between evaluation and delivery record."""

from collections import Counter

import pytest

from alerts.engine.changes import ChangeKind
from alerts.states import AlertState
from alerts.tables import NotificationStatus
from tests.faults.dying import SENT_TWICE, Step
from tests.faults.folder import AlertsFolder, Told

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(120)]

RULE = "memory"


@pytest.mark.parametrize("step", Step)
def test_an_alert_and_its_end_arrive_though_the_daemon_dies(monctl: AlertsFolder, step: Step) -> None:
    monctl.rules[RULE] = {"when": "mem.total > 0"}
    monctl.write_rules()
    monctl.start_dying(step, ChangeKind.FIRING)
    monctl.wait_for_death()

    monctl.start_dying(step, ChangeKind.RESOLVED)
    firing = Told("firing", RULE, 1)
    expected = 2 if step in SENT_TWICE else 1
    assert monctl.wait_for(lambda: monctl.told().count(firing) == expected, 20), monctl.log
    assert monctl.wait_for(lambda: monctl.is_all_told() and monctl.is_alive(), 5), monctl.log
    monctl.rules[RULE] = {"when": "mem.total < 0"}
    monctl.write_rules()
    monctl.wait_for_death()

    monctl.start_and_poll("--no-web")
    resolved = Told("resolved", RULE, 1)
    assert monctl.wait_for(lambda: monctl.told().count(resolved) == expected, 20), monctl.log
    assert monctl.wait_for(monctl.is_all_told, 5), monctl.log
    assert monctl.stop() < 5
    assert monctl.last_status == 0
    assert Counter(monctl.told()) == {firing: expected, resolved: expected}
    assert [row.state for row in monctl.alerts()] == [AlertState.RESOLVED]
    found = [(row.kind, row.status, row.claimed_by) for row in monctl.notifications()]
    sent = NotificationStatus.SENT.value
    assert found == [("firing", sent, None), ("resolved", sent, None)]
    assert monctl.leaks() == []
