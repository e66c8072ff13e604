"""Fixtures for the tests that break things on purpose."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.folder import AlertsFolder
from tests.support.receivers import HttpReceiver, running_http_receiver
from tests.support.sshd import Sshd


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    """Where the channel `ops` leads to."""
    with running_http_receiver() as running:
        yield running


@pytest.fixture
def second() -> Iterator[HttpReceiver]:
    """Where a channel `boss` leads to, for tests that have one."""
    with running_http_receiver() as running:
        yield running


@pytest.fixture
def monctl(tmp_path: Path, shared_sshd: Sshd, receiver: HttpReceiver) -> Iterator[AlertsFolder]:
    """An installation whose daemon, if any, is gone at the end."""
    installation = AlertsFolder(tmp_path / "monctl", shared_sshd, ops=receiver)
    yield installation
    installation.stop(signal.SIGKILL)
