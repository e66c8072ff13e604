"""A child of this machine that has ended by itself is no error, whenever its end is noticed."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from inventory.host import Connection, HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.probing.local import LocalLink
from poller.probing.session import HostSession
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig

MakeLoop = Callable[[], asyncio.AbstractEventLoop]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def make_loop(request: pytest.FixtureRequest) -> MakeLoop:
    """Each of the event loops that monctl runs on."""
    made: MakeLoop = request.param
    return made


@pytest.mark.filterwarnings("ignore:Unknown child process")
def test_killing_a_child_that_has_just_ended_is_no_error(make_loop: MakeLoop) -> None:
    async def scenario() -> None:
        for turns in range(6):
            channel = await LocalLink().start("true")
            time.sleep(0.02)
            for _ in range(turns):
                await asyncio.sleep(0)
            channel.kill()
            await channel.close()

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(scenario())


def test_a_python_that_ends_at_once_is_a_failed_poll_each_time(make_loop: MakeLoop, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho noise\nexit 1\n")
    python.chmod(0o755)
    host = HostSpec(name="me", address="me", connection=Connection.LOCAL, python=str(python))

    async def scenario() -> list[Outcome]:
        connector = SshConnector(config=SshConfig([]))
        session = HostSession(host, connector.connect)
        outcomes = []
        for _ in range(10):
            with pytest.raises(PollFailed) as failed:
                await session.ask(("cpu",))
            outcomes.append(failed.value.outcome)
        await session.close()
        connector.close()
        return outcomes

    with asyncio.Runner(loop_factory=make_loop) as runner:
        assert set(runner.run(scenario())) == {Outcome.PROBE_FAILED}
