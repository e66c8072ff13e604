"""Fixtures for the tests of commands and daemon."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import MonctlFolder


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[MonctlFolder]:
    """An installation whose daemon, if any, is gone at the end."""
    installation = MonctlFolder(tmp_path / "monctl")
    yield installation
    installation.stop(signal.SIGKILL)
