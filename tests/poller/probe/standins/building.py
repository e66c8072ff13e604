"""What the stand-ins are built with."""

import os
import sys
import types
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Error(Exception):
    """As psutil.Error."""


class NoSuchProcess(Error):
    """As psutil.NoSuchProcess."""


class AccessDenied(Error):
    """As psutil.AccessDenied."""


def record(fields: str, *values: Any) -> Any:
    """A named tuple with exactly these fields."""
    return namedtuple("record", fields.split())(*values)


class Process:
    """A process with as_dict and username; `hidden` are the figures that this user may not see."""

    def __init__(
        self, pid: int, user: str | None, figures: Mapping[str, Any], *, is_gone: bool = False
    ) -> None:
        self.pid = pid
        self._user = user
        self._figures = figures
        self._is_gone = is_gone

    def as_dict(self, attrs: Sequence[str], ad_value: Any = None) -> dict[str, Any]:
        """The figures; what may not be seen is `ad_value`."""
        if self._is_gone:
            raise NoSuchProcess(self.pid)
        known = {"name", "status", "num_threads", "cpu_times", "memory_info", "create_time"}
        assert set(attrs) <= known
        return {name: self._figures.get(name, ad_value) for name in attrs}

    def username(self) -> str:
        """The user's name."""
        if self._user is None:
            raise AccessDenied(self.pid)
        return self._user


def install(platform: str, functions: Mapping[str, Any], processes: Sequence[Process]) -> None:
    """Make this process look like `platform` with a psutil of these functions, and without Linux's files."""
    fake = types.ModuleType("psutil")
    by_pid = {process.pid: process for process in processes}
    common: dict[str, Any] = {
        "__version__": "7.2.2",
        "Error": Error,
        "NoSuchProcess": NoSuchProcess,
        "AccessDenied": AccessDenied,
        "Process": by_pid.__getitem__,
        "process_iter": lambda: iter(processes),
    }
    for name, value in {**common, **functions}.items():
        setattr(fake, name, value)
    sys.modules["psutil"] = fake
    sys.platform = platform
    os.open = _without_linux_files(os.open)


def _without_linux_files(real: Callable[..., int]) -> Any:
    def opener(path: str, *rest: Any, **more: Any) -> int:
        if str(path).startswith(("/proc", "/sys", "/run", "/etc")):
            raise FileNotFoundError(2, "No such file or directory", path)
        return real(path, *rest, **more)

    return opener


def take_away(module: Any, *names: str) -> None:
    """Remove what a system's module does not have."""
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
