"""Configurations, keys and known_hosts that hang cost their hosts alone, and never the end of the daemon."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.ssh_config import SshConfig
from tests.support.commands import Commands
from tests.support.installation import MonctlFolder
from tests.support.prepared import MAIN, Process, Streams
from tests.support.sshd import Sshd, command_line

pytestmark = pytest.mark.sshd


# In a mount namespace of its own: a FUSE file system whose other end nobody serves, then whatever follows.
_WITH_DEAD_MOUNT = """
import ctypes, os, sys
descriptor = os.open("/dev/fuse", os.O_RDWR)
os.set_inheritable(descriptor, True)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % descriptor
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"filer:/export", sys.argv[1].encode(), b"fuse.sshfs", 0, options.encode()):
    sys.exit("mount: " + os.strerror(ctypes.get_errno()))
os.execv(sys.argv[2], sys.argv[2:])
"""


class WithHome(MonctlFolder):
    """An installation whose user has a home of the test's own, and `dead`, a mount that does not answer."""

    has_dead_mount = False

    @property
    def dead(self) -> Path:
        """Where whoever looks waits for good."""
        return self.folder / "dead"

    def _process(self, args: list[str], streams: Streams, *, function: str = MAIN) -> Process:
        if not self.has_dead_mount:
            return super()._process(args, streams, function=function)
        module, _, name = function.partition(":")
        within = [sys.executable, "-c", f"from {module} import {name}; {name}()", *args]
        unshare = ["unshare", "-m", "--propagation", "private", sys.executable, "-c", _WITH_DEAD_MOUNT]
        stdin, stdout, stderr = streams
        return subprocess.Popen(
            [*unshare, str(self.dead), *within],
            cwd=self.folder,
            env=self.environ(),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
        )

    def environ(self) -> dict[str, str]:
        """The environment of every command."""
        return super().environ() | {"HOME": str(self.folder / "home")}


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[WithHome]:
    """A daemon's folder."""
    installation = WithHome(tmp_path / "monctl")
    (installation.folder / "home" / ".ssh").mkdir(parents=True, mode=0o700)
    installation.dead.mkdir()
    yield installation
    installation.stop(signal.SIGKILL)


@pytest.mark.netns
@pytest.mark.skipif(not os.access("/dev/fuse", os.R_OK | os.W_OK), reason="a dead mount needs /dev/fuse")
def test_what_hangs_keeps_the_good_hosts_on_time_and_the_end_quick(
    monctl: WithHome, shared_sshd: Sshd
) -> None:
    """Commands of the ssh configuration, keys and known_hosts, more of each than there are threads for."""
    monctl.has_dead_mount = True
    mark = f"sleep 27{os.getpid()}"
    (monctl.folder / "home/.ssh/config").write_text(f'Match originalhost hung* exec "{mark}"\n Port 1\n')
    hung = {f"hung-{number}": "timeout: 2s" for number in range(12)}
    hung |= {f"key-{number}": f"timeout: 2s, key: {monctl.dead}/key-{number}" for number in range(70)}
    hung |= {f"known-{number}": f"timeout: 2s, known_hosts: {monctl.dead}/{number}" for number in range(5)}
    monctl.write_hosts(shared_sshd, hung | {"good": "address: 127.0.0.2"})
    monctl.start()
    assert monctl.wait_for(lambda: monctl.states().get("good") == ("ok", None), 60), monctl.log
    assert monctl.wait_for(lambda: {monctl.states()[name][0] for name in hung} == {"down"}), monctl.states()
    states = monctl.states()
    assert (states["good"], states["hung-3"]) == (("ok", None), ("down", "timeout"))
    assert monctl.wait_for(lambda: _hanging_reads(monctl) > 0)
    assert monctl.stop() < 15  # it would be ended by force after 20
    assert monctl.wait_for(lambda: not _running(mark), 20)


def _hanging_reads(monctl: WithHome) -> float:
    lines = monctl.api("GET", "/../../metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("monctl_poller_hanging_reads "))


def _running(words: str) -> int:
    pids = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return sum(command_line(pid).startswith(words) for pid in pids)


def test_checking_a_host_whose_configuration_hangs_ends_in_its_time(
    monctl: WithHome, shared_sshd: Sshd
) -> None:
    (monctl.folder / "home/.ssh/config").write_text('Match originalhost hung exec "sleep 300"\n Port 1\n')
    monctl.write_hosts(shared_sshd, {"hung": "timeout: 1s"})
    started = time.monotonic()
    done = Commands(monctl.folder).run("hosts", "check", "hung", environ=monctl.environ())
    assert done.exit_code == 1
    assert "Match exec" in done.stdout
    assert time.monotonic() - started < 60


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
    assert time.monotonic() - started < 60
    failures = [answer for answer in answers if isinstance(answer, PollFailed)]
    assert len(failures) == len(hosts)
    assert {failure.outcome for failure in failures} == {Outcome.TIMEOUT}
