"""An SSH server that sends without an end is cut off and told; meanwhile the event loop serves the others."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome, PollResult
from poller.errors import PollFailed
from poller.loop import HostPoller
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.shown_keys import shown_keys
from poller.ssh.ssh_config import SshConfig
from tests.hostile import lying_sshd
from tests.hostile.liar import Liar, running_liar
from tests.support.hosts import host_on
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd

pytestmark = pytest.mark.sshd

_MOST_SECONDS = 0.6
_TICK_SECONDS = 0.01
_HONEST = 5

_CUT_OFF = sorted((*lying_sshd.FLOODS.keys() - {"after-answer"}, lying_sshd.BANNERS, *lying_sshd.RAW))


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Liar]:
    with running_liar(tmp_path_factory.mktemp("liar")) as liar:
        yield liar


class Ticker:
    """Notes how long the event loop's thread works without coming round.

    In the processor's time: that somebody else has the processor is nobody's fault here.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        """Tick until cancelled."""
        before = time.thread_time()
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = time.thread_time()
            self.longest, before = max(self.longest, now - before), now


@contextlib.asynccontextmanager
async def _poller(connector: SshConnector, host: HostSpec) -> AsyncIterator[HostPoller]:
    poller = HostPoller(host, connector.connect, starts=connector.starts)
    try:
        yield poller
    finally:
        await poller.close()


async def _poll_honestly(connector: SshConnector, host: HostSpec, results: list[PollResult]) -> None:
    async with _poller(connector, host) as poller:
        while True:
            results.append(await poller.poll())
            await asyncio.sleep(0.1)


def _beside_honest_hosts(
    honest: Sshd, act: Callable[[SshConnector], Awaitable[None]], *, honest_hosts: int = 1
) -> None:
    """Act while honest hosts are polled; these must not notice, nor the event loop stand still."""

    async def scenario() -> None:
        connector = SshConnector(config=SshConfig([]))
        results: list[PollResult] = []
        ticker = Ticker()
        async with asyncio.TaskGroup() as group:
            hosts = [host_on(honest, number) for number in range(honest_hosts)]
            tasks = [group.create_task(_poll_honestly(connector, host, results)) for host in hosts]
            while len(results) < honest_hosts:
                await asyncio.sleep(_TICK_SECONDS)
            tasks.append(group.create_task(ticker.run()))
            await act(connector)
            await asyncio.sleep(5 * _TICK_SECONDS)
            for task in tasks:
                task.cancel()
        connector.close()
        assert {result.outcome for result in results} == {Outcome.OK}
        assert ticker.longest < _MOST_SECONDS

    asyncio.run(scenario())


@pytest.mark.parametrize("mode", _CUT_OFF)
def test_a_flood_is_cut_off_told_and_backed_off(shared_sshd: Sshd, liar: Liar, mode: str) -> None:
    async def act(connector: SshConnector) -> None:
        async with _poller(connector, liar.host(mode)) as poller:
            result = await poller.poll()
            assert result.outcome is Outcome.BAD_OUTPUT, result.detail
            assert result.detail
            started = time.thread_time()
            assert (await poller.poll()).outcome is Outcome.BAD_OUTPUT
            assert time.thread_time() - started < _MOST_SECONDS

    _beside_honest_hosts(shared_sshd, act)


def test_a_flood_between_two_questions_is_told_with_the_next(shared_sshd: Sshd, liar: Liar) -> None:
    async def act(connector: SshConnector) -> None:
        async with _poller(connector, liar.host("after-answer")) as poller:
            assert (await poller.poll()).outcome is Outcome.OK
            link = poller._session._link
            assert link is not None
            async with asyncio.timeout(10):
                while not link.is_lost:
                    await asyncio.sleep(_TICK_SECONDS)
            result = await poller.poll()
            assert result.outcome is Outcome.BAD_OUTPUT
            assert "cut off" in result.detail

    _beside_honest_hosts(shared_sshd, act)


