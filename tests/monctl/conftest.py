"""Fixtures for the tests of commands and daemon."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import Commands
from tests.support.installation import MonctlFolder


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[MonctlFolder]:
    """An installation whose daemon, if any, is gone at the end."""
    installation = MonctlFolder(tmp_path / "monctl")
    yield installation
    installation.stop(signal.SIGKILL)


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """Commands that need no process of their own."""
    return Commands(tmp_path)
