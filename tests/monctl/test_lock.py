"""One daemon a data directory, whatever becomes of it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monctl.daemon.lock import daemon_lock, running_daemon
from monctl.errors import AlreadyRunning

_HOLD = """
import sys
from pathlib import Path
from monctl.daemon.lock import daemon_lock
with daemon_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def _holder(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the directory until its standard input ends."""
    command = [sys.executable, "-c", _HOLD, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        assert running_daemon(tmp_path)
        with pytest.raises(AlreadyRunning, match=f"process {process.pid}") as caught, daemon_lock(tmp_path):
            pytest.fail("both hold it")
        assert caught.value.pid == process.pid
        assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("number", [signal.SIGKILL, None])
def test_the_directory_is_free_again_however_its_holder_ends(
    tmp_path: Path, number: signal.Signals | None
) -> None:
    with _holder(tmp_path) as process:
        if number is not None:
            os.kill(process.pid, number)
    assert not running_daemon(tmp_path)
    with daemon_lock(tmp_path):
        assert running_daemon(tmp_path)
        assert (tmp_path / "monctl.daemon.lock").read_text() == f"{os.getpid()}\n"


def test_asking_whether_a_daemon_runs_leaves_nothing_behind(tmp_path: Path) -> None:
    assert not running_daemon(tmp_path / "none")
    assert not running_daemon(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_made_and_closed_to_others(tmp_path: Path) -> None:
    with daemon_lock(tmp_path / "a" / "data"):
        assert (tmp_path / "a" / "data").stat().st_mode & 0o007 == 0
