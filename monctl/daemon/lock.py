"""The lock that lets one daemon at most run on a data directory."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from monctl.errors import AlreadyRunning, DataDirUnusable

_NAME = "monctl.daemon.lock"
_TRIES = 10
_TRY_SECONDS = 0.02


@contextlib.contextmanager
def daemon_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory, however the process ends; raises AlreadyRunning and DataDirUnusable."""
    with _open_lock_file(data_dir) as file:
        if not _take_lock(file):
            raise AlreadyRunning(data_dir, _pid(data_dir))
        with contextlib.suppress(OSError):  # on a full disk the lock holds without saying whose it is
            file.truncate(0)
            os.write(file.fileno(), f"{os.getpid()}\n".encode())
        yield


def _open_lock_file(data_dir: Path) -> IO[str]:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (data_dir / _NAME).open("a+")
    except OSError as error:
        raise DataDirUnusable(f"data directory {data_dir}: {str(error.strerror).lower()}") from error


def _take_lock(file: IO[str]) -> bool:
    """Take the lock; tries again for a moment, since `running_daemon` of another process holds it for one."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_TRY_SECONDS)
        else:
            return True
    return False


def running_daemon(data_dir: Path) -> bool:
    """Whether a daemon polls from this data directory now."""
    try:
        # a shared lock: two processes that ask at once do not take each other for a daemon
        with (data_dir / _NAME).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / _NAME).read_text())
    except (OSError, ValueError):
        return None
