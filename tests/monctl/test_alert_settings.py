"""Channels and rules in monctl.yaml: what they come to, and everything that is wrong with them at once."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from subprocess import run
from typing import Any

import jsonschema
import pytest

from alerts.rules.rule import RuleOwner
from alerts.severity import Severity
from foundation.documents.report import Report
from foundation.documents.yaml import read_yaml
from monctl.errors import SettingsInvalid
from monctl.settings.alerts import ChannelOrigin
from monctl.settings.settings import Settings, load_settings, settings_schema
from monctl.settings.watch import Edited, watch_settings
from tests.support.commands import Commands

PATIENCE_SECONDS = 30.0

FULL = """\
web: {public_url: "https://monctl.example.com/"}
alerts:
  channels:
    ops: {url: "${OPS_URL}", min_severity: warning}
    mail: mailtos://user:secret@example.com
  defaults: false
  group_wait: 30s
  history: 90d
  channel_variables: [OUR_*]
  channel_addresses: [10.0.0.0/8, Gotify.Corp.]
  rules:
    - name: var-full
      when: disk.used_percent > ${LIMIT:-90}
      labels: {path: "/var*"}
      channels: [ops]
    - name: cpu-busy
      enabled: false
"""


def _load(folder: Path, text: str) -> Settings:
    file = folder / "monctl.yaml"
    file.write_text(text)
    return load_settings(file, environ={"OPS_URL": "slack://a/b/c"})


def _problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        _load(folder, text)
    return [line.removeprefix(f"{folder / 'monctl.yaml'}:") for line in caught.value.problems]


def test_channels_and_rules_are_read(tmp_path: Path) -> None:
    settings = _load(tmp_path, FULL)
    assert settings.web.public_url == "https://monctl.example.com"
    alerts = settings.alerts
    assert alerts.channels["ops"].url.get_secret_value() == "slack://a/b/c"
    assert alerts.channels["ops"].min_severity is Severity.WARNING
    assert alerts.channels["mail"].url.get_secret_value() == "mailtos://user:secret@example.com"
    assert alerts.channels["mail"].min_severity is Severity.INFO
    assert (alerts.defaults, alerts.group_wait, alerts.history) == (False, 30.0, 90 * 86400.0)
    assert alerts.channel_variables == ["OUR_*"]
    assert alerts.channel_addresses == ["10.0.0.0/8", "gotify.corp"]
    first, second = alerts.rules
    assert (first.line, first.rule.when, first.rule.owner) == (12, "disk.used_percent > 90", RuleOwner.FILE)
    assert (second.line, second.spec, second.rule.is_enabled) == (16, {"enabled": False}, False)
    assert "secret" not in repr(settings)


def test_channels_know_their_line_and_what_is_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = {name: channel.origin for name, channel in _load(tmp_path, FULL).alerts.channels.items()}
    assert origins == {
        "ops": ChannelOrigin(4, "${OPS_URL}"),
        "mail": ChannelOrigin(5, "mailtos://user:secret@example.com"),
    }
    assert "secret" not in repr(origins)
    monkeypatch.setenv("MONCTL_ALERTS__CHANNELS__OPS__URL", "slack://from-env")
    assert _load(tmp_path, FULL).alerts.channels["ops"].origin is None


def test_without_a_file_there_are_no_channels_and_the_rules_that_ship(tmp_path: Path) -> None:
    alerts = load_settings(tmp_path / "monctl.yaml", environ={}).alerts
    assert (alerts.channels, alerts.rules, alerts.defaults) == ({}, (), True)
    assert (alerts.group_wait, alerts.history, alerts.refires_a_day) == (10.0, 365 * 86400.0, 20)
    assert alerts.channel_variables == ["MONCTL_CHANNEL_*"]
    assert alerts.channel_addresses == []


BROKEN = """\
web: {public_url: monctl.example.com}
alerts:
  channels:
    ops: {url: "slack://a", min_severity: warn}
    "o ps": slack://b
    none: ""
  group_wait: soon
  rules:
    - name: a
      when: cpu.usage_activ > 90
      fro: 5m
    - name: b
      when: cpu.usage_active > 90
      labels:
        pcu: x
