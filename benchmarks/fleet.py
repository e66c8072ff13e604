"""The poller beside asyncssh alone, all against one real sshd that stands for many hosts."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from tests.support.sshd import Sshd, running_sshd

_SECONDS = 30
_EXEC_SECONDS = 15
_FEW, _MANY = 200, 800
# not the one along a log-in shell's PATH, which may be a slow wrapper
_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


def run(*, few: int = _FEW, many: int = _MANY, seconds: float = _SECONDS) -> list[Row]:
    """Every way of polling in turn, each in a process of its own; figures are CPU per poll and memory."""
    with tempfile.TemporaryDirectory() as folder, running_sshd(Path(folder)) as server:
        bare = _measure(server, "bare", few, seconds)
        monctl_few = _measure(server, "monctl", few, seconds)
        per_exec = _measure(server, "exec", few // 4, _EXEC_SECONDS)
        per_connect = _measure(server, "connect", few // 4, _EXEC_SECONDS)
        bare_many = _measure(server, "bare", many, seconds)
        monctl_many = _measure(server, "monctl", many, seconds)
    return [
        *_cpu_rows(bare, monctl_few, per_exec, per_connect, few),
        Row("poller", f"bare asyncssh at {many} hosts", _per_poll(bare_many), "ms CPU/poll"),
        Row("poller", f"monctl at {many} hosts", _per_poll(monctl_many), "ms CPU/poll"),
        Row(
            "poller",
            f"monctl at {many} hosts / at {few}",
            _ratio(monctl_many, monctl_few),
            "ratio",
            at_most=1.15,
        ),
        Row("poller", f"bare at {many} hosts / at {few}", _ratio(bare_many, bare), "ratio"),
        Row(
            "poller",
            f"polls on time at {many} hosts",
            _on_time_percent(monctl_many),
            "percent",
            at_least=99.9,
        ),
        Row("poller", "failed polls", monctl_many["failed"] + monctl_few["failed"], "polls", at_most=0),
        Row("poller", "memory per host", _memory_kb(monctl_many, monctl_few, many - few), "KB", at_most=100),
        Row("poller", "memory per host, bare", _memory_kb(bare_many, bare, many - few), "KB"),
    ]


def _cpu_rows(
    bare: dict[str, Any],
    monctl: dict[str, Any],
    per_exec: dict[str, Any],
    per_connect: dict[str, Any],
    few: int,
) -> list[Row]:
    return [
        Row("poller", f"bare asyncssh round trip, {few} hosts", _per_poll(bare), "ms CPU/poll"),
        Row("poller", f"monctl, SSH to stored, {few} hosts", _per_poll(monctl), "ms CPU/poll"),
        Row("poller", "asyncssh, an exec per poll", _per_poll(per_exec), "ms CPU/poll"),
        Row("poller", "asyncssh, a connection per poll", _per_poll(per_connect), "ms CPU/poll"),
        Row("poller", "monctl / bare", _ratio(monctl, bare), "ratio", at_most=2.5),
        Row("poller", "monctl / exec per poll", _ratio(monctl, per_exec), "ratio", at_most=0.2),
    ]


def _measure(server: Sshd, way: str, hosts: int, *, interval: float, seconds: float) -> dict[str, Any]:
    task = {
        "way": way,
        "hosts": hosts,
        "interval": interval,
        "seconds": seconds,
        "port": server.port,
        "user": server.user,
        "key": str(server.key),
        "known_hosts": str(server.known_hosts),
        "backend": "proc",
        "python": _PYTHON,
    }
    command = [sys.executable, "-m", "benchmarks.fleet_worker", json.dumps(task)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=600)
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


def _per_poll(result: dict[str, Any]) -> float:
    return float(result["cpu"]) / max(1, int(result["polls"])) * 1000


def _ratio(one: dict[str, Any], other: dict[str, Any]) -> float:
    return _per_poll(one) / _per_poll(other)


def _on_time_percent(result: dict[str, Any]) -> float:
    return 100 * float(result["on_time"]) / (result["polls"] + result["failed"] + result["missed"])


def _memory_kb(many: dict[str, Any], few: dict[str, Any], more: int) -> float:
    return (many["memory"] - few["memory"]) / more / 1024


if __name__ == "__main__":
    from benchmarks.table import print_rows

    print_rows(run())
