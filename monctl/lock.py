"""One daemon a data directory."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from monctl.errors import AlreadyRunning

_NAME = "monctl.lock"


@contextlib.contextmanager
def daemon_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; raises AlreadyRunning. It is let go however the process ends."""
    data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    with (data_dir / _NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(data_dir, _pid(data_dir)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def running_daemon(data_dir: Path) -> bool:
    """Whether a daemon polls from this data directory now."""
    try:
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
