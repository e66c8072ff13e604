"""Alerts of a running daemon as people get them: real hosts, real receivers, everything from outside."""

import base64
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.alarm import ALWAYS, CHEAP, SYSTEM_PYTHON, AlertingFolder, holds_for
from tests.support.live_events import listening
from tests.support.receivers import MailReceiver, running_http_receiver, running_mail_receiver
from tests.support.sshd import Sshd
from web.schemas.alerts import AlertView

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(240)]

QUIET_SECONDS = 4.0
"""Longer than a poll, a look at the outbox and the group's wait together."""

SOON_SECONDS = 5.0
"""Two to three seconds, and what a busy machine adds."""


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[AlertingFolder]:
    """An installation whose alerts go to a web hook, and whose daemon is gone at the end."""
    with running_http_receiver() as hook:
        folder = AlertingFolder(tmp_path / "monctl", hook)
        yield folder
        folder.stop(signal.SIGKILL)


def hosts(*names: str) -> dict[str, str]:
    """Cheap hosts of these names."""
    return {name: f"address: 127.0.0.{number}, {CHEAP}" for number, name in enumerate(names, 1)}


def start(monctl: AlertingFolder, server: Sshd, *names: str) -> None:
    """Start a daemon that polls these hosts, web-1 without any, and wait until they are fine."""
    monctl.write_hosts(server, hosts(*(names or ("web-1",))))
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: all(state == ("ok", None) for state in monctl.states().values()))


