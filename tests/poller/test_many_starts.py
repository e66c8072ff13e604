"""Many hosts on one machine whose shell is slow to start, as with a version manager in its start files."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.probing.session import HostSession
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.sshd import Sshd, running_sshd

pytestmark = pytest.mark.sshd

_CPU_SECONDS = 0.15
_HOSTS = 20
_SHELL = f"""#!/bin/sh
{sys.executable} -IS -c 'import time
while time.process_time() < {_CPU_SECONDS}: pass'
exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
"""


@pytest.fixture(scope="module")
def slow_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server on one processor, each of whose sessions costs CPU before it does anything."""
    folder = tmp_path_factory.mktemp("slow")
    shell = folder / "slow_shell"
    shell.write_text(_SHELL)
    shell.chmod(0o755)
    processor = str(min(os.sched_getaffinity(0)))
    options = (f"ForceCommand {shell}",)
    with running_sshd(folder, options=options, prefix=("taskset", "-c", processor)) as server:
        yield server


async def _ask_until_it_answers(session: HostSession) -> int:
    """How often the host failed before it answered."""
    failures = 0
    while True:
        try:
            await session.ask(("system",))
        except PollFailed:
            failures += 1
        else:
            return failures


async def _bring_up(hosts: list[HostSpec]) -> list[int]:
    connector = SshConnector(config=SshConfig([]))
    sessions = [HostSession(host, connector.connect, starts=connector.starts) for host in hosts]
    try:
        async with asyncio.timeout(45):
            return await asyncio.gather(*(_ask_until_it_answers(session) for session in sessions))
    finally:
        await asyncio.gather(*(session.close() for session in sessions))
        connector.close()


def test_all_come_up_though_together_they_would_exceed_every_deadline(slow_sshd: Sshd) -> None:
    # together each would take five seconds or more, and each has three for its start
    hosts = [host_on(slow_sshd, number, python=sys.executable, timeout=1.0) for number in range(_HOSTS)]
    assert len(asyncio.run(_bring_up(hosts))) == _HOSTS


def test_a_start_may_take_longer_than_a_poll(tmp_path: Path) -> None:
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\nsleep 1.2\nexec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n')
    shell.chmod(0o755)

    async def scenario(host: HostSpec) -> None:
        connector = SshConnector(config=SshConfig([]))
        session = HostSession(host, connector.connect, starts=connector.starts)
        try:
            await session.ask(("system",))
        finally:
            await session.close()
            connector.close()

    with running_sshd(tmp_path / "sshd", options=(f"ForceCommand {shell}",)) as server:
        asyncio.run(scenario(host_on(server, python=sys.executable, timeout=1.0)))


def test_a_start_that_takes_too_long_is_told_as_that(shared_sshd: Sshd) -> None:
    async def scenario(host: HostSpec) -> PollFailed | None:
        connector = SshConnector(config=SshConfig([]))
        session = HostSession(host, connector.connect, starts=connector.starts)
        failure = None
        try:
            await session.ask(("system",))
        except PollFailed as error:
            failure = error
        finally:
            with contextlib.suppress(PollFailed):
                await session.close()
            connector.close()
        return failure

    failure = asyncio.run(scenario(host_on(shared_sshd, python="sleep 60 #", timeout=0.4)))
    assert failure is not None
    assert failure.outcome is Outcome.LATE
    assert failure.detail == "connected, but the probe did not start within 1.2 s"
