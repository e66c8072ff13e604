"""The systemd unit: sound, tight, and no tighter than the daemon can bear."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml

from monctl.settings.settings import load_settings
from tests.deploy.image import ROOT
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

ANALYZE = shutil.which("systemd-analyze")
UNIT = ROOT / "deploy/monctl.service"
HIGHEST_EXPOSURE = 15  # tenths; systemd takes 10.0 for a service without any protection

needs_systemd = pytest.mark.systemd


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    path = tmp_path / "monctl.service"
    path.write_text(UNIT.read_text().replace("/opt/monctl/bin/monctl", sys.executable))
    return path


def _values(key: str) -> list[str]:
    lines = UNIT.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


@needs_systemd
def test_systemd_finds_nothing_wrong(unit: Path) -> None:
    done = _analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_would_find_an_unknown_key(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("[Install]", "NoSuchKey=yes\n[Install]"))
    assert "NoSuchKey" in _analyze("verify", "--man=no", str(unit)).stderr


@needs_systemd
def test_the_service_is_hardly_exposed(unit: Path) -> None:
    done = _analyze("security", "--offline=true", "--no-pager", f"--threshold={HIGHEST_EXPOSURE}", str(unit))
    assert done.returncode == 0, done.stdout


def test_memory_and_tasks_are_bounded_above_what_a_thousand_hosts_take() -> None:
    assert (_values("MemoryHigh"), _values("MemoryMax")) == (["1536M"], ["2G"])
    (tasks,) = _values("TasksMax")
    assert int(tasks) >= 3 * 1000  # a shell and a ProxyCommand for each host, and threads
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["monctl"]
    assert (compose["mem_limit"], compose["pids_limit"]) == ("2g", int(tasks))


def test_data_is_where_the_unit_may_write() -> None:
    assert _values("ProtectSystem") == ["strict"]
    assert _values("StateDirectory") == ["monctl"]
    assert "MONCTL_DATA_DIR=/var/lib/monctl" in _values("Environment")


def test_the_settings_for_production_need_two_secrets_and_nothing_else() -> None:
    environ = {"POSTGRES_PASSWORD": "x", "INFLUX_TOKEN": "y"}
    settings = load_settings(ROOT / "deploy/monctl.yaml", environ=environ)
    assert settings.database == "postgresql://monctl:x@127.0.0.1/monctl"
    assert settings.metrics.influxdb.url == "http://127.0.0.1:8086"


def test_every_key_stands_once_except_those_that_add_up() -> None:
    lines = UNIT.read_text().splitlines()
    adds_up = ("Environment=", "SystemCallFilter=")
    text = "\n".join(line for line in lines if not line.startswith(adds_up))
    parser = RawConfigParser(strict=True)
    parser.read_string(text)
    assert parser.sections() == ["Unit", "Service", "Install"]


def _allowed_calls() -> list[str]:
    """The system calls that the unit's filters leave, as systemd itself expands them."""
    first, *others = _values("SystemCallFilter")
    allowed = set(_expanded(first.split()))
    for value in others:
        assert value.startswith("~")
        allowed -= set(_expanded(value.removeprefix("~").split()))
    return sorted(allowed)


def _expanded(names: list[str]) -> list[str]:
    calls = []
    for name in names:
        if name.startswith("@"):
            lines = _analyze("syscall-filter", name).stdout.splitlines()[1:]
            words = (line.strip() for line in lines)
            calls += _expanded([word for word in words if word and not word.startswith("#")])
        else:
            calls.append(name)
    return calls


@needs_systemd
@pytest.mark.sshd
@pytest.mark.skipif(sys.platform != "linux", reason="system call filters are Linux's")
def test_the_daemon_works_under_the_units_system_calls_and_memory_rules(
    tmp_path: Path, shared_sshd: Sshd
) -> None:
    monctl = MonctlFolder(tmp_path / "monctl")
    monctl.write_hosts(shared_sshd, {"web-1": "address: 127.0.0.1", "here": "connection: local"})
    main = "from monctl.cli.main import main; main()"
    command = [sys.executable, "-m", "tests.deploy.sandbox", ",".join(_allowed_calls())]
    with (monctl.folder / "daemon.err").open("w") as log:
        monctl.daemon = subprocess.Popen(
            [*command, sys.executable, "-c", main, "poll"],
            cwd=monctl.folder,
            env=monctl.environ(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        assert monctl.wait_for(monctl.is_ready), monctl.log
        assert monctl.wait_for(lambda: set(monctl.states().values()) == {("ok", None)}), monctl.log
        status = Path(f"/proc/{monctl.daemon.pid}/status").read_text()
        assert "Seccomp:\t2" in status
    finally:
        monctl.stop()
    assert monctl.last_status == 0
    assert "Traceback" not in monctl.log


@needs_systemd
def test_what_the_unit_forbids_fails_in_the_sandbox() -> None:
    code = "import os, mmap\n"
    code += (
        "try:\n    os.setpriority(os.PRIO_PROCESS, 0, 1)\nexcept PermissionError:\n    print('no priority')\n"
    )
    code += "try:\n    mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)\nexcept PermissionError:\n"
    code += "    print('no executable memory')\n"
    command = [sys.executable, "-m", "tests.deploy.sandbox", ",".join(_allowed_calls()), sys.executable]
    done = subprocess.run([*command, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout == "no priority\nno executable memory\n", done.stderr