@contextmanager
def burning(folder: Path) -> Iterator[None]:
    """Processes named `burner` that keep all processors busy, and step back a little for others."""
    burner = folder / "burner"
    burner.symlink_to("/bin/sh")
    command = ["nice", "-n", "1", str(burner), "-c", "while :; do :; done"]
    processes = [subprocess.Popen(command) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def mail_text(mail: EmailMessage) -> str:
    """What a mail says."""
    body = mail.get_body(("plain", "html"))
    assert body is not None
    return str(body.get_content())


def pictures(mail: EmailMessage) -> list[bytes]:
    """The PNG files attached to a mail."""
    return [part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"]


# by `nice` the test tells its own processes from whatever else keeps the machine busy
BURNING = (
    "name: cpu-burning, when: cpu.usage_active > 90 and cpu.usage_nice > 10, "
    "clear: cpu.usage_nice < 5, for: 5s"
)


@pytest.fixture
def mails() -> Iterator[MailReceiver]:
    """A mail server."""
    with running_mail_receiver() as receiver:
        yield receiver


def test_processes_that_burn_cpu_are_told_by_web_hook_and_mail_and_their_end_too(
    monctl: AlertingFolder, own_sshd: Sshd, mails: MailReceiver, tmp_path: Path
) -> None:
    mail_url = f"mailto://127.0.0.1:{mails.port}?from=monctl@example.com&to=ops@example.com&smtp=127.0.0.1"
    monctl.write_config(BURNING, group_wait="3s", channels={"mail": mail_url})
    keys = f"address: 127.0.0.1, python: {SYSTEM_PYTHON}, collectors: {{processes: 2s, disk: off}}"
    monctl.write_hosts(own_sshd, {"web-1": keys})
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.wait_for(lambda: monctl.states()["web-1"] == ("ok", None)), monctl.log
    with burning(tmp_path):
        assert monctl.becomes("firing", "cpu-burning", seconds=60), monctl.log
        assert monctl.wait_for(lambda: bool(monctl.messages and mails.mails)), monctl.log
        fired = monctl.alert("cpu-burning")
    assert fired is not None
    assert monctl.becomes("resolved", "cpu-burning", seconds=60), monctl.log
    assert monctl.is_told("RESOLVED web-1: cpu-burning")
    assert monctl.wait_for(lambda: len(mails.mails) == 2), monctl.log
    problem, end = monctl.messages
    assert problem["title"].startswith("WARNING web-1: CPU ")
    assert problem["title"].endswith(" % busy")
    assert "(over 90 %)" in problem["message"]
    assert "burner" in problem["message"]
    assert f"{monctl.url}/hosts/web-1" in problem["message"]
    assert f"alert #{fired['id']}" in problem["message"]
    (chart,) = problem["attachments"]
    assert base64.b64decode(chart["base64"]).startswith(b"\x89PNG\r\n")
    assert f"alert #{fired['id']}" in end["message"]
    assert "It lasted" in end["message"]
    told, over = mails.mails
    assert (told["subject"], over["subject"]) == (problem["title"], end["title"])
    assert "burner" in mail_text(told)
    assert f"alert #{fired['id']}" in mail_text(told)
    assert [picture[:4] for picture in pictures(told)] == [b"\x89PNG"]
    assert holds_for(lambda: (len(monctl.messages), len(mails.mails)) == (2, 2), 3)
    assert set(monctl.notifications_of(fired["id"])) == {
        (channel, kind, "sent") for channel in ("hook", "mail") for kind in ("firing", "resolved")
    }


def test_rules_of_api_and_command_line_are_in_force_at_once_and_their_removal_ends_their_alerts(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config()
    start(monctl, own_sshd)
    added = monctl.api("POST", "/rules", json={"name": "by-api", "when": ALWAYS, "severity": "critical"})
    assert added.status_code == 201, added.text
    assert monctl.becomes("firing", "by-api", seconds=SOON_SECONDS), monctl.log
    assert monctl.is_told("CRITICAL web-1: ")
    done = monctl.run("rules", "add", "by-hand", "--when", ALWAYS)
    assert done.returncode == 0, done.stderr
    assert monctl.becomes("firing", "by-hand", seconds=SOON_SECONDS), monctl.log
    assert monctl.is_told("WARNING web-1: ")
    assert monctl.api("DELETE", "/rules/by-api").status_code == 204
    assert monctl.becomes("resolved", "by-api", seconds=SOON_SECONDS), monctl.log
    assert monctl.is_told("RESOLVED web-1: by-api")
    end = next(one for one in monctl.messages if one["title"] == "RESOLVED web-1: by-api")
    assert "its rule was removed" in end["message"]
    assert monctl.run("rules", "remove", "by-hand", "--yes").returncode == 0
    assert monctl.becomes("resolved", "by-hand", seconds=SOON_SECONDS), monctl.log
    assert monctl.is_told("RESOLVED web-1: by-hand")
    ended = monctl.alert("by-hand")
    assert ended is not None
    assert ended["resolution"] == "rule_removed"


def test_an_edit_of_monctl_yaml_is_in_force_at_once_and_a_broken_one_changes_nothing(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config()
    start(monctl, own_sshd)
    monctl.write_config(f"name: first, when: {ALWAYS}", f"name: second, when: {ALWAYS}")
    assert monctl.becomes("firing", "first", seconds=SOON_SECONDS), monctl.log
    monctl.write_config(f"name: first, when: {ALWAYS}", "name: second, when: mem.totl > 0", "name: third")
    assert monctl.wait_for(lambda: "did you mean `mem.total`?" in monctl.log, SOON_SECONDS), monctl.log
    for line in (8, 9):
        assert f"{monctl.config}:{line}: alerts.rules." in monctl.log
    assert "the last good settings stay in force" in monctl.log
    monctl.write_hosts(own_sshd, hosts("web-1", "web-2"))
    assert monctl.becomes("firing", "second", "web-2"), monctl.log
    assert {one["rule"] for one in monctl.alerts("firing")} == {"first", "second"}
    monctl.write_config(f"name: second, when: {ALWAYS}")
    assert monctl.becomes("resolved", "first", seconds=SOON_SECONDS), monctl.log
    told = "RESOLVED web-1: first"
    assert monctl.wait_for(lambda: any(told in one["message"] for one in monctl.messages)), monctl.messages
    assert monctl.state("second") == "firing"


def test_a_channel_that_an_edit_renames_gets_what_is_told_from_then_on(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config(f"name: first, when: {ALWAYS}")
    start(monctl, own_sshd)
    assert monctl.is_told("WARNING web-1: ")
    with running_http_receiver() as other:
        url = f"json://{other.address}/"
        monctl.write_config(f"name: second, when: {ALWAYS}, channels: other", channels={"other": url})
        assert monctl.wait_for(lambda: bool(other.requests)), monctl.log
    assert monctl.notifications("second") == [("other", "firing", "sent")]
    assert "unknown channel" not in monctl.log


def test_a_rule_that_ships_can_be_changed_switched_off_and_put_back(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config(defaults=True)
    start(monctl, own_sshd)
    changed = monctl.api("PATCH", "/rules/host-down", json={"for": "1s"})
    assert changed.status_code == 200, changed.text
    own_sshd.stop()
    assert monctl.becomes("firing", "host-down"), monctl.log
    assert monctl.is_told("CRITICAL web-1: down, ")
    assert monctl.run("rules", "disable", "host-down").returncode == 0
    assert monctl.becomes("resolved", "host-down", seconds=SOON_SECONDS), monctl.log
    assert monctl.is_told("RESOLVED web-1: host-down")
    assert holds_for(lambda: not monctl.alerts(), QUIET_SECONDS)
    assert monctl.run("rules", "remove", "host-down", "--yes").returncode == 0
    shown = monctl.json("rules", "show", "host-down")
    assert (shown["owner"], shown["enabled"]) == ("default", True)
    assert monctl.wait_for(lambda: monctl.state("host-down") == "pending"), monctl.log


def test_what_is_silenced_is_told_when_the_silence_ends_and_it_still_fires(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config()
    start(monctl, own_sshd)
    silenced = monctl.api("POST", "/silences", json={"rules": ["by-api"], "duration": "1h"})
    assert silenced.status_code == 201, silenced.text
    done = monctl.run("silence", "add", "--rule", "by-hand", "--host", "web-*", "--for", "1h")
    assert done.returncode == 0, done.stderr
    _expect_silenced(monctl, "by-api")
    _expect_silenced(monctl, "by-hand")
    listed = {one["rule"]: one["silenced_by"] for one in monctl.alerts()}
    assert listed["by-api"] == silenced.json()["id"]
    assert listed["by-hand"] == monctl.json("silence", "list")["items"][0]["id"]
    assert holds_for(lambda: not monctl.hook.seen, QUIET_SECONDS)
    assert monctl.api("DELETE", f"/silences/{silenced.json()['id']}").status_code == 204
    assert monctl.wait_for(lambda: len(monctl.titles) == 1, 15), monctl.log
    assert "by-api" in monctl.messages[0]["message"]
    assert monctl.run("rules", "remove", "by-hand", "--yes").returncode == 0
    assert monctl.becomes("resolved", "by-hand"), monctl.log
    assert monctl.run("silence", "remove", str(listed["by-hand"])).returncode == 0
    assert holds_for(lambda: len(monctl.titles) == 1, QUIET_SECONDS), monctl.titles


def _expect_silenced(monctl: AlertingFolder, rule: str) -> None:
    """A new rule of this name fires and is not told."""
    assert monctl.api("POST", "/rules", json={"name": rule, "when": ALWAYS}).status_code == 201
    assert monctl.becomes("firing", rule), monctl.log
    assert monctl.wait_for(lambda: monctl.notifications(rule) == [("hook", "firing", "silenced")])


def test_what_somebody_acknowledged_is_told_to_nobody_else_but_its_end_is(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    with running_http_receiver() as boss:
        rules = [
            f"name: {name}, when: {ALWAYS}, channels: hook, escalate: {{after: 15s, channels: boss}}"
            for name in ("by-api", "by-hand", "left-alone")
        ]
        monctl.write_config(*rules, channels={"boss": f"json://{boss.address}/"})
        start(monctl, own_sshd)
        for name in ("by-api", "by-hand", "left-alone"):
            assert monctl.becomes("firing", name), monctl.log
        numbers = {one["rule"]: one["id"] for one in monctl.alerts()}
        acked = monctl.api("POST", f"/alerts/{numbers['by-api']}/ack", json={"note": "on it"})
        assert acked.status_code == 200, acked.text
        done = monctl.run("alerts", "ack", str(numbers["by-hand"]), "--note", "me too")
        assert done.returncode == 0, done.stderr
        known = {one["rule"]: one["acknowledged"] for one in monctl.alerts()}
        assert {rule: ack and ack["note"] for rule, ack in known.items()} == {
            "by-api": "on it",
            "by-hand": "me too",
            "left-alone": None,
        }
        assert monctl.wait_for(lambda: bool(boss.requests)), monctl.log
        assert holds_for(lambda: len(boss.requests) == 1, QUIET_SECONDS)
        assert f"alert #{numbers['left-alone']}" in boss.requests[0].json["message"]
        assert "unacknowledged for" in boss.requests[0].json["title"]
        monctl.write_config(channels={"boss": f"json://{boss.address}/"})
        assert monctl.wait_for(lambda: len(boss.requests) == 2), monctl.log
        assert monctl.wait_for(lambda: "3 alerts resolved on web-1" in monctl.titles), monctl.titles


def test_alerts_are_in_the_live_stream_the_lists_and_the_metrics(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config()
    start(monctl, own_sshd)
    with listening(monctl) as heard:
        rule = {"name": "seen", "when": ALWAYS, "for": "3s", "severity": "critical"}
        assert monctl.api("POST", "/rules", json=rule).status_code == 201
        assert monctl.becomes("firing", "seen"), monctl.log
        assert monctl.is_told("CRITICAL web-1: ")
        _expect_the_same_everywhere(monctl)
        assert monctl.api("DELETE", "/rules/seen").status_code == 204
        assert monctl.wait_for(lambda: len(heard.named("alert")) >= 3), heard.events
    told = [AlertView.model_validate(document) for document in heard.named("alert")]
    states = list(dict.fromkeys(one.state for one in told))
    assert states == ["pending", "firing", "resolved"]
    assert len({one.id for one in told}) == 1
    assert monctl.run("alerts", "list").returncode == 0


def _expect_the_same_everywhere(monctl: AlertingFolder) -> None:
    """While one alert fires: lists, status, metrics and readiness say so."""
    status = monctl.run("status").stdout
    assert "1 alert firing: critical seen on web-1 (monctl alerts list)" in status
    done = monctl.run("alerts", "list", "--json")
    assert done.returncode == 1
    page, listed = monctl.api("GET", "/alerts").json(), monctl.json("alerts", "list")
    assert page.keys() == listed.keys()
    assert page["items"] == listed["items"]
    assert monctl.wait_for(
        lambda: _exposed(monctl, "monctl_alerts", state="firing", severity="critical") == 1
    )
    assert _exposed(monctl, "monctl_alerts", state="pending", severity="critical") == 0
    assert _exposed(monctl, "monctl_alert_firing", rule="seen", host="web-1", severity="critical") == 1
    assert _exposed(monctl, "monctl_alert_notifications_total", status="sent") == 1
    assert _exposed(monctl, "monctl_alert_deliveries_total", channel="hook", result="sent") == 1
    readiness = httpx.get(f"{monctl.url}/readyz", timeout=5).json()
    assert readiness["checks"]["alerts"] == {"ok": True, "reason": None}


def _exposed(monctl: AlertingFolder, name: str, /, **labels: str) -> float | None:
    """A sample of /metrics."""
    token = monctl.api("GET", "/auth/me").request.headers["authorization"]
    text = httpx.get(f"{monctl.url}/metrics", headers={"Authorization": token}, timeout=10).text
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return next((one.value for one in samples if one.name == name and one.labels == labels), None)


def test_a_process_that_only_serves_shows_the_alerts_and_its_acknowledgement_and_silence_are_obeyed(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config(f"name: odd, when: {ALWAYS} and tags.mood == 'odd', clear: never, severity: critical")
    monctl.write_hosts(own_sshd, {"web-1": f"address: 127.0.0.1, {CHEAP}, tags: {{mood: odd}}"})
    monctl.start("--no-web")
    other = AlertingFolder(monctl.folder, monctl.hook)
    try:
        other.start(command="serve")
        assert other.wait_for(other.is_ready), other.log
        assert other.becomes("firing", "odd"), other.log
        assert other.is_told("CRITICAL web-1: ")
        assert other.json("alerts", "list")["items"] == other.alerts()
        with listening(other) as heard:
            _expect_acknowledgement_and_silence(other, own_sshd)
            # what happens within a second may be one event
            assert other.wait_for(lambda: "resolved" in {one["state"] for one in heard.named("alert")})
    finally:
        other.stop(signal.SIGKILL)


def _expect_acknowledgement_and_silence(other: AlertingFolder, server: Sshd) -> None:
    found = other.alert("odd")
    assert found is not None
    other.write_hosts(server, hosts("web-1"))
    assert holds_for(lambda: other.state("odd") == "firing", QUIET_SECONDS), "a person has to end it"
    silenced = other.api("POST", "/silences", json={"hosts": ["web-1"], "duration": "1h"})
    assert silenced.status_code == 201, silenced.text
    assert other.api("POST", f"/alerts/{found['id']}/ack").status_code == 200
    assert other.becomes("resolved", "odd"), other.log
    assert other.wait_for(lambda: other.notifications("odd")[-1] == ("hook", "resolved", "silenced"))
    assert len(other.titles) == 1


def test_alerts_survive_a_restart_without_being_told_twice(monctl: AlertingFolder, own_sshd: Sshd) -> None:
    monctl.write_config(f"name: slow, when: {ALWAYS}, for: 1h", f"name: quick, when: {ALWAYS}")
    start(monctl, own_sshd, "web-1", "web-2")
    assert monctl.wait_for(lambda: len(monctl.alerts("pending")) == len(monctl.alerts("firing")) == 2)
    assert monctl.wait_for(lambda: len(monctl.titles) >= 1), monctl.log
    assert monctl.wait_for(lambda: monctl.notifications("quick", "web-2") == [("hook", "firing", "sent")])
    assert monctl.wait_for(lambda: monctl.notifications("quick") == [("hook", "firing", "sent")])
    before = {(one["rule"], one["host"]): (one["id"], one["since"]) for one in monctl.alerts()}
    told = len(monctl.titles)
    assert monctl.stop() < 5
    assert monctl.last_status == 0, monctl.log
    monctl.write_hosts(own_sshd, hosts("web-1"))
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    assert monctl.becomes("resolved", "quick", "web-2"), monctl.log
    ended = monctl.alert("quick", "web-2")
    assert ended is not None
    assert ended["resolution"] == "host_removed"
    assert monctl.is_told("RESOLVED web-2: quick")
    assert holds_for(lambda: len(monctl.titles) == told + 1, QUIET_SECONDS), monctl.titles
    after = {(one["rule"], one["host"]): (one["id"], one["since"]) for one in monctl.alerts()}
    assert after == {key: value for key, value in before.items() if key[1] == "web-1"}


def test_a_pause_ends_the_alerts_of_a_host(monctl: AlertingFolder, own_sshd: Sshd) -> None:
    monctl.write_config(f"name: slow, when: {ALWAYS}, for: 1h", f"name: quick, when: {ALWAYS}")
    start(monctl, own_sshd)
    assert monctl.becomes("firing", "quick"), monctl.log
    assert monctl.becomes("pending", "slow"), monctl.log
    assert monctl.is_told("WARNING web-1: ")
    assert monctl.api("POST", "/hosts/web-1/pause").status_code == 200
    assert monctl.becomes("resolved", "quick", seconds=SOON_SECONDS), monctl.log
    assert monctl.wait_for(lambda: monctl.state("slow") is None), "nobody was told of it"
    ended = monctl.alert("quick")
    assert ended is not None
    assert ended["resolution"] == "host_paused"
    assert monctl.is_told("RESOLVED web-1: quick")
    assert "the host was paused" in monctl.messages[-1]["message"]
    assert monctl.api("POST", "/hosts/web-1/resume").status_code == 200
    assert monctl.becomes("firing", "quick"), monctl.log


def test_a_changed_host_key_stays_an_alert_until_somebody_has_acknowledged_it(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_config(defaults=True)
    start(monctl, own_sshd)
    own_sshd.stop()
    own_sshd.new_host_key()
    own_sshd.start()
    assert monctl.becomes("firing", "host-key-changed", seconds=60), monctl.log
    assert monctl.is_told("CRITICAL web-1: SSH host key has changed")
    trusted = monctl.run("hosts", "trust", "web-1", "--replace", "--yes")
    assert trusted.returncode == 0, trusted.stderr
    assert monctl.wait_for(lambda: monctl.states()["web-1"] == ("ok", None), 60), monctl.log
    assert holds_for(lambda: monctl.state("host-key-changed") == "firing", QUIET_SECONDS)
    found = monctl.alert("host-key-changed")
    assert found is not None
    assert monctl.run("alerts", "ack", str(found["id"])).returncode == 0
    assert monctl.becomes("resolved", "host-key-changed"), monctl.log
    assert monctl.is_told("RESOLVED web-1: host-key-changed")
    assert len(monctl.titles) == 2, monctl.titles


def test_whatever_is_wrong_with_rules_and_channels_is_told_at_once_before_anything_runs(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, hosts("web-1"))
    monctl.write_config(
        "name: metric, when: cpu.usage_activ > 90",
        "name: span, when: cpu.usage_active > 90, for: soon",
        "name: key, when: cpu.usage_active > 90, sevrity: critical",
        channels={"ops": "slack://${SLACK_TOKEN}"},
    )
    done = monctl.run("poll")
    assert done.returncode == 2
    for line, said in (
        (6, "alerts.channels.ops: the environment variable SLACK_TOKEN is not set"),
        (8, "did you mean `cpu.usage_active`?"),
        (9, "alerts.rules.span.for: "),
        (10, "did you mean `severity`?"),
    ):
        told = [one for one in done.stderr.splitlines() if f"{monctl.config}:{line}: " in one]
        assert told, done.stderr
        assert said in told[0]
    assert "Traceback" not in done.stderr
    assert "slack://" not in done.stderr


def test_a_rule_for_a_channel_that_is_not_there_ends_the_start_with_a_suggestion(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, hosts("web-1"))
    monctl.write_config(
        f"name: first, when: {ALWAYS}, channels: [hok]",
        f"name: second, when: {ALWAYS}, escalate: {{after: 1h, channels: [bos]}}",
    )
    done = monctl.run("poll")
    assert done.returncode == 2, done.stderr
    assert f"{monctl.config}:7: alerts.rules.first.channels: unknown channel `hok`, did you mean `hook`?" in (
        done.stderr
    )
    assert f"{monctl.config}:8: alerts.rules.second.channels: unknown channel `bos`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rule_of_monctl_yaml_cannot_claim_the_name_of_one_of_the_api(
    monctl: AlertingFolder, own_sshd: Sshd
) -> None:
    monctl.write_hosts(own_sshd, hosts("web-1"))
    monctl.write_config()
    assert monctl.run("rules", "add", "mine", "--when", ALWAYS).returncode == 0
    monctl.write_config(f"name: mine, when: {ALWAYS}")
    done = monctl.run("poll")
    assert done.returncode == 2, done.stderr
    assert f"{monctl.config}:7: alerts.rules.mine: the API has a rule `mine` since " in done.stderr
    assert "Traceback" not in done.stderr
    assert monctl.json("rules", "show", "mine")["owner"] == "api"
