"""`monctl rules`: what is worth telling, from the command line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from access.audit.log import AuditLog
from alerts.rules.defaults import DEFAULT_SPECS
from foundation.database.database import open_database
from tests.monctl.filling import fill, good
from tests.support.commands import Commands
from web.schemas.rules import RuleTestView, RuleView

CONFIG = """\
alerts:
  channels: {ops: "json://127.0.0.1"}
  rules:
    - name: var-full
      when: disk.used_percent > 90
      channels: [ops]
    - {name: load-high, enabled: false}
"""


@pytest.fixture
def rules(commands: Commands) -> Commands:
    """Rules of the file, one of them laid over one that ships, and one of the API."""
    commands.hosts_yaml.write_text("hosts: {web-1: 10.0.0.1, db-1: 10.0.0.2}\n")
    (commands.folder / "monctl.yaml").write_text(CONFIG)
    _done(commands, "add", "busy", "--when", "cpu.usage_active > 50", "--for", "1m", "--hosts", "web-*")
    return commands


def _done(commands: Commands, *args: str, stdin: str | None = None) -> str:
    done = commands.run("rules", *args, stdin=stdin)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def _refused(commands: Commands, *args: str, stdin: str | None = None) -> str:
    done = commands.run("rules", *args, stdin=stdin)
    assert done.exit_code == 2
    return " ".join(done.stderr.split())


def _shown(commands: Commands, name: str) -> dict[str, Any]:
    view: dict[str, Any] = commands.json("rules", "show", name)
    RuleView.model_validate(view)
    return view


def test_the_list_says_what_each_rule_is_about_and_who_owns_it(rules: Commands) -> None:
    lines = {line.split()[0]: line for line in _done(rules, "list").splitlines() if line[:1].strip()}
    assert lines.keys() >= {"RULE", "busy", "var-full", *DEFAULT_SPECS}
    assert "cpu.usage_active > 50" in lines["busy"]
    assert lines["busy"].split()[1] == "warning"
    assert lines["load-high"].split()[1] == "off"
    assert lines["host-down"].split()[-1] == "ships"
    assert lines["busy"].split()[-1] == "API"


def test_the_list_as_json_is_the_apis(rules: Commands) -> None:
    page = rules.json("rules", "list")
    assert page["total"] == len(page["items"]) == len(DEFAULT_SPECS) + 2
    for item in page["items"]:
        RuleView.model_validate(item)
    owners = {item["name"]: item["owner"] for item in page["items"]}
    assert (owners["busy"], owners["var-full"], owners["load-high"]) == ("api", "file", "file")


def test_one_rule_is_shown_with_every_field(rules: Commands) -> None:
    shown = _done(rules, "show", "var-full")
    assert "disk.used_percent > 90" in shown
    view = _shown(rules, "var-full")
    assert (view["line"], view["channels"], view["for_seconds"]) == (4, ["ops"], 0.0)
    assert "did you mean `var-full`?" in _refused(rules, "show", "var-ful")
    lines = dict(line.split(maxsplit=1) for line in _done(rules, "show", "host-down").splitlines())
    assert (lines["channels"], lines["clear"]) == ("all", "when `when` is not true")


def test_every_option_of_add_becomes_a_key(rules: Commands) -> None:
    options = (
        "add full --clear never --for 5m --severity critical --hosts web-* --hosts tag:env=prod "
        "--label path=/var* --label fstype=!squashfs --label fstype=!udf --channel ops --repeat 4h "
        "--escalate-after 30m --escalate-channel ops"
    )
    _done(rules, *options.split(), "--when", "disk.used_percent > 1", "--help-text", "make room")
    assert _shown(rules, "full")["spec"] == {
        "when": "disk.used_percent > 1",
        "clear": "never",
        "for": "5m",
        "severity": "critical",
        "hosts": ["web-*", "tag:env=prod"],
        "labels": {"path": ["/var*"], "fstype": ["!squashfs", "!udf"]},
        "channels": ["ops"],
        "repeat": "4h",
        "help": "make room",
        "escalate": {"after": "30m", "channels": ["ops"]},
    }


def test_what_is_wrong_with_a_new_rule_is_told_at_once(rules: Commands) -> None:
    said = _refused(rules, "add", "x", "--when", "cpu.usage_activ > 1", "--for", "soon", "--channel", "opps")
    assert "x.when: " in said
    assert "x.for: must be a duration" in said
    assert "x.channels: unknown channel `opps`, did you mean `ops`?" in said
    assert "there is already a rule `busy`" in _refused(rules, "add", "busy", "--when", "disk.free < 1")
    assert "--when" in _refused(rules, "add")
    assert "--file alone" in _refused(rules, "add", "x", "--when", "disk.free < 1", "--file", "-")
    assert "write NAME=PATTERN" in _refused(rules, "add", "x", "--when", "disk.free < 1", "--label", "x")


def test_a_rule_of_the_file_stays_as_the_file_has_it(rules: Commands) -> None:
    for command in (("disable", "var-full"), ("remove", "var-full")):
        assert f"belongs to {rules.folder / 'monctl.yaml'}, line 4" in _refused(rules, *command)


def test_rules_that_ship_are_switched_off_and_on(rules: Commands) -> None:
    assert _done(rules, "disable", "host-down", "cpu-busy") == "disabled: host-down, cpu-busy\n"
    assert not _shown(rules, "cpu-busy")["enabled"]
    _done(rules, "enable", "cpu-busy")
    assert _shown(rules, "cpu-busy")["enabled"]
    _done(rules, "remove", "cpu-busy", "--yes")
    assert _shown(rules, "cpu-busy")["owner"] == "default"
    said = _refused(rules, "remove", "cpu-busy", "--yes")
    assert "switch it off with `monctl rules disable cpu-busy`" in said
    assert "it ships with monctl" in _refused(rules, "add", "cpu-busy", "--for", "1m")


def test_what_was_switched_before_a_wrong_name_is_said(rules: Commands) -> None:
    done = rules.run("rules", "disable", "cpu-busy", "nope")
    assert (done.exit_code, done.stdout) == (2, "disabled: cpu-busy\n")
    assert "there is no rule `nope`" in done.stderr


def test_what_is_exported_can_be_added_elsewhere(rules: Commands, tmp_path: Path) -> None:
    exported = _done(rules, "export")
    names = [rule["name"] for rule in yaml.safe_load(exported)["alerts"]["rules"]]
    assert names == ["busy", "load-high", "var-full"]
    everything = yaml.safe_load(_done(rules, "export", "--all"))["alerts"]["rules"]
    assert {rule["name"] for rule in everything} == {*DEFAULT_SPECS, *names}
    other = Commands(tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "monctl.yaml").write_text("alerts: {channels: {ops: 'json://127.0.0.1'}}\n")
    assert _done(other, "add", "--file", "-", stdin=exported) == "added busy, load-high, var-full\n"
    before = {item["name"]: item["when"] for item in rules.json("rules", "list")["items"]}
    assert {item["name"]: item["when"] for item in other.json("rules", "list")["items"]} == before
    file = tmp_path / "rules.yaml"
    file.write_text("- name: a\n  when: x\n- {when: disk.free < 1}\n")
    assert f"{file}:3: rules: must be a mapping with a `name`" in _refused(other, "add", "--file", str(file))
    assert "has no rules" in _refused(other, "add", "--file", "-", stdin="a: b")
    assert "No such file" in _refused(other, "add", "--file", str(tmp_path / "none.yaml"))


def test_without_the_rules_that_ship_the_list_is_ones_own(rules: Commands) -> None:
    (rules.folder / "monctl.yaml").write_text("alerts: {defaults: false}\n")
    assert [item["name"] for item in rules.json("rules", "list")["items"]] == ["busy"]
    _done(rules, "add", "disk-full")
    assert _shown(rules, "disk-full")["severity"] == "critical"


def test_a_file_that_claims_a_name_of_the_api_is_told_and_the_last_good_rules_stay(rules: Commands) -> None:
    claiming = "alerts:\n  rules:\n    - {name: busy, when: poller.cut_off}\n"
    (rules.folder / "monctl.yaml").write_text(claiming)
    done = rules.run("rules", "list")
    assert done.exit_code == 0
    assert "monctl.yaml:3: alerts.rules.busy: the API has a rule `busy`" in done.stderr.replace("\n", "")
    assert "var-full" in done.stdout


def test_changes_are_noted_in_the_audit_log(rules: Commands) -> None:
    _done(rules, "disable", "cpu-busy")
    _done(rules, "remove", "busy", "--yes")
    engine = open_database("sqlite", data_dir=rules.folder / "data")
    try:
        entries, _ = AuditLog(engine).entries()
    finally:
        engine.dispose()
    noted = [(entry.action, entry.target) for entry in reversed(entries)]
    assert noted == [("rule.create", "busy"), ("rule.update", "cpu-busy"), ("rule.delete", "busy")]
    assert all(entry.actor.startswith("cli:") for entry in entries)


def _busy_for_a_minute(rules: Commands) -> None:
    results = [
        good(host, ago=float(ago), cpu=95.0 if 120 <= ago <= 300 else 5.0)
        for ago in range(600, 0, -5)
        for host in ("db-1", "web-1")
    ]
    fill(rules.folder / "data", results)


def test_a_rule_is_replayed_over_what_is_stored(rules: Commands) -> None:
    _busy_for_a_minute(rules)
    found = rules.json("rules", "test", "busy", "--since", "15m")
    RuleTestView.model_validate(found)
    (alert,) = found["alerts"]
    assert (found["rule"], alert["host"]) == ("busy", "web-1")
    assert alert["fired_at"] < alert["resolved_at"]
    done = rules.run("rules", "test", "busy", "--since", "15m")
    assert done.exit_code == 0
    row = next(line for line in done.stdout.splitlines() if "web-1" in line)
    assert "95.0 %" in row
    assert "1 alert on 1 of 1 hosts" in " ".join(done.stderr.split())


def test_a_rule_that_is_not_kept_is_replayed_too(rules: Commands) -> None:
    _busy_for_a_minute(rules)
    asked = ("rules", "test", "--when", "cpu.usage_active > 90", "--since", "15m")
    assert {alert["host"] for alert in rules.json(*asked)["alerts"]} == {"web-1", "db-1"}
    assert [alert["host"] for alert in rules.json(*asked, "--host", "db-*")["alerts"]] == ["db-1"]
    quiet = rules.run("rules", "test", "--when", "cpu.usage_active > 99", "--since", "15m")
    assert (quiet.exit_code, quiet.stdout) == (0, "")
    assert "0 alerts" in quiet.stderr


def test_a_replay_that_makes_no_sense_says_why(rules: Commands) -> None:
    assert "--when" in _refused(rules, "test")
    assert "--when" in _refused(rules, "test", "busy", "--when", "disk.free < 1")
    assert "--since: must be a duration" in _refused(rules, "test", "busy", "--since", "soon")
    assert "did you mean `busy`?" in _refused(rules, "test", "bsy")
    assert "unknown host" in _refused(rules, "test", "busy", "--host", "nobody")


@pytest.mark.parametrize(
    ("when", "said"),
    [("poller.cut_off", "about the poller itself"), ('host.reason == "refused"', "not why")],
)
def test_a_replay_says_what_the_history_does_not_know(rules: Commands, when: str, said: str) -> None:
    _busy_for_a_minute(rules)
    assert said in rules.run("rules", "test", "--when", when).stderr
    assert said not in rules.run("rules", "test", "--when", 'host.state == "down"').stderr
