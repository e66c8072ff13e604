"""`monctl schema / doctor / version`, and the help."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jsonschema
import pytest

from inventory.hosts_yaml.json_schema import hosts_schema
from monctl.settings.settings import settings_schema
from poller.openssh.program import described_ssh
from tests.support.commands import Commands


def test_every_command_is_in_the_help(commands: Commands) -> None:
    shown = commands.run("--help").stdout
    for command in ("poll", "status", "top", "history", "hosts", "schema", "doctor", "version"):
        assert f" {command} " in shown


@pytest.mark.parametrize("args", [(), ("hosts",), ("nonsense",), ("status", "--nonsense")])
def test_wrong_use_gives_status_2(commands: Commands, args: tuple[str, ...]) -> None:
    assert commands.run(*args).exit_code == 2


@pytest.mark.parametrize(("name", "schema"), [("hosts", hosts_schema()), ("config", settings_schema())])
def test_the_schemas_are_printed_as_they_are(
    commands: Commands, name: str, schema: dict[str, object]
) -> None:
    done = commands.run("schema", name)
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == schema
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_version_is_the_installed_distributions(commands: Commands) -> None:
    try:
        number = version("monctl-ssh")
    except PackageNotFoundError:
        done = commands.run("version")
        assert done.exit_code == 2
        assert "not installed" in done.stderr
        return
    assert commands.run("version").stdout == f"monctl {number}\n"
    assert json.loads(commands.run("version", "--json").stdout)["version"] == number


def _findings(commands: Commands) -> dict[str, tuple[bool, str]]:
    found = commands.json("doctor")["findings"]
    return {finding["name"]: (finding["ok"], finding["detail"]) for finding in found}


def test_the_doctor_finds_nothing_wrong_where_nothing_is(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {}, b: {}}\n")
    findings = _findings(commands)
    wrong = {name for name, (is_ok, _) in findings.items() if not is_ok}
    assert wrong <= {"data directory", "file limit"}  # what this machine lacks is not this test's matter
    assert findings["inventory"] == (True, "2 hosts")
    assert findings["database"][1] == f"sqlite:///{commands.folder}/data/monctl.db"
    assert findings["ssh"] == (True, described_ssh())
    without_ssh = commands.run("doctor", environ={"PATH": "/nowhere"}).stdout
    assert "ok   ssh            none here: monctl reads ~/.ssh/config by itself" in without_ssh
    assert findings["daemon"][1].startswith("does not run")
    shown = commands.run("doctor")
    assert "ok   inventory      2 hosts" in shown.stdout


def test_the_doctor_names_what_is_wrong_and_gives_status_1(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {prot: 1}}\n")
    done = commands.run("doctor")
    assert done.exit_code == 1
    assert f"BAD  inventory      {commands.hosts_yaml}:1: hosts.a.prot: unknown key" in done.stdout
    assert _findings(commands)["inventory"][0] is False


def test_the_doctor_shows_no_password_of_the_database(commands: Commands, tmp_path: Path) -> None:
    commands.hosts_yaml.write_text("hosts: {}\n")
    done = commands.run("doctor", environ={"MONCTL_DATABASE": f"sqlite://user:hunter2@/{tmp_path}/x.db"})
    assert "hunter2" not in done.output
