"""The loops of a whole fleet, against a real sshd."""

import asyncio

import pytest
import uvloop

from metrics.results import PollResult
from poller.fleet import Fleet
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.sshd import Sshd

pytestmark = pytest.mark.sshd


class _Results:
    def __init__(self) -> None:
        self.hosts: set[str] = set()

    def accept(self, result: PollResult) -> None:
        self.hosts.add(result.host)


@pytest.mark.parametrize("after", [0.6, 1.0, 1.4, 1.8])
def test_a_fleet_can_be_left_at_any_moment_of_its_first_log_ins(shared_sshd: Sshd, after: float) -> None:
    errors: list[object] = []

    async def scenario() -> bool:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
        fleet = Fleet([_Results()], ssh_config=SshConfig([]))
        hosts = [host_on(shared_sshd, number) for number in range(60)]
        fleet.apply({host.name: host for host in hosts})
        running = asyncio.create_task(fleet.run())
        await asyncio.sleep(after)
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=20)
        return bool(done)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(scenario())
    assert not errors


def test_a_host_that_is_taken_away_is_polled_no_more_and_the_others_go_on(shared_sshd: Sshd) -> None:
    async def scenario() -> tuple[set[str], set[str]]:
        results = _Results()
        fleet = Fleet([results], ssh_config=SshConfig([]))
        hosts = {host.name: host for host in (host_on(shared_sshd, number) for number in range(3))}
        fleet.apply(hosts)
        running = asyncio.create_task(fleet.run())
        async with asyncio.timeout(30):
            while len(results.hosts) < 3:
                await asyncio.sleep(0.05)
            fleet.apply({name: host for name, host in hosts.items() if name != "host-1"})
            await asyncio.sleep(1.0)
            results.hosts.clear()
            await asyncio.sleep(2.5)
        running.cancel()
        await asyncio.wait([running])
        return results.hosts, set(fleet.hosts)

    polled, known = asyncio.run(scenario())
    assert polled == known == {"host-0", "host-2"}
