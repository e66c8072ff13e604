"""Fixtures for all tests, and what happens to tests whose services are missing."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import database, engine, postgres, sqlite_template
from tests.support.examples import register_profiles
from tests.support.haste import hash_cheaply
from tests.support.scheduler import ModuleScheduling, arrange
from tests.support.sshd import SSHD, Sshd, running_sshd

__all__ = ["database", "engine", "postgres", "sqlite_template"]

register_profiles()

# of whatever terminal the tests are run in, or are not; a test says itself how wide its own is
for _size in ("COLUMNS", "LINES"):
    os.environ.pop(_size, None)

_GC_THRESHOLDS = (20_000, 10, 50)

_REQUIRED = os.environ.get("MONCTL_TEST_REQUIRE_SERVICES") == "1"

POSTGRESQL = next(Path("/usr/lib/postgresql").glob("*/bin/initdb"), None) or shutil.which("initdb")
INFLUXD = shutil.which("influxd")
INFLUX_URL = os.environ.get("MONCTL_TEST_INFLUX_URL")

_SERVICES = {
    "sshd": (SSHD is not None, "openssh-server is not installed"),
    "promtool": (shutil.which("promtool") is not None, "promtool (Debian's prometheus) is not installed"),
    "curl": (shutil.which("curl") is not None, "curl is not installed"),
    "postgresql": (POSTGRESQL is not None, "postgresql is not installed"),
    "influxdb": (INFLUXD is not None or INFLUX_URL is not None, "influxdb is not installed"),
    "influxd": (INFLUXD is not None, "influxdb is not installed"),
    "chromium": (
        any(map(shutil.which, ("chromium-headless-shell", "chromium"))),
        "neither chromium-headless-shell nor chromium is installed",
    ),
    "node": (shutil.which("npm") is not None, "Node.js is not installed"),
    "systemd": (shutil.which("systemd-analyze") is not None, "systemd is not installed"),
    "sysstat": (shutil.which("mpstat") is not None, "sysstat (mpstat, iostat) is not installed"),
    "sqlite3": (shutil.which("sqlite3") is not None, "the command sqlite3 is not installed"),
    "netns": (os.geteuid() == 0, "needs root"),
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ModuleScheduling:
    """Share tests out by modules and groups."""
    return ModuleScheduling(config, log)


def pytest_collection_finish() -> None:
    """Take what is imported and collected by now out of what the garbage collector looks through.

    That took a fifth of a worker's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what takes long begin first."""
    arrange(items)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose service is missing, or fail it where all services are required."""
    for name, (present, why) in _SERVICES.items():
        if item.get_closest_marker(name) is not None and not present:
            if _REQUIRED:
                pytest.fail(f"{name}: {why}, and MONCTL_TEST_REQUIRE_SERVICES is set")
            pytest.skip(why)


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> None:
    """Passwords are hashed at the least cost there is: no test asks how long that takes."""
    hash_cheaply()


@pytest.fixture(scope="session")
def sshd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and configuration of the shared server."""
    return tmp_path_factory.mktemp("sshd")


@pytest.fixture(scope="session")
def shared_sshd(sshd_folder: Path) -> Iterator[Sshd]:
    """One server for all tests that do it no harm."""
    with running_sshd(sshd_folder) as server:
        yield server


@pytest.fixture
def own_sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A server of the test's own, to be stopped, restarted and given new keys."""
    with running_sshd(tmp_path / "sshd") as server:
        yield server
