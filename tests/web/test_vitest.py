"""The dashboard's own tests and checks, which run in Node."""

import pytest

from tests.support.node_packages import install_packages, npm

pytestmark = [pytest.mark.node, pytest.mark.timeout(400)]


@pytest.mark.parametrize("script", ["test", "lint"])
def test_the_dashboards_own_tests_and_checks_pass(script: str) -> None:
    install_packages()
    done = npm("run", "--silent", script)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
