"""Servers that know nothing newer than SHA-1: their key can be seen and trusted, with a warning."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from metrics.results import Outcome
from poller.check import CheckStep, check_host
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.commands import Commands
from tests.support.hosts import host_on
from tests.support.sshd import Sshd, make_key

pytestmark = [
    pytest.mark.sshd,
    pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields"),
]

_OLD_KEY = "HostKeyAlgorithms ssh-rsa"
_SERVERS = {
    "an old key exchange": (_OLD_KEY, "KexAlgorithms diffie-hellman-group14-sha1"),
    "the oldest key exchange": (_OLD_KEY, "KexAlgorithms diffie-hellman-group1-sha1"),
}


@pytest.fixture(scope="module")
def rsa_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("old") / "rsa", kind="rsa")


@pytest.fixture(params=_SERVERS)
def old_sshd(request: pytest.FixtureRequest, rsa_key: Path, tmp_path: Path) -> Iterator[Sshd]:
    server = Sshd(tmp_path / "sshd", options=(f"HostKey {rsa_key}", *_SERVERS[request.param]))
    server.start()
    yield server
    server.stop()


def _trust(folder: Path, server: Sshd, *words: str, stdin: str | None = None) -> tuple[int, str]:
    hosts_yaml = (
        f"hosts: {{old: {{address: 127.0.0.2, port: {server.port}, user: {server.user},"
        f" known_hosts: {folder / 'known_hosts'}}}}}\n"
    )
    (folder / "hosts.yaml").write_text(hosts_yaml)
    done = Commands(folder).run("hosts", "trust", "old", *words, stdin=stdin)
    return done.exit_code, done.output


def test_an_old_server_is_trusted_after_a_warning_and_a_question(old_sshd: Sshd, tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    status, said = _trust(tmp_path, old_sshd, stdin="n\n")
    assert "proves its key with SHA-1 and nothing newer" in said
    assert (status, known_hosts.exists()) == (1, False)
    status, said = _trust(tmp_path, old_sshd, stdin="y\n")
    assert (status, "ssh-rsa " in known_hosts.read_text()) == (0, True), said

    async def last_step() -> CheckStep:
        connector = SshConnector(config=SshConfig([]))
        host = host_on(old_sshd, known_hosts=str(known_hosts))
        steps = [step async for step in check_host(connector, host)]
        connector.close()
        return steps[-1]

    step = asyncio.run(last_step())
    if "group1-" in " ".join(old_sshd.options):
        assert step.outcome is Outcome.UNREACHABLE
        assert "it offers diffie-hellman-group1-sha1" in step.detail
        assert "KexAlgorithms +diffie-hellman-group1-sha1" in step.advice
    else:
        assert step.is_ok, step


@pytest.mark.parametrize("old", ["KexAlgorithms diffie-hellman-group1-sha1", "Ciphers aes128-cbc"])
def test_a_server_with_a_key_of_today_and_all_else_old_is_trusted(old: str, tmp_path: Path) -> None:
    """The ssh configuration may allow what it has; its key is seen in any case."""
    server = Sshd(tmp_path / "sshd", options=(old,))
    server.start()
    try:
        status, said = _trust(tmp_path, server, "--yes")
    finally:
        server.stop()
    assert (status, "SHA-1" in said) == (0, False), said
    assert "ssh-ed25519 " in (tmp_path / "known_hosts").read_text()


def test_a_server_of_today_is_trusted_without_a_warning(shared_sshd: Sshd, tmp_path: Path) -> None:
    _, said = _trust(tmp_path, shared_sshd, "--yes")
    assert "SHA-1" not in said
