"""Sixty hosts are down, and the daemon is stopped while it writes that down: all is told, nothing twice.

What SIGTERM stops tells each message once. SIGKILL leaves messages of which nobody knows whether they went
out: these are told again, so that each is told at least once.
"""

import random
import re
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine
from sqlmodel import Session, select

from alerts.states import AlertState
from alerts.tables import AlertRow, NotificationRow, NotificationStatus
from tests.faults.folder import AlertsFolder
from tests.support.examples import IS_FULL
from tests.support.ports import free_port
from tests.support.receivers import HttpReceiver

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(600)]

FEW_LIVES = 2
LIVES = 20 if IS_FULL else FEW_LIVES
HOSTS = [f"down-{number}" for number in range(1, 61)]
REPEATED_RULES = 3
STORM_SECONDS = 1.2
"""The hosts are polled within a second of each other; the rest is for what is written last."""

_FIRED = re.compile(r"(down-\d+): alert firing: (\S+)")
_NUMBER = re.compile(r"#(\d+)\b")


def _add_rule(monctl: AlertsFolder, **more: str) -> str:
    """One that is true of every host that is down; its name."""
    name = f"storm-{len(monctl.rules) + 1}"
    monctl.rules[name] = {"when": 'host.state == "down"', **more}
    return name


def _prepare(monctl: AlertsFolder) -> None:
    hosts = "".join(
        f"  {name}: {{address: 127.0.1.{number}, port: {free_port()}}}\n"
        for number, name in enumerate(HOSTS, 1)
    )
    with monctl.hosts_yaml.open("a") as file:
        file.write(hosts)
    monctl.group_wait = "0s"
    for _ in range(REPEATED_RULES):
        _add_rule(monctl, repeat="1m")


def _make_repeats_due(database: Path) -> None:
    """Have the alerts told two minutes ago, so that the next life repeats them at once."""
    if not database.exists():
        return
    engine = create_engine(f"sqlite:///{database}", poolclass=NullPool)
    with Session(engine) as session, session.begin():
        for row in session.exec(select(AlertRow)):
            if row.notified_at is not None:
                row.notified_at -= timedelta(minutes=2)


def _live(monctl: AlertsFolder, number: signal.Signals, chance: random.Random) -> None:
    """One life, which ends by a signal at a random moment after the first alert of a fresh rule."""
    name = _add_rule(monctl)
    monctl.write_rules()
    _make_repeats_due(monctl.folder / "data" / "monctl.db")
    monctl.start("--no-web")
    assert monctl.wait_for(lambda: f"alert firing: {name}" in monctl.log), monctl.log
    time.sleep(chance.uniform(0, STORM_SECONDS))
    monctl.stop(number)
    assert monctl.last_status == (0 if number is signal.SIGTERM else -signal.SIGKILL), monctl.log


def _fired(monctl: AlertsFolder) -> set[tuple[str, str]]:
    """The alerts that fire by the database."""
    return {(row.host, row.rule) for row in monctl.alerts() if row.state == AlertState.FIRING}


def _end_and_check(monctl: AlertsFolder) -> list[NotificationRow]:
    """The outbox, when the last life has told all there is to tell."""
    _add_rule(monctl)  # so that there is something to do for this life too
    monctl.write_rules()
    wanted = {(host, rule) for host in HOSTS for rule in monctl.rules}
    monctl.start("--no-web")
    assert monctl.wait_for(lambda: wanted <= _fired(monctl) and monctl.is_all_told(), 60), monctl.log
    monctl.stop()
    assert monctl.last_status == 0
    assert "Traceback" not in monctl.log
    assert "Error:" not in monctl.log
    assert Counter((row.host, row.rule) for row in monctl.alerts()) == dict.fromkeys(wanted, 1)
    found = monctl.notifications()
    assert {row.status for row in found} == {NotificationStatus.SENT}
    changes = Counter((row.alert_id, row.kind, row.payload["time"]) for row in found)
    assert set(changes.values()) == {1}
    first = Counter(row.alert_id for row in found if row.kind == "firing")
    assert first == {row.id: 1 for row in monctl.alerts()}
    if LIVES > FEW_LIVES:  # of a few it may be that each was killed before it told anything
        assert any(row.kind == "repeat" for row in found)
    return found


def _numbers(receiver: HttpReceiver) -> set[int]:
    """The alerts that the messages name."""
    messages = (request.json["message"] for request in receiver.requests)
    return {int(number) for message in messages for number in _NUMBER.findall(message)}


def test_stopped_by_sigterm_it_has_written_all_it_said_and_tells_each_message_once(
    monctl: AlertsFolder, receiver: HttpReceiver
) -> None:
    _prepare(monctl)
    chance = random.Random(13)
    for _ in range(LIVES):
        _live(monctl, signal.SIGTERM, chance)
        assert set(_FIRED.findall(monctl.log)) == _fired(monctl)  # also what was said while it stopped
    outbox = _end_and_check(monctl)
    deliveries = monctl.deliveries()
    assert all(delivery.is_sent for delivery in deliveries)
    assert len(receiver.requests) == receiver.seen == len(deliveries)
    assert sum(delivery.notifications for delivery in deliveries) == len(outbox)
    assert _numbers(receiver) == {row.alert_id for row in outbox}


def test_killed_too_it_tells_each_alert_at_least_once(monctl: AlertsFolder, receiver: HttpReceiver) -> None:
    _prepare(monctl)
    chance = random.Random(17)
    for _ in range(LIVES):
        _live(monctl, chance.choice([signal.SIGTERM, signal.SIGKILL, signal.SIGKILL]), chance)
    outbox = _end_and_check(monctl)
    assert len(receiver.requests) >= len([one for one in monctl.deliveries() if one.is_sent])
    assert _numbers(receiver) == {row.alert_id for row in outbox}
