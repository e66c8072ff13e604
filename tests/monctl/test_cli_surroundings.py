"""What surrounds a command: folders where nothing is, closed streams, terminals of no width, time zones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import Commands

READING = (
    ("status",),
    ("status", "--json"),
    ("hosts", "list"),
    ("hosts", "show", "web-1"),
    ("hosts", "export"),
    ("history", "web-1", "cpu.usage_active"),
    ("alerts", "list"),
    ("alerts", "history"),
    ("alerts", "history", "web-1"),
    ("alerts", "show", "1"),
    ("rules", "list"),
    ("rules", "show", "host-down"),
    ("rules", "test", "host-down"),
    ("channels", "list"),
    ("silence", "list"),
    ("user", "list"),
    ("key", "list"),
    ("doctor",),
)


def files(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_command_that_reads_makes_no_installation(tmp_path: Path, command: tuple[str, ...]) -> None:
    commands = Commands(tmp_path)
    result = commands.run(*command)
    assert files(tmp_path) == set()
    assert result.exit_code in (0, 1, 2)
    assert "There is no installation here" in result.stderr


def test_what_writes_makes_the_database_and_what_reads_then_reads_it(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert commands.run("hosts", "add", "web-2", "--set", "address=10.0.0.2").exit_code == 0
    assert {"data", "data/monctl.db"} <= files(tmp_path)
    listed = commands.run("hosts", "list", "--json")
    assert [host["name"] for host in json.loads(listed.stdout)["items"]] == ["web-2"]
    assert "no installation" not in listed.stderr


def test_the_version_is_an_option_too(tmp_path: Path) -> None:
    assert shell(tmp_path, "monctl --version").stdout == shell(tmp_path, "monctl version").stdout != ""


def shell(folder: Path, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell, where `monctl` is this one."""
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    variables["PATH"] = f"{Path(sys.executable).parent}:{variables['PATH']}"
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=variables | environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("line", ["monctl status >&-", "monctl status 2>&-", "monctl status <&- >&- 2>&-"])
def test_closed_streams_lead_nowhere_and_cost_no_file(tmp_path: Path, line: str) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {web-1: {address: 10.0.0.1}}\n")
    done = shell(tmp_path, line)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "web-1" in shell(tmp_path, "monctl hosts list").stdout, "the database holds what it should"


def test_a_terminal_without_a_width_has_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {web-1: {address: 10.0.0.1}}\n")
    usual, unknown = (
        shell(tmp_path, "monctl status", **given) for given in ({}, {"COLUMNS": "0", "LINES": "0"})
    )
    assert "web-1" in unknown.stdout
    assert unknown.stdout == usual.stdout


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("monctl silence add --host a --until 2090-07-31T18:00", "2090-07-31T18:00:00+02:00"),
        ("monctl silence add --host a --until 2090-07-31T18:00 --utc", "2090-07-31T18:00:00Z"),
        ("monctl --utc silence add --host a --until 2090-07-31T18:00", "2090-07-31T18:00:00Z"),
        ("monctl silence add --host a --until 2090-07-31T18:00Z", "2090-07-31T20:00:00+02:00"),
    ],
)
def test_times_are_of_the_zone_of_whoever_reads_them_or_utc(tmp_path: Path, line: str, end: str) -> None:
    done = shell(tmp_path, line, TZ="Europe/Berlin")
    assert done.stdout == f"silence 1: hosts a; until {end}\n", done.stderr
