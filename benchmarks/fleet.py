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
Results = Mapping[str, Result]

_PART = "poller"
_SECONDS = 20
_FEW, _MANY = 200, 800
_POLLS_PER_SECOND = 800.0
_INTERVAL = 5.0
_SLOW, _SLOW_INTERVAL = 40, 2.0
# not the one along a log-in shell's PATH, which may be a slow wrapper
_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable


def run(*, few: int = _FEW, many: int = _MANY, seconds: float = _SECONDS) -> list[Row]:
    """Every way of polling in turn, each in a process of its own; figures are CPU per poll and memory.

    First all at the same rate, so that what more hosts cost is not mixed with what a busier processor saves:
    its caches stay warm, as they do at a poller of some thousand hosts. A new Python, or log-in, for each
    poll is more than this machine can do at that rate; these two go as fast as they can. Then the many
    hosts every 5 s, as by default, where each poll finds cold caches.
    """
    with tempfile.TemporaryDirectory() as folder, running_sshd(Path(folder)) as server:
        measure = partial(_measure, server, seconds=seconds)
        results = {
            "bare": measure("bare", few, interval=few / _POLLS_PER_SECOND),
            "monctl": measure("monctl", few, interval=few / _POLLS_PER_SECOND),
            "exec": measure("exec", _SLOW, interval=_SLOW_INTERVAL),
            "connect": measure("connect", _SLOW, interval=_SLOW_INTERVAL),
            "bare many": measure("bare", many, interval=many / _POLLS_PER_SECOND),
            "monctl many": measure("monctl", many, interval=many / _POLLS_PER_SECOND),
            "bare paced": measure("bare", many, interval=_INTERVAL),
            "monctl paced": measure("monctl", many, interval=_INTERVAL),
        }
    return [*_rate_rows(results, few, many), *_paced_rows(results, many), *_memory_rows(results, few, many)]


def _rate_rows(results: Results, few: int, many: int) -> list[Row]:
    bare, monctl, exec_ = results["bare"], results["monctl"], results["exec"]
    rate = f"{_POLLS_PER_SECOND:g}/s"
    many_bare, many_monctl = results["bare many"], results["monctl many"]
    return [
        Row(_PART, f"bare asyncssh round trip, {few} hosts, {rate}", _per_poll(bare), "ms CPU/poll"),
        Row(_PART, f"monctl, SSH to stored, {few} hosts, {rate}", _per_poll(monctl), "ms CPU/poll"),
        Row(_PART, "asyncssh, an exec per poll", _per_poll(exec_), "ms CPU/poll"),
        Row(_PART, "asyncssh, a connection per poll", _per_poll(results["connect"]), "ms CPU/poll"),
        Row(_PART, "monctl / bare", _ratio(monctl, bare), "ratio", at_most=2.5),
        Row(_PART, "monctl / exec per poll", _ratio(monctl, exec_), "ratio", at_most=0.2),
        Row(_PART, f"bare asyncssh round trip, {many} hosts, {rate}", _per_poll(many_bare), "ms CPU/poll"),
        Row(_PART, f"monctl, SSH to stored, {many} hosts, {rate}", _per_poll(many_monctl), "ms CPU/poll"),
        Row(_PART, f"bare, {many} hosts / {few} hosts", _ratio(many_bare, bare), "ratio"),
        Row(_PART, f"monctl, {many} hosts / {few} hosts", _ratio(many_monctl, monctl), "ratio", at_most=1.15),
    ]


def _paced_rows(results: Results, many: int) -> list[Row]:
    bare, monctl = results["bare paced"], results["monctl paced"]
    every = f"{many} hosts every {_INTERVAL:g} s"
    failed = sum(int(results[name]["failed"]) for name in ("monctl", "monctl many", "monctl paced"))
    return [
        Row(_PART, f"bare asyncssh, {every}", _per_poll(bare), "ms CPU/poll"),
        Row(_PART, f"monctl, {every}", _per_poll(monctl), "ms CPU/poll"),
        Row(_PART, f"monctl / bare, {every}", _ratio(monctl, bare), "ratio"),
        Row(_PART, f"polls within 1 s of due, {every}", _on_time_percent(monctl), "percent", at_least=99.9),
        Row(_PART, "failed polls in all", failed, "polls", at_most=0),
    ]


def _memory_rows(results: Results, few: int, many: int) -> list[Row]:
    memory = _memory_kb(results["monctl many"], results["monctl"], many - few)
    bare = _memory_kb(results["bare many"], results["bare"], many - few)
    return [
        Row(_PART, "memory per connected host", memory, "KB", at_most=100),
        Row(_PART, "memory per connected host, bare", bare, "KB"),
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
