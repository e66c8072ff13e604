"""Configurations, keys and known_hosts that hang cost their hosts alone, and never the end of the daemon."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.ssh_config import SshConfig
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd, command_line

pytestmark = pytest.mark.sshd


class WithHome(MonctlFolder):
    """An installation whose user has a home of the test's own."""

    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        return super().environ() | {"HOME": str(self.folder / "home")}


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[WithHome]:
    """A daemon's folder."""
    installation = WithHome(tmp_path / "monctl")
    (installation.folder / "home" / ".ssh").mkdir(parents=True, mode=0o700)
    yield installation
    installation.stop(signal.SIGKILL)


def test_a_command_that_hangs_keeps_the_good_hosts_on_time_and_the_end_quick(
    monctl: WithHome, shared_sshd: Sshd
) -> None:
    mark = f"sleep 27{os.getpid()}"
    (monctl.folder / "home/.ssh/config").write_text(f'Match originalhost hung* exec "{mark}"\n Port 1\n')
    hung = [f"hung-{number}" for number in range(8)]
    hosts = dict.fromkeys(hung, "timeout: 2s, interval: 1s") | {"good": "address: 127.0.0.2"}
    monctl.write_hosts(shared_sshd, hosts)
    monctl.start()
    wanted = dict.fromkeys(hung, ("down", "timeout")) | {"good": ("ok", None)}
    assert monctl.wait_for(lambda: monctl.states() == wanted), monctl.states()
    assert monctl.stop() < 8
    assert not [
        path for path in Path("/proc").glob("[0-9]*") if command_line(int(path.name)).startswith(mark)
    ]


def test_checking_a_host_whose_configuration_hangs_ends_in_its_time(
    monctl: WithHome, shared_sshd: Sshd
) -> None:
    (monctl.folder / "home/.ssh/config").write_text('Match originalhost hung exec "sleep 300"\n Port 1\n')
    monctl.write_hosts(shared_sshd, {"hung": "timeout: 1s"})
    started = time.monotonic()
    done = monctl.run("hosts", "check", "hung")
    assert done.returncode == 1
    assert "Match exec" in done.stdout
    assert time.monotonic() - started < 20


@pytest.mark.anyio
async def test_an_included_pipe_that_nobody_writes_to_is_waited_for_no_longer_than_the_host(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "config").write_text(f"Include {tmp_path}/pipe\n")
    config = SshConfig([tmp_path / "config"])
    hosts = [HostSpec(name=f"h{n}", address=f"h{n}", timeout=0.5) for n in range(20)]
    started = time.monotonic()
    answers = await asyncio.gather(*map(config.resolve, hosts), return_exceptions=True)
    assert time.monotonic() - started < 15
    failures = [answer for answer in answers if isinstance(answer, PollFailed)]
    assert len(failures) == len(hosts)
    assert {failure.outcome for failure in failures} == {Outcome.TIMEOUT}