def test_one_liar_of_each_kind_at_once_does_not_stop_the_loop(shared_sshd: Sshd, liar: Liar) -> None:
    async def poll(connector: SshConnector, mode: str) -> None:
        async with _poller(connector, liar.host(mode)) as poller:
            assert (await poller.poll()).outcome is Outcome.BAD_OUTPUT

    async def act(connector: SshConnector) -> None:
        async with asyncio.TaskGroup() as group:
            for mode in _CUT_OFF:
                group.create_task(poll(connector, mode))

    _beside_honest_hosts(shared_sshd, act, honest_hosts=_HONEST)


def test_a_rightful_answer_of_a_mebibyte_is_taken_again_and_again(shared_sshd: Sshd, liar: Liar) -> None:
    async def act(connector: SshConnector) -> None:
        async with _poller(connector, liar.host(lying_sshd.BIG_ANSWER)) as poller:
            for _ in range(5):
                result = await poller.poll()
                assert result.outcome is Outcome.OK, result.detail

    _beside_honest_hosts(shared_sshd, act)


@pytest.mark.parametrize("mode", ["ignore", "window", "login-banners"])
def test_a_flood_from_behind_a_jump_host_leaves_the_jump_host_and_others_alone(
    shared_sshd: Sshd, liar: Liar, mode: str
) -> None:
    async def scenario() -> None:
        connector = SshConnector(config=SshConfig([]), find_host=lambda name: host_on(shared_sshd))
        honest_host = host_on(shared_sshd, 2, jump="bastion")
        async with (
            _poller(connector, honest_host) as honest,
            _poller(connector, liar.host(mode, jump="bastion")) as lying,
        ):
            assert (await honest.poll()).outcome is Outcome.OK
            result = await lying.poll()
            assert result.outcome is Outcome.BAD_OUTPUT, result.detail
            again = await honest.poll()
            assert (again.outcome, again.facts) == (Outcome.OK, None)  # over the connection that it had
        connector.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("mode", ["raw-ignore", "raw-lines"])
def test_a_host_whose_keys_are_asked_for_is_cut_off_too(shared_sshd: Sshd, liar: Liar, mode: str) -> None:
    async def act(connector: SshConnector) -> None:
        with pytest.raises(PollFailed) as failed:
            await shown_keys(connector, liar.host(mode))
        assert failed.value.outcome is Outcome.BAD_OUTPUT

    _beside_honest_hosts(shared_sshd, act)


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
def test_the_dearest_key_exchange_holds_the_loop_no_longer_than_that(shared_sshd: Sshd, liar: Liar) -> None:
    async def act(connector: SshConnector) -> None:
        async with _poller(connector, liar.host(lying_sshd.SLOW_KEYS)) as poller:
            await poller.poll()

    _beside_honest_hosts(shared_sshd, act)


_DAEMON_MODES = ("window", "raw-ignore")


@pytest.mark.timeout(240)
def test_a_daemon_tells_liars_as_bad_output_and_polls_the_honest_on_time(
    shared_sshd: Sshd, liar: Liar, tmp_path: Path
) -> None:
    monctl = MonctlFolder(tmp_path / "monctl")
    liars = {mode: liar.host(mode) for mode in _DAEMON_MODES}
    entries = {
        name: f"address: 127.0.0.1, port: {host.port}, user: {host.user}, key: {host.key[0]},"
        f" known_hosts: {host.known_hosts}"
        for name, host in liars.items()
    }
    honest = {f"web-{number}": f"address: 127.0.0.{number}" for number in range(1, 3)}
    monctl.write_hosts(shared_sshd, entries | honest)
    monctl.start()
    try:
        wanted = dict.fromkeys(liars, ("down", "bad_output")) | dict.fromkeys(honest, ("ok", None))
        assert monctl.wait_for(lambda: monctl.states() == wanted, 90), (monctl.states(), monctl.log)
        for _ in range(5):
            time.sleep(0.5)
            states = monctl.states()
            assert {states[name] for name in honest} == {("ok", None)}, monctl.log
        assert "cut off" in monctl.log
    finally:
        monctl.stop()
