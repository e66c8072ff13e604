"""Rules as they are written: what they come to, and everything that is wrong with them at once."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.errors import AlertsInvalid
from alerts.rules.defaults import DEFAULT_SPECS
from alerts.rules.document import check_rule, merge_default, parse_rule
from alerts.rules.export import spec_of
from alerts.rules.keys import rule_schema
from alerts.rules.rule import NEVER, Escalation, Rule, RuleOwner
from alerts.severity import Severity
from foundation.documents.report import Report
from foundation.documents.values import Place
from tests.alerts.rules.writing import any_rule, read, written

LISTED = jsonschema.Draft202012Validator(rule_schema(with_name=True))
"""Checks a rule as it stands in a list."""

FULL = """\
- name: disk-on-var
  when: disk.used_percent > 90
  clear: disk.used_percent < 85
  for: 5m
  severity: critical
  hosts: ["web-*", "tag:env=prod"]
  labels: {path: "/var*", fstype: ["!squashfs", "!iso9660"]}
  channels: [ops]
  repeat: 4h
  escalate: {after: 30m, channels: boss}
  title: "{{ host }} is full"
  message: |
    {{ host }}
    is full
  help: make room
  enabled: false
"""


def _problems(spec: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(AlertsInvalid) as caught:
        parse_rule("r", spec, **more)
    return [str(problem) for problem in caught.value.problems]


def test_every_key_of_a_rule_is_understood() -> None:
    (found,) = written(FULL)
    assert found.line == 1
    assert found.rule == Rule(
        name="disk-on-var",
        when="disk.used_percent > 90",
        clear="disk.used_percent < 85",
        for_seconds=300.0,
        severity=Severity.CRITICAL,
        hosts=("web-*", "tag:env=prod"),
        labels={"path": ("/var*",), "fstype": ("!squashfs", "!iso9660")},
        channels=("ops",),
        repeat_seconds=14400.0,
        escalate=Escalation(after_seconds=1800.0, channels=("boss",)),
        title="{{ host }} is full",
        message="{{ host }}\nis full",
        help="make room",
        is_enabled=False,
    )
    assert found.rule.owner is RuleOwner.FILE
    assert found.spec["channels"] == ["ops"]


def test_a_condition_alone_makes_a_rule_with_every_default() -> None:
    assert parse_rule("r", {"when": "cpu.usage_active > 90"}) == Rule(name="r", when="cpu.usage_active > 90")


def test_a_condition_may_stand_on_several_lines() -> None:
    (found,) = written("- name: r\n  when: >\n    cpu.usage_active > 90\n      and system.load5 > 4\n")
    assert "\n" not in found.rule.when
    assert found.rule.when.split() == ["cpu.usage_active", ">", "90", "and", "system.load5", ">", "4"]


def test_never_is_a_way_to_clear() -> None:
    assert parse_rule("r", {"when": "cpu.usage_active > 90", "clear": "never"}).clear == NEVER


def test_an_empty_list_of_channels_tells_nobody_and_none_tells_all() -> None:
    assert parse_rule("r", {"when": "cpu.usage_active > 90", "channels": []}).channels == ()
    assert parse_rule("r", {"when": "cpu.usage_active > 90"}).channels is None


def test_every_problem_is_told_at_once_with_its_line_and_a_suggestion() -> None:
    text = """\
- name: a
  when: cpu.usage_activ > 90
  fro: 5m
  severity: critcal
- name: b
  when: disk.used_percent > 90
  clear: mem.used_percent < 5
  for: 31d
  labels:
    pth: /var
    path: "!"
  repeat: 5s
  escalate:
    aftr: 5m
    channels: []
- when: cpu.usage_active > 90
- name: c/d
  when: poller.cut_off
  hosts: web-*