log: {level: loud}
"""


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    problems = _problems(tmp_path, BROKEN)
    assert sorted(int(problem.split(":")[0]) for problem in problems) == [1, 4, 5, 6, 7, 10, 11, 15, 16]
    said = "\n".join(problems)
    assert "10: alerts.rules.a.when: " in said
    assert "did you mean `cpu.usage_active`?" in said
    assert "11: alerts.rules.a.fro: unknown key `fro`, did you mean `for`?" in said
    assert "15: alerts.rules.b.labels.pcu: unknown label `pcu`" in said
    assert "4: alerts.channels.ops.min_severity: Input should be 'info', 'warning' or 'critical'" in said
    assert "6: alerts.channels.none.url: must not be empty" in said


def test_a_variable_that_is_missing_is_told_once(tmp_path: Path) -> None:
    text = "alerts:\n  rules:\n    - name: a\n      when: disk.free < ${LIMIT}\n"
    assert _problems(tmp_path, text) == ["4: alerts.rules.when: the environment variable LIMIT is not set"]


def test_every_command_ends_with_status_2_and_lists_all_of_them(commands: Commands) -> None:
    (commands.folder / "monctl.yaml").write_text(BROKEN)
    for command in (("poll",), ("status",), ("rules", "list")):
        done = commands.run(*command)
        assert done.exit_code == 2
        for line in (1, 4, 5, 6, 7, 10, 11, 15, 16):
            assert f"monctl.yaml:{line}: " in done.stderr


def test_rules_come_from_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [{"name": "r", "when": "cpu.usage_active > 90"}]
    monkeypatch.setenv("MONCTL_ALERTS__RULES", json.dumps(listed))
    monkeypatch.setenv("MONCTL_ALERTS__CHANNELS__OPS__URL", "slack://from-env")
    alerts = _load(tmp_path, FULL).alerts
    assert [(rule.rule.name, rule.line) for rule in alerts.rules] == [("r", None)]
    assert alerts.channels["ops"].url.get_secret_value() == "slack://from-env"
    monkeypatch.setenv("MONCTL_ALERTS__RULES", json.dumps([{"name": "r", "when": "nonsense"}]))
    with pytest.raises(SettingsInvalid) as caught:
        _load(tmp_path, FULL)
    (problem,) = caught.value.problems
    assert problem.startswith("environment or ")


@pytest.mark.parametrize("url", ["ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "x", "http://x#y"])
def test_a_public_url_is_one_that_links_can_begin_with(tmp_path: Path, url: str) -> None:
    (problem,) = _problems(tmp_path, f"web: {{public_url: '{url}'}}\n")
    assert problem.startswith("1: web.public_url: write the address that people reach monctl at")


def _document(text: str) -> Any:
    return read_yaml(text, Report("monctl.yaml"))


@pytest.mark.parametrize("text", [FULL, "alerts: {rules: null}", "alerts: {rules: []}"])
def test_the_schema_accepts_what_monctl_accepts(tmp_path: Path, text: str) -> None:
    _load(tmp_path, text)
    jsonschema.Draft202012Validator.check_schema(settings_schema())
    jsonschema.validate(_document(text), settings_schema())


@pytest.mark.parametrize(
    "text",
    [
        "alerts: {channels: {ops: ''}}",
        "alerts: {channels: {ops: {url: x, min_severity: bad}}}",
        "alerts: {channels: {'o ps': 'slack://x'}}",
        "alerts: {channels: {ops: {url: x, more: y}}}",
        "alerts: {rules: {a: b}}",
        "alerts: {rules: [{when: poller.cut_off}]}",
        "alerts: {rules: [{name: a/b, when: poller.cut_off}]}",
        "alerts: {rules: [{name: a, when: poller.cut_off, fro: 5m}]}",
        "alerts: {rules: [{name: a, when: disk.free < 1, labels: {pth: x}}]}",
        "alerts: {group_wait: soon}",
    ],
)
def test_the_schema_refuses_what_monctl_refuses(tmp_path: Path, text: str) -> None:
    assert _problems(tmp_path, text)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_document(text), settings_schema())


def test_the_command_line_starts_without_what_only_alerts_need() -> None:
    heavy = "apprise", "jinja2", "PIL", "sqlalchemy", "fastapi"
    code = f"import sys, monctl.cli.main; print([m for m in {heavy!r} if m in sys.modules])"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


async def _next(watch: AsyncGenerator[Edited, None]) -> Edited:
    return await asyncio.wait_for(anext(watch), PATIENCE_SECONDS)


def test_an_edit_of_the_file_gives_new_settings_and_a_broken_one_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "monctl.yaml"

    async def scenario() -> None:
        async with aclosing(watch_settings(file, environ={})) as watch:
            assert isinstance(await _next(watch), Settings), "no file is needed"
            file.write_text("alerts: {group_wait: 1s}\n")
            edited = await _next(watch)
            assert isinstance(edited, Settings)
            assert edited.alerts.group_wait == 1.0
            file.write_text("alerts: {group_wait: soon}\n")
            edited = await _next(watch)
            assert isinstance(edited, SettingsInvalid)
            assert f"{file}:1: alerts.group_wait" in str(edited)
            file.write_text("alerts: {group_wait: 2s}\n")
            edited = await _next(watch)
            assert isinstance(edited, Settings)
            assert edited.alerts.group_wait == 2.0
            file.unlink()
            edited = await _next(watch)
            assert isinstance(edited, SettingsInvalid)
            assert "is not there any more" in str(edited)
            file.write_text("alerts: {group_wait: 2s}\n")
            assert isinstance(await _next(watch), Settings)

    asyncio.run(scenario())


def test_touching_the_file_gives_nothing(tmp_path: Path) -> None:
    file = tmp_path / "monctl.yaml"
    file.write_text("alerts: {group_wait: 1s}\n")

    async def scenario() -> None:
        async with aclosing(watch_settings(file, environ={})) as watch:
            await _next(watch)
            file.touch()
            waiting = asyncio.create_task(_next(watch))
            await asyncio.sleep(2.5)
            assert not waiting.done()
            file.write_text("alerts: {group_wait: 2s}\n")
            edited = await waiting
            assert isinstance(edited, Settings)
            assert edited.alerts.group_wait == 2.0

    asyncio.run(scenario())
