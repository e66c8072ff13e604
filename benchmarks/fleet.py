"""The poller beside asyncssh alone, all against one real sshd that stands for many hosts."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from tests.support.sshd import Sshd, running_sshd

Result = dict[str, Any]

_SECONDS = 20
_INTERVAL = 5.0
_SHORT_INTERVAL = 1.0
_EXEC_INTERVAL = 10.0
_CONNECT_INTERVAL = 20.0
_FEW, _MANY = 200, 800
# not the one along a log-in shell's PATH, which may be a slow wrapper
_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


def run(*, few: int = _FEW, many: int = _MANY, seconds: float = _SECONDS) -> list[Row]:
    """Every way of polling in turn, each in a process of its own; figures are CPU per poll and memory.

    The few are polled once a second, by exec and by connection less often, as two processors can do no
    more. The many are polled every 5 s, which is about as many polls a second as of the few, so that their
    ratio shows what more hosts cost and not what a busier process saves.
    """
    with tempfile.TemporaryDirectory() as folder, running_sshd(Path(folder)) as server:
        measure = partial(_measure, server, seconds=seconds)
        ways = {
            "bare": measure("bare", few, interval=_SHORT_INTERVAL),
            "monctl": measure("monctl", few, interval=_SHORT_INTERVAL),
            "exec": measure("exec", few, interval=_EXEC_INTERVAL),
            "connect": measure("connect", few, interval=_CONNECT_INTERVAL),
        }
        bare, monctl = measure("bare", many, interval=_INTERVAL), measure("monctl", many, interval=_INTERVAL)
    return [*_cpu_rows(ways, few), *_many_rows(bare, monctl, ways, few=few, many=many)]


def _cpu_rows(ways: Mapping[str, Result], few: int) -> list[Row]:
    return [
        Row("poller", f"bare asyncssh round trip, {few} hosts", _per_poll(ways["bare"]), "ms CPU/poll"),
        Row("poller", f"monctl, SSH to stored, {few} hosts", _per_poll(ways["monctl"]), "ms CPU/poll"),
        Row("poller", "asyncssh, an exec per poll", _per_poll(ways["exec"]), "ms CPU/poll"),
        Row("poller", "asyncssh, a connection per poll", _per_poll(ways["connect"]), "ms CPU/poll"),
        Row("poller", "monctl / bare", _ratio(ways["monctl"], ways["bare"]), "ratio", at_most=2.5),
        Row("poller", "monctl / exec per poll", _ratio(ways["monctl"], ways["exec"]), "ratio", at_most=0.2),
    ]


def _many_rows(bare: Result, monctl: Result, ways: Mapping[str, Result], *, few: int, many: int) -> list[Row]:
    growth = _ratio(monctl, ways["monctl"])
    failed = monctl["failed"] + ways["monctl"]["failed"]
    memory = _memory_kb(monctl, ways["monctl"], many - few)
    return [
        Row("poller", f"bare asyncssh at {many} hosts", _per_poll(bare), "ms CPU/poll"),
        Row("poller", f"monctl at {many} hosts", _per_poll(monctl), "ms CPU/poll"),
        Row("poller", f"monctl at {many} hosts / at {few}", growth, "ratio", at_most=1.15),
        Row("poller", f"bare at {many} hosts / at {few}", _ratio(bare, ways["bare"]), "ratio"),
        Row("poller", f"polls on time at {many} hosts", _on_time_percent(monctl), "percent", at_least=99.9),
        Row("poller", "failed polls", failed, "polls", at_most=0),
        Row("poller", "memory per host", memory, "KB", at_most=100),
        Row("poller", "memory per host, bare", _memory_kb(bare, ways["bare"], many - few), "KB"),
    ]


def _measure(server: Sshd, way: str, hosts: int, *, interval: float, seconds: float) -> Result:
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


def _per_poll(result: Result) -> float:
    return float(result["cpu"]) / max(1, int(result["polls"])) * 1000


def _ratio(one: Result, other: Result) -> float:
    return _per_poll(one) / _per_poll(other)


def _on_time_percent(result: Result) -> float:
    due = int(result["polls"]) + int(result["failed"]) + int(result["missed"])
    return 100 * float(result["on_time"]) / due


def _memory_kb(many: Result, few: Result, more: int) -> float:
    return (float(many["memory"]) - float(few["memory"])) / more / 1024


if __name__ == "__main__":
    from benchmarks.table import print_rows

    print_rows(run())
