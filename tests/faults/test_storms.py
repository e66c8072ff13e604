"""When much fails at once, people get one message that says what did, and one when it is over."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.alarm import CHEAP, AlertingFolder, holds_for
from tests.support.examples import IS_FULL
from tests.support.receivers import running_http_receiver
from tests.support.sshd import Sshd, running_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(500)]

HOST_DOWN = "name: host-down, for: 20s"
"""Ships with 30 s; shorter than this, not all hosts have been asked twice, and found who is to blame."""

BEHIND_JUMP_HOST = 200 if IS_FULL else 60

UP_SECONDS = 180.0

QUIET_SECONDS = 8.0
"""How long nothing more may be told: more than an interval, and than the daemon's looks and group wait."""


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[AlertingFolder]:
    """An installation with the rules that ship, whose daemon is gone at the end."""
    with running_http_receiver() as hook:
        folder = AlertingFolder(tmp_path / "monctl", hook)
        folder.write_config(HOST_DOWN, defaults=True)
        yield folder
        folder.stop(signal.SIGKILL)


@pytest.fixture
def jump(tmp_path: Path) -> Iterator[Sshd]:
    """A second server, beside `own_sshd`, that lets the same key in."""
    with running_sshd(tmp_path / "sshd", name="jump") as server:
        yield server


def all_up(monctl: AlertingFolder) -> bool:
    """Whether every host answers."""
    hosts = monctl.api("GET", "/metrics/current?fields=summary").json()["hosts"]
    return all(host["state"] == "ok" for host in hosts)


def start(monctl: AlertingFolder) -> None:
    """Start the daemon and wait until every host answers and nothing is told."""
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: all_up(monctl), UP_SECONDS), monctl.log
    assert monctl.wait_for(lambda: not monctl.alerts()), monctl.alerts()
    assert not monctl.titles


def test_all_hosts_behind_a_jump_host_that_dies_are_one_message(
    monctl: AlertingFolder, own_sshd: Sshd, jump: Sshd
) -> None:
    ways = f"port: {jump.port}, known_hosts: {jump.known_hosts}"
    hosts = {
        "bastion": f"address: 127.0.0.1, {ways}, interval: 2s, {CHEAP}",
        "direct": f"address: 127.0.0.2, interval: 2s, {CHEAP}",
    }
    for number in range(BEHIND_JUMP_HOST):
        address = f"127.0.{1 + number // 100}.{1 + number % 100}"
        hosts[f"web-{number:03}"] = f"address: {address}, jump: bastion, interval: 5s, timeout: 30s, {CHEAP}"
    monctl.write_hosts(own_sshd, hosts)
    start(monctl)
    jump.stop()
    assert monctl.wait_for(lambda: bool(monctl.titles), 90), monctl.log
    assert holds_for(lambda: len(monctl.titles) == 1, QUIET_SECONDS), monctl.titles
    assert monctl.titles[0].startswith("CRITICAL bastion: down, ")
    (alert,) = monctl.alerts()
    assert (alert["rule"], alert["host"], len(alert["members"])) == (
        "host-down",
        "bastion",
        BEHIND_JUMP_HOST,
    ), alert
    jump.start()
    assert monctl.wait_for(lambda: all_up(monctl), UP_SECONDS), monctl.log
    assert monctl.wait_for(lambda: len(monctl.titles) > 1), monctl.log
    assert holds_for(lambda: len(monctl.titles) == 2, QUIET_SECONDS), monctl.titles
    assert monctl.titles[1] == "RESOLVED bastion: host-down"
    assert not monctl.alerts()


def test_all_hosts_cut_off_are_one_message_from_the_poller(monctl: AlertingFolder, own_sshd: Sshd) -> None:
    hosts = {f"web-{number}": f"address: 127.0.0.{number}, interval: 2s, {CHEAP}" for number in range(1, 41)}
    monctl.write_hosts(own_sshd, hosts)
    start(monctl)
    own_sshd.stop()
    assert monctl.wait_for(lambda: bool(monctl.titles), 60), monctl.log
    assert monctl.titles == ["CRITICAL monctl: no host answers (40 hosts)"]
    assert holds_for(lambda: len(monctl.titles) == 1, QUIET_SECONDS), monctl.titles
    assert [one["rule"] for one in monctl.alerts("firing")] == ["poller-cut-off"]
    own_sshd.start()
    assert monctl.wait_for(lambda: all_up(monctl), UP_SECONDS), monctl.log
    assert monctl.wait_for(lambda: len(monctl.titles) > 1), monctl.log
    assert holds_for(lambda: len(monctl.titles) == 2, QUIET_SECONDS), monctl.titles
    assert monctl.titles[1] == "RESOLVED monctl: poller-cut-off"
    assert not monctl.alerts()
