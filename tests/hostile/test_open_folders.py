"""What monctl keeps is for its own user alone, wherever and however it is started."""

import os
import pty
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.installation import MonctlFolder

_CARELESS = "tests.hostile.careless:main"
_LOCAL = "hosts: {a: {connection: local, interval: 1s}}"


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[MonctlFolder]:
    tmp_path.chmod(0o755)
    folder = MonctlFolder(tmp_path)
    folder.hosts_yaml.write_text(_LOCAL)
    yield folder
    folder.stop()


def _start(monctl: MonctlFolder) -> None:
    monctl.daemon = monctl._start(["poll"], function=_CARELESS)
    assert monctl.wait_for(monctl.is_ready), monctl.log


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


def _can_log_in(monctl: MonctlFolder, password: str) -> bool:
    form = {"username": "admin", "password": password}
    return httpx.post(f"{monctl.url}/api/v1/auth/token", data=form, timeout=10).status_code == 200


def test_files_are_private_whatever_the_umask(monctl: MonctlFolder) -> None:
    (monctl.folder / "monctl.yaml").write_text("log: {file: logs/run.log}")
    _start(monctl)
    assert monctl.run("hosts", "add", "b", "--address", "127.0.0.9").returncode == 0
    modes = _modes(monctl.folder / "data")
    assert {"monctl.db", "metrics.db", "monctl.daemon.lock"} <= modes.keys()
    assert modes.pop("data") == 0o700
    assert set(modes.values()) == {0o600}, modes
    assert _modes(monctl.folder / "logs") == {"logs": 0o700, "run.log": 0o600}


def test_files_of_before_are_closed_at_the_start_and_told_by_the_doctor(monctl: MonctlFolder) -> None:
    data = monctl.folder / "data"
    _start(monctl)
    monctl.stop()
    data.chmod(0o755)
    for path in data.iterdir():
        path.chmod(0o644)
    database = data / "monctl.db"
    finding = _finding(monctl)
    assert not finding["ok"]
    assert (
        f"{database} can be read by everybody on this machine (mode 0644): chmod 600 {database}"
        in finding["detail"]
    )
    assert stat.S_IMODE(database.stat().st_mode) == 0o644
    _start(monctl)
    assert f"{database} was open to others (mode 0644), and is not any more" in monctl.log
    modes = _modes(data)
    assert modes.pop("data") == 0o755
    assert set(modes.values()) == {0o600}, modes
    assert _finding(monctl) == {"name": "file modes", "ok": True, "detail": "nothing is open to others"}


def test_what_is_not_ours_to_change_is_told_with_the_command(monctl: MonctlFolder) -> None:
    key = monctl.folder / "my key"
    key.write_text("")
    key.chmod(0o640)
    monctl.hosts_yaml.write_text(f"hosts: {{a: {{connection: local, key: '{key}'}}}}")
    monctl.hosts_yaml.chmod(0o666)
    _start(monctl)
    for advice in (
        f"{key} is a private key that others can read, as ssh would refuse (mode 0640): chmod 600 '{key}'",
        f"{monctl.hosts_yaml} can be written by everybody, who could run programs as monctl (mode 0666)",
        f": chmod o-w {monctl.hosts_yaml}",
    ):
        assert advice in monctl.log
        assert advice in _finding(monctl)["detail"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o640


def _finding(monctl: MonctlFolder) -> dict[str, Any]:
    findings = monctl.json("doctor")["findings"]
    finding: dict[str, Any] = next(one for one in findings if one["name"] == "file modes")
    return finding


@pytest.mark.parametrize("changed_by", ["command", "api"])
def test_without_a_terminal_the_first_password_is_in_a_private_file(
    monctl: MonctlFolder, changed_by: str
) -> None:
    monctl.admin_password = None
    _start(monctl)
    file = monctl.folder / "data" / "first-password.txt"
    password = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _can_log_in(monctl, password)
    printed = (monctl.folder / "daemon.out").read_text()
    assert f"log in as admin with the password that, until it is changed, is in {file}" in printed
    assert password not in printed + monctl.log
    if changed_by == "command":
        done = monctl.run("user", "password", "admin", "--password-stdin", stdin="another pass phrase\n")
        assert done.returncode == 0, done.stderr
    else:
        form = {"username": "admin", "password": password}
        token = httpx.post(f"{monctl.url}/api/v1/auth/token", data=form, timeout=10).json()["access_token"]
        change = {"current_password": password, "new_password": "another pass phrase"}
        headers = {"Authorization": f"Bearer {token}"}
        httpx.post(f"{monctl.url}/api/v1/auth/password", json=change, headers=headers).raise_for_status()
    assert not file.exists()
    assert _can_log_in(monctl, "another pass phrase")


def test_on_a_terminal_the_first_password_is_shown_and_not_kept(monctl: MonctlFolder) -> None:
    monctl.admin_password = None
    ours, theirs = pty.openpty()
    with (
        open(os.devnull) as nothing,
        (monctl.folder / "daemon.err").open("w") as err,
        os.fdopen(theirs, "w") as out,
    ):
        monctl.daemon = monctl._process(["poll"], (nothing, out, err))
    assert monctl.wait_for(monctl.is_ready), monctl.log
    printed = os.read(ours, 10_000).decode()
    password = printed.partition("log in as admin with the password ")[2].split()[0]
    assert _can_log_in(monctl, password)
    assert not (monctl.folder / "data" / "first-password.txt").exists()
    monctl.stop()
    os.close(ours)
