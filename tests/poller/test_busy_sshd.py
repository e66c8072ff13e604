"""Many hosts behind one sshd that takes only so many log-ins at the same time, as Debian's does."""

import asyncio
from pathlib import Path

import pytest

from inventory.host import HostSpec
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.sshd import running_sshd

pytestmark = pytest.mark.sshd


async def _log_in_and_leave(connector: SshConnector, host: HostSpec) -> bool:
    link = await connector.connect(host)
    await link.close()
    return True


def test_every_host_gets_in_though_sshd_turns_away_those_beyond_its_max_startups(tmp_path: Path) -> None:
    async def scenario() -> list[bool]:
        connector = SshConnector(config=SshConfig([]))
        hosts = [host_on(server, number, timeout=60.0) for number in range(60)]
        try:
            return await asyncio.gather(*(_log_in_and_leave(connector, host) for host in hosts))
        finally:
            connector.close()

    with running_sshd(tmp_path, options=("MaxStartups 5:50:20",)) as server:
        assert asyncio.run(scenario()) == [True] * 60
