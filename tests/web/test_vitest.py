"""The dashboard's own tests and checks, which run in Node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_UI = Path(__file__).parent.parent.parent / "web" / "ui"
_REQUIRED = os.environ.get("MONCTL_TEST_REQUIRE_SERVICES") == "1"

pytestmark = [pytest.mark.node, pytest.mark.timeout(400)]


def _npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    npm = shutil.which("npm")
    assert npm is not None
    return subprocess.run(
        [npm, *arguments],
        cwd=_UI,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    """What the tests need beside what the build has."""
    if (_UI / "node_modules" / "vitest").is_dir():
        return
    done = _npm("ci", "--no-audit", "--no-fund")
    if done.returncode != 0:
        told = f"npm ci in web/ui does not work: {done.stderr[-500:]}"
        pytest.fail(told) if _REQUIRED else pytest.skip(told)


@pytest.mark.parametrize("script", ["test", "lint"])
def test_the_dashboards_own_tests_and_checks_pass(script: str) -> None:
    done = _npm("run", "--silent", script)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
