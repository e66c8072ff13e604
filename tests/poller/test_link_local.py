"""Hosts at addresses that count on one interface only, such as fe80::1%eth0."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from inventory.host import HostSpec
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.known_hosts_file import add_keys
from poller.ssh.host_keys.shown_keys import shown_keys
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.network import in_own_network
from tests.support.sshd import Sshd, running_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.netns]

_HOST = "fe80::1%lo"
_ADDRESS = "-6 addr add fe80::1/64 dev lo nodad"
_BOTH = ("ListenAddress ::", "ListenAddress 0.0.0.0")
_LOOPS: tuple[Callable[[], asyncio.AbstractEventLoop], ...] = (
    uvloop.new_event_loop,
    asyncio.new_event_loop,
)


def _ssh(server: Sshd, known_hosts: Path, *, trust: str = "accept-new") -> str:
    """What OpenSSH's client prints, which writes known_hosts for us unless `trust` is "yes"."""
    command = ["ssh", "-F", "none", "-i", str(server.key), "-p", str(server.port), "-l", server.user]
    options = ["BatchMode=yes", f"StrictHostKeyChecking={trust}", f"UserKnownHostsFile={known_hosts}"]
    command += [f"-o{option}" for option in options]
    answer = subprocess.run([*command, _HOST, "echo", "hello"], capture_output=True, text=True, check=True)
    return answer.stdout


async def _log_in(host: HostSpec) -> str:
    connector = SshConnector(config=SshConfig([]))
    try:
        link = await connector.connect(host)
        try:
            channel = await link.start("echo hello")
            return (await channel.reader.next_line()).decode()
        finally:
            await link.close()
    finally:
        connector.close()


async def _trust(host: HostSpec) -> None:
    connector = SshConnector(config=SshConfig([]))
    try:
        seen = await shown_keys(connector, host)
        add_keys(seen.file, seen.name, seen.new)
    finally:
        connector.close()


def test_what_trust_writes_of_such_an_address_is_what_ssh_reads(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"

    def scenario() -> str:
        with running_sshd(tmp_path / "sshd", options=_BOTH) as server:
            asyncio.run(_trust(host_on(server, address=_HOST, known_hosts=str(known_hosts))))
            return _ssh(server, known_hosts, trust="yes")

    assert in_own_network(scenario, _ADDRESS) == "hello\n"


def test_an_address_with_an_interface_is_reached_on_either_event_loop_as_by_ssh(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"

    def scenario() -> list[str]:
        answers = []
        with running_sshd(tmp_path / "sshd", options=_BOTH) as server:
            answers.append(_ssh(server, known_hosts))
            host = host_on(server, address=_HOST, known_hosts=str(known_hosts))
            for loop in _LOOPS:
                with asyncio.Runner(loop_factory=loop) as runner:
                    answers.append(runner.run(_log_in(host)))
        return answers

    answers = in_own_network(scenario, _ADDRESS)
    assert answers == ["hello\n", "hello", "hello"]
