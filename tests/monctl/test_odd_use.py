"""Commands used in odd places and with odd arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.monctl.filling import failed, fill, good
from tests.support.commands import Commands
from tests.support.installation import MonctlFolder

_ROOT = Path(__file__).parent.parent.parent
_MAIN = "from monctl.cli.main import main; main()"


def _in_ascii(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "ascii", "COLUMNS": "120"}
    command = [sys.executable, "-c", _MAIN, *args]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_name_that_the_terminal_cannot_show_is_printed_as_far_as_it_can(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts:\n  größe: 10.0.0.1\n", encoding="utf-8")
    listed = _in_ascii(tmp_path, "hosts", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "gr??e" in listed.stdout


def test_json_is_whole_on_a_terminal_of_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts:\n  größe: 10.0.0.1\n", encoding="utf-8")
    assert r'"gr\u00f6\u00dfe"' in _in_ascii(tmp_path, "hosts", "list", "--json").stdout


def test_a_settings_file_that_is_named_and_missing_is_wrong_use(commands: Commands, tmp_path: Path) -> None:
    commands.hosts_yaml.write_text("hosts: {a: 10.0.0.1}\n")
    done = commands.run("status", "--config", str(tmp_path / "nowhere" / "monctl.yaml"))
    assert done.exit_code == 2
    assert "no such file" in done.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--since", "1000000d"), "100 years"),
        (("--step", "10ms"), "at least 1 s"),
        (("--since", "90d", "--step", "1s"), "at once"),
    ],
)
def test_more_history_than_can_be_shown_is_refused_with_a_reason(
    commands: Commands, option: tuple[str, ...], told: str
) -> None:
    commands.hosts_yaml.write_text("hosts: {a: {connection: local}}\n")
    fill(commands.folder / "data", [good("a")])
    done = commands.run("history", "a", "cpu.usage_active", *option)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_host_whose_password_only_the_daemon_knows_is_shown_and_counts(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.hosts_yaml.write_text(
        'hosts: {a: 10.0.0.1, old: {address: 10.0.0.2, password: "${OLD_PASSWORD}"}}\n'
    )
    monkeypatch.setenv("OLD_PASSWORD", "known to the daemon")
    assert commands.run("status").exit_code == 0
    fill(commands.folder / "data", [good("a"), failed("old")])
    monkeypatch.delenv("OLD_PASSWORD")
    done = commands.run("status")
    assert done.exit_code == 1
    assert "refused" in done.stdout
    assert "OLD_PASSWORD" in done.stderr
    assert commands.run("history", "old", "poll.up", "--since", "1m").exit_code == 0
    assert commands.run("hosts", "pause", "old").exit_code == 0


def test_the_doctor_tells_of_metrics_that_cannot_be_read(commands: Commands) -> None:
    commands.hosts_yaml.write_text("hosts: {a: 10.0.0.1}\n")
    assert "metrics" in commands.run("doctor").stdout
    (commands.folder / "data" / "metrics.db").write_bytes(b"not a database" * 1000)
    done = commands.run("doctor")
    assert done.exit_code == 1
    assert "BAD  metrics" in done.stdout


def test_a_data_directory_that_cannot_take_the_lock_is_named(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text("hosts: {a: 10.0.0.1}\n")
    assert monctl.run("status").returncode == 0
    (monctl.folder / "data" / "monctl.daemon.lock").mkdir()
    done = monctl.run("poll")
    assert done.returncode == 2
    assert "data directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_daemon_whose_output_goes_nowhere_polls_on(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text("defaults: {interval: 1s}\nhosts: {me: {connection: local}}\n")
    (monctl.folder / "daemon.out").symlink_to("/dev/full")
    monctl.start()
    assert monctl.wait_for(lambda: "cannot be printed: No space left" in monctl.log), monctl.log
    assert monctl.wait_for(lambda: monctl.states()["me"] == ("ok", None)), monctl.log
    monctl.stop()
    assert "Traceback" not in monctl.log


@pytest.mark.parametrize("arguments", [["version"], ["schema", "hosts"], ["--help"]])
def test_a_full_disk_behind_standard_output_is_told_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    environ = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", _MAIN, *arguments],
            cwd=tmp_path,
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "monctl: cannot print: No space left on device\n"
