"""A file system that does not answer costs neither the other mounts nor the next answer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.poller.probe.running import RunningProbe, running

# In a mount namespace of its own: mounts a FUSE file system whose other end nobody serves, then becomes the
# probe. statvfs on it hangs in the kernel for good.
MOUNTING = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
kept = []
for path in sys.argv[1:]:
    fd = os.open("/dev/fuse", os.O_RDWR)
    os.set_inheritable(fd, True)
    kept.append(fd)
    options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % fd
    if libc.mount(b"filer:/export" + path.encode(), path.encode(), b"fuse.sshfs", 0, options.encode()):
        sys.exit("mount: " + os.strerror(ctypes.get_errno()))
os.execv(sys.executable, [sys.executable, "-c", "exec(input())"])
"""


def _can_mount() -> bool:
    if os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.skipif(not _can_mount(), reason="dead mounts need root, /dev/fuse and mount namespaces"),
]


@contextmanager
def running_with(paths: list[Path], backend: str) -> Iterator[RunningProbe]:
    """A probe that sees dead mounts at `paths`; they go with it."""
    command = ["unshare", "-m", "--propagation", "private", sys.executable, "-c", MOUNTING, *map(str, paths)]
    with running(backend, command=command) as probe:
        yield probe


def _threads(probe: RunningProbe) -> int:
    return len(os.listdir(f"/proc/{probe.process.pid}/task"))


@pytest.fixture(params=["psutil", "proc"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend."""
    name: str = request.param
    return name


def _directories(tmp_path: Path, number: int) -> list[Path]:
    paths = [tmp_path / f"dead-{i}" for i in range(number)]
    for path in paths:
        path.mkdir()
    return paths


def test_the_answer_names_the_dead_mount_and_has_the_others(tmp_path: Path, backend: str) -> None:
    (dead,) = _directories(tmp_path, 1)
    with running_with([dead], backend) as probe:
        started = time.monotonic()
        answer = probe.ask("cpu", "disk", "netfs", "processes", "users", deadline=1.0)
        assert time.monotonic() - started < 10
        assert answer["errors"] == {"disk": f"{dead} did not answer within 1 s"}
        assert "/" in {row["path"] for row in answer["disk"]}
        assert {"cpu", "processes", "users"} <= set(answer)


def test_a_dead_mount_is_not_asked_again_and_no_threads_pile_up(tmp_path: Path, backend: str) -> None:
    (dead,) = _directories(tmp_path, 1)
    with running_with([dead], backend) as probe:
        probe.ask("disk", "netfs", deadline=0.3)
        threads = _threads(probe)
        for _ in range(5):
            answer = probe.ask("disk", "netfs", "users", deadline=0.3)
            assert answer["errors"]["disk"].startswith(f"{dead} has not answered for ")
            assert "/" in {row["path"] for row in answer["disk"]}
            assert "users" in answer
        assert _threads(probe) <= threads + 1  # the one that did this answer's jobs may be about to end


def test_many_dead_mounts_take_a_bounded_number_of_threads(tmp_path: Path, backend: str) -> None:
    dead = _directories(tmp_path, 20)
    with running_with(dead, backend) as probe:
        for number in range(3):
            answer = probe.ask("disk", "netfs", "users", "netstat", deadline=0.3, number=number)
            assert answer["id"] == number
            assert {"users", "netstat"} <= set(answer)
            assert set(answer["errors"]) == {"disk"}
            assert "/" in {row["path"] for row in answer["disk"]}
        assert _threads(probe) <= 9


def test_without_netfs_a_dead_network_mount_is_never_asked(tmp_path: Path, backend: str) -> None:
    (dead,) = _directories(tmp_path, 1)
    with running_with([dead], backend) as probe:
        answer = probe.ask("disk", deadline=0.3)
        assert "errors" not in answer
        assert "/" in {row["path"] for row in answer["disk"]}


def test_the_end_of_input_ends_a_probe_with_a_hanging_thread(tmp_path: Path, backend: str) -> None:
    (dead,) = _directories(tmp_path, 1)
    with running_with([dead], backend) as probe:
        probe.ask("disk", "netfs", deadline=0.2)
        assert _threads(probe) == 2
        probe.input.close()
        assert probe.process.wait(10) == 0
