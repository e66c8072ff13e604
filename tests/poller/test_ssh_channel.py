"""The end of a command over SSH: told as what it was, whatever comes first."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh
import pytest

from metrics.results import Outcome
from poller.errors import ChannelEnded
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_channel import SshChannel
from poller.ssh.ssh_config import SshConfig
from poller.ssh.wire.traffic import TrafficGuard
from tests.support.hosts import host_on
from tests.support.sshd import Sshd


class ClosedChannel:
    """A channel whose other end has gone, which is not told yet."""

    def write(self, data: bytes) -> None:
        raise BrokenPipeError("Channel not open for sending")


def _ended(act: Callable[[SshChannel], None]) -> ChannelEnded:
    """How a channel is said to have ended to which these things happened after the command was gone."""

    async def scenario() -> ChannelEnded:
        channel = SshChannel(TrafficGuard("h:22"))
        made: Any = ClosedChannel()
        channel.connection_made(made)
        channel.data_received(b"sh: python3: not there\n", 1)
        channel.write(b"the probe")
        act(channel)
        with pytest.raises(ChannelEnded) as caught:
            await channel.reader.next_line()
        return caught.value

    return asyncio.run(scenario())


def test_a_command_that_ended_before_it_was_written_to_has_ended_with_its_status() -> None:
    def act(channel: SshChannel) -> None:
        channel.exit_status_received(127)
        channel.connection_lost(None)

    ended = _ended(act)
    assert (ended.exit_status, ended.is_lost) == (127, False)
    assert ended.detail == "the probe ended with status 127: sh: python3: not there"


def test_a_command_whose_end_was_told_has_ended_though_the_connection_went_too() -> None:
    def act(channel: SshChannel) -> None:
        channel.exit_status_received(1)
        channel.connection_lost(asyncssh.ConnectionLost("gone"))

    assert _ended(act).outcome is Outcome.PROBE_FAILED


def test_a_signal_is_named() -> None:
    def act(channel: SshChannel) -> None:
        channel.exit_signal_received("KILL", False, "", "")
        channel.connection_lost(None)

    assert "was killed by signal KILL" in _ended(act).detail


def test_a_connection_that_went_without_a_word_is_lost() -> None:
    ended = _ended(lambda channel: channel.connection_lost(asyncssh.ConnectionLost("gone")))
    assert (ended.outcome, ended.is_lost) == (Outcome.UNREACHABLE, True)


@pytest.mark.sshd
def test_a_command_that_ends_at_once_is_never_a_lost_connection(shared_sshd: Sshd) -> None:
    async def scenario() -> set[tuple[int | None, bool]]:
        connector = SshConnector(config=SshConfig([]))
        link = await connector.connect(host_on(shared_sshd))
        ends = set()
        for _ in range(40):
            channel = await link.start("exit 3")
            await asyncio.sleep(0.003)
            channel.write(b"the probe")
            with pytest.raises(ChannelEnded) as caught:
                await channel.reader.next_line()
            ends.add((caught.value.exit_status, caught.value.is_lost))
        await link.close()
        connector.close()
        return ends

    assert asyncio.run(scenario()) == {(3, False)}
