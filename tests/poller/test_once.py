"""One round over some hosts, and nothing left of it."""

import asyncio
from dataclasses import replace

import pytest

from metrics.results import Outcome, PollResult
from poller.once import poll_once
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.ports import free_port
from tests.support.sshd import Sshd

pytestmark = [pytest.mark.sshd, pytest.mark.anyio]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_each_host_is_told_of_when_it_is_done_two_results_or_the_one_failure(shared_sshd: Sshd) -> None:
    good, bad = host_on(shared_sshd, 1), replace(host_on(shared_sshd, 2), port=free_port())
    found: list[list[tuple[str, Outcome]]] = []
    connector = SshConnector(config=SshConfig([]))
    await poll_once(
        connector,
        [good, bad],
        lambda results: found.append([(one.host, one.outcome) for one in results]),
        rate_seconds=0.01,
    )
    connector.close()
    assert found == [[(bad.name, Outcome.REFUSED)], [(good.name, Outcome.OK)] * 2]


async def test_whoever_gives_up_leaves_nothing_running(shared_sshd: Sshd) -> None:
    before = asyncio.all_tasks()
    first = asyncio.Event()
    found: list[tuple[PollResult, ...]] = []

    def accept(results: tuple[PollResult, ...]) -> None:
        found.append(results)
        first.set()

    hosts = [host_on(shared_sshd, 1), replace(host_on(shared_sshd, 2), port=free_port())]
    connector = SshConnector(config=SshConfig([]))
    polling = asyncio.create_task(poll_once(connector, hosts, accept, rate_seconds=3600))
    async with asyncio.timeout(30):
        await first.wait()
        polling.cancel()
        await asyncio.wait([polling])
    connector.close()
    assert polling.cancelled()
    assert asyncio.all_tasks() == before
    assert len(found) == 1
