"""`monctl hosts push-script` prints a script for hosts that push, and says what is wrong with the others."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monctl.cli.main import app
from tests.support.certificates import self_signed

HOSTS = """\
hosts:
  kiosk: {connection: push, interval: 7s, probe: proc, collectors: {temp: off, disk: 5m}}
  "shop 1": {connection: push}
  web-1: 10.0.0.1
"""


class Folder:
    """The folder that commands run in; in this process, since there are many."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *args: str) -> Result:
        """Run a command to its end."""
        return CliRunner().invoke(app, args)

    def api_keys(self) -> list[dict[str, Any]]:
        """The API keys."""
        items: list[dict[str, Any]] = json.loads(self.run("key", "list", "--json").stdout)["items"]
        return items


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    (tmp_path / "hosts.yaml").write_text(HOSTS)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def settings(done: Result) -> dict[str, Any]:
    """The settings within a printed script."""
    assert done.exit_code == 0, done.stderr
    space: dict[str, Any] = {"__name__": "printed"}
    exec(compile(done.stdout, "push.py", "exec"), space)
    found: dict[str, Any] = space["SETTINGS"]
    return found


def test_a_script_has_the_hosts_settings_and_a_new_key_of_its_own(folder: Folder) -> None:
    done = folder.run("hosts", "push-script", "kiosk", "--url", "https://monctl.example.com:8443/")
    found = settings(done)
    assert (found["host"], found["url"], found["interval"], found["backend"], found["ca"]) == (
        "kiosk", "https://monctl.example.com:8443", 7.0, "proc", None,
    )  # fmt: skip
    assert "temp" not in found["collectors"]
    assert found["collectors"]["disk"] == 300.0
    (key,) = folder.api_keys()
    assert (key["name"], key["role"], key["host"]) == ("push-kiosk", "collector", "kiosk")
    assert found["key"].startswith("mctl_")
    assert found["key"] not in done.stderr
    assert "warning" not in done.stderr
    assert "systemd" in done.stderr


def test_each_script_gets_its_own_key(folder: Folder) -> None:
    keys = {settings(folder.run("hosts", "push-script", "shop 1"))["key"] for _ in range(2)}
    assert len(keys) == 2
    assert [key["name"] for key in folder.api_keys()] == ["push-shop-1", "push-shop-1-2"]


def test_a_key_that_is_given_is_used_and_none_is_made(folder: Folder) -> None:
    done = folder.run("hosts", "push-script", "kiosk", "--key", "mctl_mine", "--interval", "1m")
    found = settings(done)
    assert (found["key"], found["interval"]) == ("mctl_mine", 60.0)
    assert "will be late" in done.stderr
    assert folder.api_keys() == []


def test_the_url_is_that_of_the_settings_without_one(folder: Folder) -> None:
    found = settings(folder.run("hosts", "push-script", "kiosk", "--key", "k"))
    assert found["url"] == "http://127.0.0.1:8000"


def test_plain_http_to_another_machine_warns(folder: Folder) -> None:
    away = folder.run("hosts", "push-script", "kiosk", "--key", "k", "--url", "http://10.0.0.9:8000")
    assert "is not encrypted" in away.stderr
    here = folder.run("hosts", "push-script", "kiosk", "--key", "k", "--url", "http://127.0.0.1:8000")
    assert "is not encrypted" not in here.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kisk"], "unknown host kisk, did you mean kiosk?"),
        (["nobody"], "monctl hosts add nobody --set connection=push"),
        (["web-1"], "`connection: ssh`"),
        (["kiosk", "--url", "monctl.example.com"], "--url monctl.example.com: write"),
        (["kiosk", "--url", "https://u:p@x"], "write http(s)://HOST:PORT"),
        (["kiosk", "--url", "https://x:99999"], "write http(s)://HOST:PORT"),
        (["kiosk", "--interval", "soon"], "--interval"),
        (["kiosk", "--interval", "1ms"], "between 100ms and 1d"),
        (["kiosk", "--key", "a b"], "--key"),
        (["kiosk", "--ca", "missing.pem"], "--ca missing.pem: No such file"),
        (["kiosk", "--ca", "hosts.yaml"], "--ca hosts.yaml"),
    ],
)
def test_what_is_wrong_is_said_and_no_key_is_made(folder: Folder, arguments: list[str], said: str) -> None:
    done = folder.run("hosts", "push-script", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert folder.api_keys() == []


def test_a_certificate_is_written_into_the_script_and_a_private_key_is_not(
    folder: Folder, tmp_path: Path
) -> None:
    certificate, key = self_signed(folder.path)
    found = settings(folder.run("hosts", "push-script", "kiosk", "--key", "k", "--ca", "cert.pem"))
    assert found["ca"] == certificate.read_text()
    certificate.write_text(certificate.read_text() + key.read_text())
    done = folder.run("hosts", "push-script", "kiosk", "--key", "k", "--ca", "cert.pem")
    assert "holds a private key" in done.stderr
    assert done.stdout == ""


def test_the_script_runs_on_its_own(folder: Folder, tmp_path: Path) -> None:
    done = folder.run("hosts", "push-script", "kiosk", "--key", "k")
    script = tmp_path / "push.py"
    script.write_text(done.stdout)
    shown = subprocess.run(
        [sys.executable, "-I", str(script), "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "--state FILE" in shown.stdout
