"""Who sees only a part says so, and what is not known is absent rather than 0."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.poller.probe.running import running
from tests.poller.probe.sysfs import Machine

# With what the probe imports, for this Python may be in a folder that only root can enter.
_AS_NOBODY = (
    "import binascii, json, os, psutil, warnings, zlib; os.setgid(65534); os.setuid(65534); exec(input())"
)
_BACKENDS = pytest.mark.parametrize("backend", ["psutil", "proc"])


def _can_mount() -> bool:
    tried = ("unshare", "--mount", "mount", "-t", "proc", "proc", "/proc")
    return os.geteuid() == 0 and subprocess.run(tried, check=False, capture_output=True).returncode == 0


_needs_mounts = pytest.mark.skipif(not _can_mount(), reason="needs root and mount namespaces")


def _answer(backend: str, mounting: str, *collect: str, python: str = "exec(input())") -> dict[str, Any]:
    """The second answer of a probe for which something was mounted first."""
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    command += [f'{mounting} && exec "$@"', "sh", sys.executable, "-c", python]
    with running(backend, command=command) as probe:
        probe.ask(*collect)
        return probe.ask(*collect)


@_needs_mounts
@_BACKENDS
def test_processes_of_one_user_are_not_taken_for_all(backend: str) -> None:
    answer = _answer(backend, "mount -t proc -o hidepid=2 proc /proc", "processes", python=_AS_NOBODY)
    assert answer["processes"] == {}
    assert "hidepid" in answer["errors"]["processes"]
    assert {row["user"] for row in answer["top"]["memory"]} == {"nobody"}


@_needs_mounts
@_BACKENDS
def test_processes_that_are_seen_but_may_not_be_read_are_counted_without_their_states(backend: str) -> None:
    answer = _answer(backend, "mount -t proc -o hidepid=1 proc /proc", "processes", python=_AS_NOBODY)
    assert abs(answer["processes"].pop("total") - len(psutil.pids())) < 60
    assert answer["processes"] == {}
    assert "their states are not counted" in answer["errors"]["processes"]


@_needs_mounts
@_BACKENDS
def test_root_sees_all_processes_whatever_the_mount_hides(backend: str) -> None:
    answer = _answer(backend, "mount -t proc -o hidepid=2 proc /proc", "processes")
    assert answer["processes"]["total_threads"] >= answer["processes"]["total"] > 1
    assert "errors" not in answer


@_needs_mounts
@_BACKENDS
def test_what_this_kernel_does_not_say_of_memory_is_absent(backend: str, tmp_path: Path) -> None:
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 1000 kB\nMemFree: 100 kB\nCached: 300 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n")
    (tmp_path / "vmstat").write_text("nr_free_pages 1\n")
    mounting = f"mount --bind {file} /proc/meminfo && mount --bind {tmp_path}/vmstat /proc/vmstat"
    answer = _answer(backend, mounting, "mem", "swap")
    assert answer["mem"] == {
        "total": 1000 << 10, "free": 100 << 10, "cached": 300 << 10, "available": 400 << 10,
    }  # fmt: skip
    assert answer["swap"] == {"total": 50 << 10, "used": 10 << 10, "free": 40 << 10}


@_needs_mounts
@_BACKENDS
def test_processors_keep_their_numbers_when_others_are_switched_off(backend: str, tmp_path: Path) -> None:
    file = tmp_path / "stat"
    lines = [f"cpu{name} {' '.join(['100'] * 10)}\n" for name in (" ", 0, 2, 7)]
    file.write_text("".join(lines) + "intr 1\nctxt 1\nbtime 1700000000\nprocesses 1\n")
    rows = _answer(backend, f"mount --bind {file} /proc/stat", "cpu")["cpu"]["rows"]
    assert list(rows) == ["cpu-total", "cpu0", "cpu2", "cpu7"]


def _session(machine: Machine, number: str, text: str) -> None:
    machine.write(
        f"run/systemd/sessions/{number}", f"# This is private data. Do not parse.\n{text}LEADER=1\n"
    )


@pytest.mark.parametrize(
    ("sessions", "users"),
    [
        ({}, 0),
        ({"1": "CLASS=user\nTTY=tty1\n", "c2": "CLASS=greeter\nTTY=tty7\n", "4": "CLASS=manager\n"}, 1),
        (
            {
                "1": "CLASS=user\n",
                "2": "CLASS=user-early\n",
                "3": "CLASS=user-light\n",
                "4": "CLASS=background\n",
            },
            3,
        ),
        # The probe's own, over SSH without a terminal, is none; the one whose terminal it was started in is.
        ({"1": "CLASS=user\n", "12": "CLASS=user\nREMOTE=1\n"}, 1),
        ({"1": "CLASS=user\n", "12": "CLASS=user\nTTY=pts/3\n"}, 2),
    ],
)
def test_sessions_of_people_are_counted_and_not_the_probes_own(
    tmp_path: Path, sessions: Mapping[str, str], users: int
) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "run/systemd/sessions").mkdir(parents=True)
    machine.write("proc/self/cgroup", "1:name=systemd:/x\n0::/user.slice/user-0.slice/session-12.scope\n")
    for number, text in sessions.items():
        _session(machine, number, text)
    (tmp_path / "run/systemd/sessions/9.ref").touch()
    assert machine.source.users() == {"n_users": users}


def test_where_nothing_counts_sessions_there_is_no_count(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.write("run/lock/nothing", "")
    assert machine.source.users() is None
    machine.write("run/utmp", "")
    assert machine.source.users() is None


def test_a_session_that_ends_while_it_is_counted_is_none(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    _session(machine, "1", "CLASS=user\nTTY=tty1\n")
    (tmp_path / "run/systemd/sessions/2").symlink_to("gone")
    assert machine.source.users() == {"n_users": 1}
