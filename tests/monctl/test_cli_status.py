"""`monctl status`, and what every reading command has in common."""

import json
from pathlib import Path

import pytest

from metrics.results import Outcome
from monctl.render.printing import out
from tests.monctl.filling import failed, fill, good
from tests.support.commands import Commands
from tests.support.installation import MonctlFolder

HOSTS = """\
hosts:
  web-1: {address: 10.0.0.1, tags: {env: prod}}
  web-2: {address: 10.0.0.2, tags: {env: prod}}
  old: {address: 10.0.0.3}
  new: {address: 10.0.0.4}
  spare: {address: 10.0.0.5, paused: true}
"""
READING = (
    ("status",),
    ("hosts", "list"),
    ("hosts", "show", "web-1"),
    ("history", "web-1", "cpu.usage_active", "--since", "10m"),
)


@pytest.fixture
def fleet(commands: Commands) -> Commands:
    """Hosts in every state: two are fine, one is down, one too old, one new, one paused."""
    commands.hosts_yaml.write_text(HOSTS)
    fill(commands.folder / "data", [good("web-1"), good("web-2", cpu=95.0), good("old", ago=3600)])
    return commands


def test_every_host_has_its_line_and_its_state(fleet: Commands) -> None:
    done = fleet.run("status")
    assert done.exit_code == 1  # old is late
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    assert lines["web-1"][1:3] == ["+", "ok"]
    assert lines["web-1"][5:10] == ["12.5", "%", "40.0", "%", "0.50/2"]
    assert lines["old"][1:3] == ["!", "late"]
    assert lines["new"][1:3] == ["?", "pending"]
    assert lines["spare"][1:3] == ["=", "paused"]
    assert "5 hosts: 2 ok, 1 late, 1 pending, 1 paused" in done.stdout
    assert "No daemon polls" in done.stderr


def test_a_host_that_is_down_gives_status_1_and_its_reason(
    fleet: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fleet.run("status", "web-1").exit_code == 0
    fill(fleet.folder / "data", [failed("web-1", ago=0.0)])
    done = fleet.run("status", "web-1")
    assert done.exit_code == 1
    assert "refused: nobody listens" in done.stdout
    monkeypatch.setattr(out, "width", 80)
    narrow = fleet.run("status", "web-1")
    assert "x refused" in narrow.stdout
    assert "web-1: refused: nobody listens" in narrow.stdout
    assert all(len(line.rstrip()) <= 80 for line in narrow.stdout.splitlines())


def test_json_is_the_document_of_the_api(fleet: Commands) -> None:
    document = fleet.json("status")
    assert set(document) == {"time", "hosts"}
    assert [host["host"] for host in document["hosts"]] == ["new", "old", "spare", "web-1", "web-2"]
    web = document["hosts"][3]
    keys = {"host", "state", "reason", "time", "age_seconds", "tags", "metrics", "errors", "top_processes"}
    assert keys <= set(web)
    assert (web["state"], web["reason"], web["tags"]) == ("ok", None, {"env": "prod"})
    assert web["time"].endswith("Z")
    assert 0 <= web["age_seconds"] < 60
    total = {"labels": {"cpu": "cpu-total"}, "fields": {"usage_active": 12.5, "usage_idle": 87.5}}
    assert total in web["metrics"]["cpu"]
    assert web["errors"] == {"temp": "no sensors"}
    assert web["top_processes"]["cpu"][0]["name"] == "init"
    new = document["hosts"][0]
    assert (new["state"], new["reason"], new["time"], new["age_seconds"]) == ("pending", None, None, None)
    assert (new["metrics"], new["errors"], new["top_processes"]) == ({}, {}, None)
    late = document["hosts"][1]
    assert (late["state"], late["reason"]) == ("late", Outcome.LATE.value)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (["web-1"], ["web-1"]),
        (["web-*"], ["web-1", "web-2"]),
        (["tag:env=prod"], ["web-1", "web-2"]),
        (["new", "web-2"], ["new", "web-2"]),
    ],
)
def test_hosts_are_chosen_by_name_pattern_and_tag(
    fleet: Commands, chosen: list[str], names: list[str]
) -> None:
    assert [host["host"] for host in fleet.json("status", *chosen)["hosts"]] == names


def test_an_unknown_host_is_wrong_use_and_the_nearest_is_named(fleet: Commands) -> None:
    done = fleet.run("status", "web-11")
    assert done.exit_code == 2
    assert "unknown host web-11, did you mean web-1?" in done.stderr
    assert done.stdout == ""


def test_output_that_is_no_terminal_has_no_escape_codes(fleet: Commands) -> None:
    fleet.hosts_yaml.write_text(HOSTS + '  "[red]x": a\n  "[bold": b\n  ":a:": {address: "2001:a:b::1"}\n')
    done = fleet.run("status", environ={"NO_COLOR": ""})
    listed = fleet.run("hosts", "list", environ={"NO_COLOR": ""})
    assert "\x1b" not in done.output + listed.output
    for name in ("[red]x", "[bold", ":a:"):
        assert f"\n{name} " in done.stdout
        assert f"\n{name} " in listed.stdout
    assert "2001:a:b::1" in listed.stdout


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_json_alone_is_printed_also_beside_a_broken_inventory(
    fleet: Commands, command: tuple[str, ...]
) -> None:
    good_answer = fleet.run(*command, "--json")
    assert good_answer.stderr == ""
    json.loads(good_answer.stdout)
    fleet.hosts_yaml.write_text(HOSTS + "  web-9: {intervall: 5s}\n")
    done = fleet.run(*command, "--json")
    assert json.loads(done.stdout)
    assert done.exit_code == good_answer.exit_code
    assert f"{fleet.hosts_yaml}:7: hosts.web-9.intervall: unknown key" in done.stderr
    assert "did you mean `interval`?" in done.stderr
    assert "last good inventory is used" in done.stderr


@pytest.mark.parametrize(
    ("config", "said"),
    [("databse: x\n", "monctl.yaml:1: unknown key `databse`"), ("log: {level: loud}\n", "log.level")],
)
@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_wrong_settings_end_every_command_with_status_2(
    fleet: Commands, command: tuple[str, ...], config: str, said: str
) -> None:
    (fleet.folder / "monctl.yaml").write_text(config)
    done = fleet.run(*command)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_no_database_ends_with_status_2_and_is_named(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text(HOSTS)
    (monctl.folder / "data").mkdir()
    (monctl.folder / "data" / "monctl.db").write_bytes(b"no database" * 1000)
    done = monctl.run("status")
    assert done.returncode == 2
    assert "data/monctl.db: file is not a database" in done.stderr
    assert "Traceback" not in done.stderr
    (monctl.folder / "data" / "monctl.db").unlink()
    (monctl.folder / "data" / "metrics.db").write_bytes(b"no database" * 1000)
    done = monctl.run("status")
    assert done.returncode == 2
    assert "data/metrics.db: file is not a database" in done.stderr


def test_the_data_directory_follows_option_then_environment_then_settings(
    fleet: Commands, tmp_path: Path
) -> None:
    (fleet.folder / "monctl.yaml").write_text("data_dir: from-settings\n")
    fleet.run("status")
    fleet.run("status", environ={"MONCTL_DATA_DIR": str(tmp_path / "from-environment")})
    fleet.run(
        "status",
        "--data-dir",
        str(tmp_path / "from-option"),
        environ={"MONCTL_DATA_DIR": str(tmp_path / "unused")},
    )
    made = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert made == {"data", "from-settings", "from-environment", "from-option"}