- name: e
- nothing
"""
    rules, problems = read(text)
    assert rules == ()
    told = [problem.removeprefix("monctl.yaml:") for problem in problems]
    lines = sorted(int(problem.split(":")[0]) for problem in told if problem[0].isdigit())
    assert lines == [2, 3, 4, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20]
    assert len(told) == len(lines) + 1
    said = "\n".join(told)
    for expected in (
        "2: rules.a.when: ",
        "did you mean `cpu.usage_active`?",
        "3: rules.a.fro: unknown key `fro`, did you mean `for`?",
        "not `critcal`, did you mean `critical`?",
        "7: rules.b.clear: must use the measurements of `when` (disk) and no other: not mem",
        "8: rules.b.for: must be from 0s to 30d, not `31d`",
        "10: rules.b.labels.pth: unknown label `pth`: `when` has the labels device, fstype, mode, path",
        "did you mean `path`?",
        "11: rules.b.labels.path: must be a pattern",
        "12: rules.b.repeat: must be from 1m to 30d, not `5s`",
        "14: rules.b.escalate.aftr: unknown key `aftr`, did you mean `after`?",
        "13: rules.b.escalate.after: must be there",
        "15: rules.b.escalate.channels: must name at least one channel",
        "16: rules.2: has no `name:`",
        "17: rules.c/d: a rule's name has letters",
        "19: rules.c/d.hosts: an alert of the poller itself has no hosts",
        "20: rules.e: has no `when:`",
        "rules.5: must be a mapping with `name` and `when`, not `nothing`",
    ):
        assert expected in said, f"{expected}\n\n{said}"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"when": True}, "r.when: must be a condition such as `cpu.usage_active > 90`, not `true`"),
        ({"when": None}, "r: has no `when:`"),
        ({"when": "cpu.usage_active > 90", "clear": 'host.state == "ok"'}, "r.clear: must be about the same"),
        ({"when": 'host.state == "down"', "labels": {"cpu": "cpu0"}}, "what `when` looks at has none"),
        ({"when": "cpu.usage_active > 90", "labels": ["a"]}, "r.labels: must be a mapping"),
        ({"when": "cpu.usage_active > 90", "hosts": []}, "r.hosts: must choose at least one host"),
        ({"when": "cpu.usage_active > 90", "hosts": "tag:=x"}, "r.hosts: must name a tag"),
        ({"when": "cpu.usage_active > 90", "hosts": [1]}, "r.hosts: must be text, not `1`: put it in quotes"),
        ({"when": "cpu.usage_active > 90", "hosts": ["a"] * 101}, "r.hosts: must have at most 100 hosts"),
        ({"when": "cpu.usage_active > 90", "for": -1}, "r.for: must be a duration"),
        ({"when": "cpu.usage_active > 90", "repeat": 0}, "r.repeat: must be from 1m to 30d"),
        ({"when": "cpu.usage_active > 90", "enabled": "off"}, "r.enabled: must be true or false"),
        ({"when": "cpu.usage_active > 90", "escalate": "boss"}, "r.escalate: must be a mapping such as"),
        ({"when": "cpu.usage_active > 90", "title": "{{ host"}, "r.title: "),
        ({"when": "cpu.usage_active > 90", "title": "a\nb"}, "r.title: must be text on one line"),
        ({"when": "cpu.usage_active > 90", "message": ""}, "r.message: must not be empty"),
        ({"when": "cpu.usage_active > 90", "help": "\x00"}, "r.help: must not have control characters"),
        ({"when": "cpu.usage_active > 90", "help": "x" * 4001}, "r.help: must have at most 4000 characters"),
    ],
)
def test_what_cannot_be_used_says_why(spec: dict[str, Any], said: str) -> None:
    (problem,) = _problems(spec)
    assert said in problem


def test_a_channel_that_there_is_not_is_told_where_the_channels_are_known() -> None:
    spec = {
        "when": "cpu.usage_active > 90",
        "channels": ["ops", "mial"],
        "escalate": {"after": "1m", "channels": "bos"},
    }
    assert parse_rule("r", spec).named_channels == ("ops", "mial", "bos")
    assert _problems(spec, channels=["ops", "mail", "boss"]) == [
        "r.channels: unknown channel `mial`, did you mean `mail`?",
        "r.escalate: unknown channel `bos`, did you mean `boss`?",
    ]


def test_a_name_stands_once_in_a_list() -> None:
    rules, problems = read("- {name: a, when: poller.cut_off}\n- {name: a, when: poller.cut_off}\n")
    assert len(rules) == 1
    assert problems == ["monctl.yaml:2: rules.a: the rule `a` is there already on line 1"]


@pytest.mark.parametrize("text", ["a: 1", "x"])
def test_what_is_no_list_of_rules_is_told(text: str) -> None:
    assert "must be a list of rules" in read(text)[1][0]


def test_the_keys_of_a_rule_that_ships_are_kept_where_nothing_is_laid_over_them() -> None:
    shipped = parse_rule("disk-full", {})
    laid = parse_rule("disk-full", {"for": "30m", "repeat": None, "enabled": False})
    assert (laid.for_seconds, laid.repeat_seconds, laid.is_enabled) == (1800.0, None, False)
    assert (laid.when, laid.clear, laid.labels) == (shipped.when, shipped.clear, shipped.labels)
    assert "repeat" not in merge_default("disk-full", {"repeat": None})


@settings(deadline=None)
@given(any_rule())
def test_a_rule_that_is_written_and_read_again_is_the_same(rule: Rule) -> None:
    assert parse_rule(rule.name, spec_of(rule)) == rule


@settings(deadline=None)
@given(any_rule(st.sampled_from(sorted(DEFAULT_SPECS))))
def test_that_holds_for_the_names_of_rules_that_ship(rule: Rule) -> None:
    assert parse_rule(rule.name, spec_of(rule)) == rule


@settings(deadline=None)
@given(any_rule())
def test_the_schema_accepts_every_rule_that_monctl_accepts(rule: Rule) -> None:
    assert list(LISTED.iter_errors({"name": rule.name, **spec_of(rule)})) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"when": 1},
        {"whenn": "poller.cut_off"},
        {"when": "disk.free < 1", "labels": {"pth": "/"}},
        {"when": "disk.free < 1", "severity": "bad"},
        {"when": "disk.free < 1", "escalate": {"after": "5m"}},
        {"when": "disk.free < 1", "repeat": 5},
        {"when": "disk.free < 1", "hosts": []},
    ],
)
def test_the_schema_refuses_what_monctl_refuses(spec: dict[str, Any]) -> None:
    assert _problems(spec)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, rule_schema())


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*rule_schema()["properties"], "other"]), _json, max_size=6))
def test_whatever_is_written_gives_a_rule_or_problems(spec: dict[str, Any]) -> None:
    report = Report(None)
    rule = check_rule("r", spec, Place(report, "r", None, None))
    assert (rule is None) is bool(report.problems)
    if rule is not None:
        assert parse_rule("r", spec_of(rule)) == rule
