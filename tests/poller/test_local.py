"""A child of this machine that has ended by itself is no error, whenever its end is noticed."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from inventory.host import Connection, HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.probing.local import LocalLink
from poller.probing.session import HostSession, Reply
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


@pytest.mark.parametrize("command", ["py'thon3 -c", "no\0python", "/no/such/python", "/etc/passwd"])
def test_a_command_that_is_none_is_told_as_such(command: str) -> None:
    with pytest.raises(PollFailed) as failed:
        asyncio.run(LocalLink().start(command))
    assert failed.value.outcome is Outcome.NO_PYTHON
    assert command in str(failed.value)


@pytest.mark.filterwarnings("ignore:Unknown child process")
def test_a_probe_that_is_killed_between_two_questions_is_started_anew(make_loop: MakeLoop) -> None:
    host = HostSpec(name="me", address="me", connection=Connection.LOCAL)

    async def scenario() -> None:
        connector = SshConnector(config=SshConfig([]))
        session = HostSession(host, connector.connect)
        for turns in range(4):
            reply = await _ask_until_answered(session)
            assert reply.answer.cpu is not None
            pid = session._pid
            os.kill(pid, signal.SIGKILL)
            while _is_running(pid):
                time.sleep(0.001)
            for _ in range(turns):
                await asyncio.sleep(0)
        await session.close()
        connector.close()

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(scenario())


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def _ask_until_answered(session: HostSession) -> Reply:
    """The next answer; at most one question may go to a probe that is no more."""
    try:
        return await session.ask(("cpu",))
    except PollFailed:
        return await session.ask(("cpu",))
