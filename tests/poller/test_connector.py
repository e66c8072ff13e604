"""Logging in to a real sshd."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.host import HostSpec, Secret
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.failures.login_record import _REPLACED
from poller.ssh.host_keys.known_hosts_file import add_keys
from poller.ssh.host_keys.shown_keys import ShownKeys, shown_keys
from poller.ssh.ssh_config import SshConfig
from tests.support.hosts import host_on
from tests.support.ports import free_port
from tests.support.sshd import Sshd, make_key, running_sshd

pytestmark = pytest.mark.sshd


def _with_connector(act: Callable[[SshConnector], Awaitable[Any]], **options: Any) -> Any:
    async def scenario() -> Any:
        connector = SshConnector(**({"config": SshConfig([])} | options))
        try:
            return await act(connector)
        finally:
            connector.close()

    return asyncio.run(scenario())


def _says(host: HostSpec, command: str = "echo hello", **options: Any) -> str:
    """The first line that a command prints on the host."""

    async def act(connector: SshConnector) -> str:
        link = await connector.connect(host)
        try:
            channel = await link.start(command)
            return (await channel.reader.next_line()).decode()
        finally:
            await link.close()

    said = _with_connector(act, **options)
    assert isinstance(said, str)
    return said


def _fails(host: HostSpec, **options: Any) -> PollFailed:
    with pytest.raises(PollFailed) as failed:
        _with_connector(lambda connector: connector.connect(host), **options)
    return failed.value


def _keys_of(host: HostSpec) -> ShownKeys:
    shown = _with_connector(lambda connector: shown_keys(connector, host))
    assert isinstance(shown, ShownKeys)
    return shown


def test_a_connection_that_is_let_in_keeps_no_notes_of_its_log_in(shared_sshd: Sshd) -> None:
    async def act(connector: SshConnector) -> set[str]:
        link = await connector.connect(host_on(shared_sshd))
        own = vars(link.connection).keys() & {*_REPLACED}
        await link.close()
        return own

    assert _with_connector(act) == set()


def test_a_key_logs_in(shared_sshd: Sshd) -> None:
    assert _says(host_on(shared_sshd)) == "hello"


def test_a_wrong_key_is_auth_failed_and_names_user_and_key(shared_sshd: Sshd, tmp_path: Path) -> None:
    key = make_key(tmp_path / "stranger")
    failure = _fails(host_on(shared_sshd, key=(str(key),)))
    assert failure.outcome is Outcome.AUTH_FAILED
    assert shared_sshd.user in failure.detail
    assert str(key) in failure.detail


def test_a_missing_key_file_is_named(shared_sshd: Sshd) -> None:
    failure = _fails(host_on(shared_sshd, key=("/nowhere/id_ed25519",)))
    assert failure.outcome is Outcome.AUTH_FAILED
    assert failure.detail == "key /nowhere/id_ed25519: no such file or directory"


def test_an_encrypted_key_without_an_agent_says_what_to_do(shared_sshd: Sshd, tmp_path: Path) -> None:
    key = make_key(tmp_path / "encrypted", passphrase="secret words")
    detail = _fails(host_on(shared_sshd, key=(str(key),))).detail
    assert f"{key} (encrypted: only through an agent)" in detail


def test_a_public_key_that_is_named_in_place_of_its_private_one_is_told_as_that(shared_sshd: Sshd) -> None:
    detail = _fails(host_on(shared_sshd, key=(f"{shared_sshd.key}.pub",))).detail
    assert f"{shared_sshd.key}.pub (no private key: only through an agent)" in detail


@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
def test_an_encrypted_key_without_its_public_half_is_told_as_encrypted(
    shared_sshd: Sshd, tmp_path: Path, form: str
) -> None:
    key = tmp_path / "key"
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-m", form, "-N", "secret words", "-f", str(key)]
    subprocess.run(command, check=True)
    Path(f"{key}.pub").unlink()
    assert "encrypted" in _fails(host_on(shared_sshd, key=(str(key),))).detail.replace("for an encrypted", "")


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A running ssh-agent, without keys."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    while not socket.exists():
        pass
    yield socket
    process.kill()
    process.wait()


def test_an_agent_logs_in_with_a_key_that_is_encrypted_on_disk(
    agent: Path, own_sshd: Sshd, tmp_path: Path
) -> None:
    plain = make_key(tmp_path / "key")
    own_sshd.authorized_keys.write_text(plain.with_suffix(".pub").read_text())
    subprocess.run(["ssh-add", "-q", str(plain)], check=True)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret words", "-f", str(plain)], check=True)
    assert _says(host_on(own_sshd, key=(str(plain),))) == "hello"


def test_an_unknown_host_key_is_refused_with_its_fingerprint(shared_sshd: Sshd, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    failure = _fails(host_on(shared_sshd, known_hosts=str(empty)))
    assert failure.outcome is Outcome.HOST_KEY_UNKNOWN
    fingerprint = _fingerprint(Path(f"{shared_sshd.host_key}.pub"))
    assert fingerprint in failure.detail


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_a_changed_host_key_is_refused_before_any_authentication(tmp_path: Path, kind: str) -> None:
    with running_sshd(tmp_path / "sshd", options=("LogLevel DEBUG1",)) as server:
        old = _fingerprint(Path(f"{server.host_key}.pub"))
        server.stop()
        for path in (server.host_key, Path(f"{server.host_key}.pub")):
            path.unlink()
        make_key(server.host_key, kind=kind)
        server.start()
        log = server.folder / "sshd.log"
        before = log.read_text()
        failure = _fails(host_on(server))
        log_since = log.read_text().removeprefix(before)
    assert failure.outcome is Outcome.HOST_KEY_CHANGED
    assert old in failure.detail
    assert "userauth-request" not in log_since
    assert "Connection from" in log_since or "kex" in log_since.lower()


def test_a_revoked_host_key_is_refused(shared_sshd: Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    line = shared_sshd.known_hosts.read_text()
    known.write_text(f"{line}@revoked {line}")
    assert _fails(host_on(shared_sshd, known_hosts=str(known))).outcome is Outcome.HOST_KEY_INVALID


def test_a_host_certificate_of_a_known_authority_is_trusted(tmp_path: Path) -> None:
    authority = make_key(tmp_path / "authority")
    server = Sshd(tmp_path / "sshd")
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "host", "-h", "-n", "127.0.0.2"]
    subprocess.run([*command, f"{server.host_key}.pub"], check=True)
    server.options = (f"HostCertificate {server.host_key}-cert.pub",)
    server.known_hosts.write_text(
        f"@cert-authority [127.*]:{server.port} {authority.with_suffix('.pub').read_text()}"
    )
    server.start()
    try:
        assert _says(host_on(server)) == "hello"
        assert _fails(host_on(server, 5)).outcome is Outcome.HOST_KEY_INVALID
    finally:
        server.stop()


def test_a_user_certificate_beside_the_key_logs_in(tmp_path: Path) -> None:
    authority = make_key(tmp_path / "authority")
    with running_sshd(tmp_path / "sshd", options=(f"TrustedUserCAKeys {authority}.pub",)) as server:
        key = make_key(tmp_path / "key")
        command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "user", "-n", server.user, f"{key}.pub"]
        subprocess.run(command, check=True)
        assert _says(host_on(server, key=(str(key),))) == "hello"


def test_a_new_known_hosts_is_read_without_a_restart(shared_sshd: Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.touch()
    host = host_on(shared_sshd, known_hosts=str(known))

    async def act(connector: SshConnector) -> None:
        with pytest.raises(PollFailed):
            await connector.connect(host)
        known.write_text(shared_sshd.known_hosts.read_text())
        await (await connector.connect(host)).close()

    _with_connector(act)


def test_trust_shows_the_keys_and_adding_them_lets_us_in(shared_sshd: Sshd, tmp_path: Path) -> None:
    host = host_on(shared_sshd, known_hosts=str(tmp_path / "new" / "known_hosts"))
    seen = _keys_of(host)
    assert [key.get_fingerprint() for key in seen.new] == [_fingerprint(Path(f"{shared_sshd.host_key}.pub"))]
    assert not seen.conflicts
    add_keys(seen.file, seen.name, seen.new)
    assert seen.file.stat().st_mode & 0o777 == 0o600
    assert _says(host) == "hello"
    assert _keys_of(host).new == ()


@pytest.mark.parametrize("hashed", [False, True])
def test_trust_replaces_a_changed_key_and_only_that(own_sshd: Sshd, tmp_path: Path, hashed: bool) -> None:
    known = tmp_path / "known_hosts"
    host = host_on(own_sshd, known_hosts=str(known))
    seen = _keys_of(host)
    add_keys(known, "other.example.com", seen.new)
    add_keys(known, seen.name, seen.new)
    if hashed:
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    own_sshd.stop()
    own_sshd.new_host_key()
    own_sshd.start()
    changed = _keys_of(host)
    assert changed.conflicts
    add_keys(known, changed.name, changed.new, replace=True)
    assert len(known.read_text().splitlines()) == 2
    assert _says(host) == "hello"


def test_a_jump_host_is_reached_once_for_all_behind_it(shared_sshd: Sshd) -> None:
    jump = f"{shared_sshd.user}@127.0.9.9:{shared_sshd.port}"
    hosts = [host_on(shared_sshd, number, jump=jump) for number in range(1, 21)]

    async def act(connector: SshConnector) -> int:
        links = await asyncio.gather(*(connector.connect(host) for host in hosts))
        through = {id(link.connection._tunnel) for link in links}
        for link in links:
            await link.close()
        return len(through)

    assert _with_connector(act) == 1


def test_two_jump_hosts_in_a_row(shared_sshd: Sshd) -> None:
    hop = f"{shared_sshd.user}@127.0.9.{{}}:{shared_sshd.port}"
    assert _says(host_on(shared_sshd, jump=f"{hop.format(1)},{hop.format(2)}")) == "hello"


def test_a_jump_host_may_be_a_host_of_the_inventory(shared_sshd: Sshd) -> None:
    bastion = host_on(shared_sshd, 77, name="bastion")
    host = host_on(shared_sshd, jump="bastion")
    assert _says(host, find_host={"bastion": bastion}.get) == "hello"


def test_jump_hosts_that_go_in_a_circle_are_an_error(shared_sshd: Sshd) -> None:
    bastion = host_on(shared_sshd, 77, name="bastion", jump="bastion")
    failure = _fails(host_on(shared_sshd, jump="bastion"), find_host={"bastion": bastion}.get)
    assert failure.outcome is Outcome.JUMP_DOWN
    assert "circle" in failure.detail


def test_a_dead_jump_host_is_jump_down_for_all_behind_it_and_asked_once(shared_sshd: Sshd) -> None:
    jump = f"127.0.9.9:{free_port()}"

    async def act(connector: SshConnector) -> list[object]:
        hosts = [host_on(shared_sshd, number, jump=jump) for number in range(1, 11)]
        return await asyncio.gather(*(connector.connect(host) for host in hosts), return_exceptions=True)

    failures = _with_connector(act)
    assert {failure.outcome for failure in failures} == {Outcome.JUMP_DOWN}
    assert all(jump in failure.detail for failure in failures)


def test_a_host_that_refuses_behind_a_jump_host_is_refused_itself(shared_sshd: Sshd) -> None:
    jump = f"{shared_sshd.user}@127.0.9.9:{shared_sshd.port}"
    failure = _fails(host_on(shared_sshd, port=free_port(), jump=jump))
    assert failure.outcome is Outcome.REFUSED
    assert "seen from jump host" in failure.detail


def test_a_jump_host_that_may_not_forward_is_told_with_what_allows_it(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    with running_sshd(tmp_path, options=("AllowTcpForwarding no",)) as gate:
        known_hosts = tmp_path / "both"
        known_hosts.write_text(shared_sshd.known_hosts.read_text() + gate.known_hosts.read_text())
        gate.authorized_keys.write_text(shared_sshd.authorized_keys.read_text())
        jump = f"{gate.user}@127.0.9.9:{gate.port}"
        failure = _fails(host_on(shared_sshd, jump=jump, known_hosts=str(known_hosts)))
    assert (failure.outcome, failure.jump) == (Outcome.JUMP_DOWN, jump)
    assert "does not forward to" in failure.detail
    assert "AllowTcpForwarding" in failure.advice


def test_a_host_that_lets_in_and_opens_no_session_is_told_as_that(tmp_path: Path) -> None:
    with running_sshd(tmp_path, options=("MaxSessions 0",)) as server, pytest.raises(PollFailed) as failed:
        _says(host_on(server))
    assert "let us in and runs no command" in failed.value.detail
    assert "MaxSessions" in failed.value.advice


def test_an_ssh_config_alias_with_proxy_jump_include_and_identity_works(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    included = tmp_path / "included"
    included.write_text(
        f"Host target\n HostName 127.0.3.3\n ProxyJump bastion\nHost bastion\n HostName 127.0.3.4\n"
        f"Host target bastion\n Port {shared_sshd.port}\n User {shared_sshd.user}\n"
        f" IdentityFile {shared_sshd.key}\n"
        f" UserKnownHostsFile {shared_sshd.known_hosts}\n"
    )
    config = tmp_path / "config"
    config.write_text(f"Include {included}\n")
    host = HostSpec(name="target", address="target")
    said = _says(host, "echo $SSH_CONNECTION", config=SshConfig([config]))
    assert said.split()[2:] == ["127.0.3.3", str(shared_sshd.port)]


def test_switching_host_key_checks_off_in_the_ssh_config_has_no_effect(
    shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config = tmp_path / "config"
    config.write_text("Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n")
    host = host_on(shared_sshd, known_hosts=None)
    assert _fails(host, config=SshConfig([config])).outcome is Outcome.HOST_KEY_UNKNOWN


@pytest.mark.skipif(shutil.which("chpasswd") is None, reason="needs chpasswd")
@pytest.mark.netns
def test_a_password_logs_in_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    user, password = "monctltest", "correct horse"
    subprocess.run(
        ["useradd", "--no-create-home", "--shell", "/bin/sh", user], check=False, capture_output=True
    )
    subprocess.run(["chpasswd"], input=f"{user}:{password}", text=True, check=True)
    try:
        with running_sshd(tmp_path / "sshd", options=("PasswordAuthentication yes",)) as server:
            host = host_on(server, user=user, key=(), password=Secret(password))
            assert _says(host, "id -un") == user
            wrong = _fails(host_on(server, user=user, key=(), password=Secret("wrong")))
    finally:
        subprocess.run(["userdel", "--force", user], check=False, capture_output=True)
    assert wrong.outcome is Outcome.AUTH_FAILED
    assert "the password" in wrong.detail
    assert "wrong" not in wrong.detail


def _fingerprint(public: Path) -> str:
    shown = subprocess.run(["ssh-keygen", "-lf", str(public)], check=True, capture_output=True, text=True)
    return shown.stdout.split()[1]
