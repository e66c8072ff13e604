"""The dashboard's development packages, which its build does without."""

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).parent.parent.parent / "web" / "ui"

_PACKAGES = UI / "node_modules"
_NEEDED = ("vitest", "axe-core", "@biomejs/biome", "openapi-typescript", "typescript-native")
_REQUIRED = os.environ.get("MONCTL_TEST_REQUIRE_SERVICES") == "1"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other workers from web/ui meanwhile: what one has made there, the next finds made."""
    with (UI / "package-lock.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in web/ui to its end."""
    program = shutil.which("npm")
    assert program is not None
    return subprocess.run(
        [program, *arguments],
        cwd=UI,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def install_packages() -> None:
    """Have them there; a test that needs them is left out where they cannot be fetched, or fails."""
    with one_at_a_time():
        if all((_PACKAGES / name).is_dir() for name in _NEEDED):
            return
        if shutil.which("npm") is None:
            _leave_out("npm is not installed")
        result = npm("ci", "--no-audit", "--no-fund")
    if result.returncode != 0:
        _leave_out(f"npm ci in web/ui does not work: {result.stderr[-500:]}")


def _leave_out(why: str) -> None:
    if _REQUIRED:
        pytest.fail(why)
    pytest.skip(why)
