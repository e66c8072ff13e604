"""Many hosts behind one sshd that takes only so many log-ins at the same time, as Debian's does."""

import asyncio
from pathlib import Path

import pytest

from inventory.host import HostSpec
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.sshd import Sshd, running_sshd

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


async def _fails(connector: SshConnector, host: HostSpec) -> bool:
    with pytest.raises(PollFailed):
        await connector.connect(host)
    return True


def test_hosts_that_are_down_are_dialled_many_at_once_though_few_log_in_at_once(shared_sshd: Sshd) -> None:
    now = most = 0

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await reader.read()
        now -= 1
        writer.close()

    async def scenario() -> None:
        connector = SshConnector(config=SshConfig([]), handshakes=20)
        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        host = host_on(shared_sshd, address="127.0.0.1", port=port, timeout=1.0)
        try:
            await asyncio.gather(*(_fails(connector, host) for _ in range(30)))
        finally:
            connector.close()
            server.close()

    asyncio.run(scenario())
    assert 15 <= most <= 20
