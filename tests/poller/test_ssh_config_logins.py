"""With the same configuration monctl and ssh arrive at the same place, by the same way."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from monctl.event_loop import run
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.shown_keys import shown_keys
from poller.ssh.ssh_config import SshConfig
from tests.support.sshd import Sshd, command_line, make_key
from tests.support.waiting import holds_within

pytestmark = pytest.mark.sshd

T = TypeVar("T")

_ASK = "echo $SSH_CONNECTION $(id -un)"
_RELAY = """\
import os, socket, sys, threading
sys.stderr.write("on the way\\n")
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def out():
    try:
        while data := sock.recv(65536):
            os.write(1, data)
    finally:
        os._exit(0)
threading.Thread(target=out, daemon=True).start()
while data := os.read(0, 65536):
    sock.sendall(data)
"""
_PASS = """\
import socket, sys
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
with socket.socket(fileno=1) as out:
    socket.send_fds(out, [b"\\0"], [sock.fileno()])
"""


@dataclass(frozen=True)
class Way:
    """A folder whose configuration leads to a server."""

    folder: Path
    server: Sshd

    def write(self, text: str) -> Path:
        """The configuration, `{…}` filled in, and what every host needs after it."""
        usual = """
            Match all
              Port {port}
              User {user}
              IdentityFile {key}
              UserKnownHostsFile {known}
            """
        (self.folder / "relay.py").write_text(_RELAY)
        (self.folder / "pass.py").write_text(_PASS)
        path = self.folder / "config"
        filled = (textwrap.dedent(text) + textwrap.dedent(usual)).format(**self._words())
        path.write_bytes(filled.encode("latin-1"))
        return path

    def _words(self) -> dict[str, object]:
        server = self.server
        return {
            "port": server.port,
            "user": server.user,
            "key": server.key,
            "known": server.known_hosts,
            "tmp": self.folder,
            "relay": f"{sys.executable} {self.folder}/relay.py",
            "pass": f"{sys.executable} {self.folder}/pass.py",
        }


@pytest.fixture
def way(shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Way:
    """A fresh folder, which is $HOME for shells too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return Way(tmp_path, shared_sshd)


def _by_ssh(config: Path, host: str) -> str:
    """Where ssh arrives: server's address and port, and user; its last words when it does not."""
    command = ["ssh", "-F", str(config), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", host, _ASK]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
    return _place(done.stdout) if done.returncode == 0 else "nowhere"


def _place(said: str) -> str:
    client, _, server, port, user = said.split()
    return f"{client} -> {user}@{server}:{port}"


def _running(words: str) -> int:
    """How many processes have these words in their command line, whosever children they are by now."""
    pids = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return sum(words in command_line(pid) for pid in pids)


def _with_connector(config: SshConfig, act: Callable[[SshConnector], Awaitable[T]]) -> T:
    async def scenario() -> T:
        connector = SshConnector(config=config)
        try:
            return await act(connector)
        finally:
            connector.close()

    return run(scenario())


async def _arrive(connector: SshConnector, host: HostSpec) -> str:
    link = await connector.connect(host)
    try:
        channel = await link.start(_ASK)
        return _place((await channel.reader.next_line()).decode())
    finally:
        await link.close()


def _by_monctl(config: Path | None, host: str) -> str:
    spec = HostSpec(name=host, address=host)
    try:
        files = None if config is None else [config]
        return _with_connector(SshConfig(files), lambda connector: _arrive(connector, spec))
    except PollFailed:
        return "nowhere"


def _failure(config: Path, host: str, **fields: Any) -> PollFailed:
    spec = HostSpec(name=host, address=host, **fields)
    with pytest.raises(PollFailed) as failed:
        _with_connector(SshConfig([config]), lambda connector: _arrive(connector, spec))
    return failed.value


_ARRIVES = {
    "a byte of Latin-1 and an apostrophe": """
        # don't mind the caf\xe9
        Host a # it's here
          HostName 127.0.3.1
        """,
    "tokens in HostName": "Host 3\n HostName 127.0.3.%h\n",
    "a block for what HostName became": """
        Host a
          HostName 127.0.3.2
        Match final host 127.0.3.2
          BindAddress 127.0.3.9
        """,
    "a command that decides": """
        Match originalhost a exec "test %h:%p = a:22"
          HostName 127.0.3.3
        """,
    "times with a unit": "Host a\n HostName 127.0.3.4\n ConnectTimeout 10s\n ServerAliveInterval 1h\n",
    "an address to come from": "Host a\n HostName 127.0.3.5\n BindAddress 127.0.7.7\n",
    "an interface to come from": "Host a\n HostName 127.0.3.5\n BindInterface lo\n",
    "a kind of addresses": "Host a\n HostName localhost\n AddressFamily inet\n",
    "a kind of addresses that there is none of": "Host a\n HostName 127.0.3.1\n AddressFamily inet6\n",
    "algorithms by name": """
        Host a
          HostName 127.0.3.6
          Ciphers aes256-ctr,aes256-gcm@openssh.com
          KexAlgorithms curve25519-sha256
          MACs hmac-sha2-512
          HostKeyAlgorithms ssh-ed25519
          PreferredAuthentications publickey
        """,
    "signatures that the key cannot make": """
        Host a
          HostName 127.0.3.6
          PubkeyAcceptedAlgorithms rsa-sha2-512
        """,
    "signatures that the key can make": """
        Host a
          HostName 127.0.3.6
          PubkeyAcceptedAlgorithms -rsa*,ecdsa*
        """,
    "no log-in by key": "Host a\n HostName 127.0.3.6\n PubkeyAuthentication no\n",
    "an equals sign, quotes and a shell": """
        Host a
          HostName 127.0.3.7
          ProxyCommand=sh -c 'test "$1" = a && exec {relay} "$2" $((%p))' sh "%n" '%h' 2>/dev/null
        """,
    "a home in a command": "Host a\n HostName 127.0.3.8\n ProxyCommand {relay} $(cat ~/where) %p\n",
    "a command before a jump": """
        Host a
          HostName 127.0.3.9
          ProxyCommand {relay} 127.0.3.10 %p
          ProxyJump nowhere.invalid
        """,
    "a jump before a command": """
        Host a
          HostName 127.0.3.11
          ProxyJump gate
          ProxyCommand false
        Host gate
          HostName 127.0.3.12
        """,
    "no command": "Host a\n HostName 127.0.3.9\n ProxyCommand none\nHost *\n ProxyCommand false\n",
    "a jump written as a URL": "Host a\n HostName 127.0.3.13\n ProxyJump ssh://{user}@127.0.3.14:{port}\n",
    "a command that hands over its connection": """
        Host a
          HostName 127.0.3.22
          ProxyCommand {pass} %h %p
          ProxyUseFdpass yes
        """,
    "a command that fails": "Host a\n HostName 127.0.3.15\n ProxyCommand echo >&2 no way; exit 3\n",
    "files in order, and no others": "Include {tmp}/more/*.conf\n",
    "keys by token and variable": """
        Host a
          HostName 127.0.3.17
          IdentityFile ${{HOME}}/key-%n
          IdentitiesOnly yes
        """,
    "a key of the system's file": """
        Host a
          HostName 127.0.3.18
          UserKnownHostsFile {tmp}/empty
          GlobalKnownHostsFile {known}
        """,
    "a key of neither file": """
        Host a
          HostName 127.0.3.18
          UserKnownHostsFile {tmp}/empty
          GlobalKnownHostsFile {tmp}/empty
        """,
    "a key under another name": """
        Host a
          HostName 127.0.3.19
          HostKeyAlias The-Name
          UserKnownHostsFile {tmp}/alias
        """,
    "a key that is revoked": """
        Host a
          HostName 127.0.3.27
          RevokedHostKeys {tmp}/revoked
        """,
    "a list of revoked keys that has others": "Host a\n HostName 127.0.3.27\n RevokedHostKeys {key}.pub\n",
    "a list of revoked keys that is not there": "Host a\n HostName 127.0.3.27\n RevokedHostKeys {tmp}/none\n",
    "a user of a domain": "Host a\n HostName 127.0.3.20\n User CORP\\alice\n",
    "nothing for a key": "Host a\n HostName 127.0.3.21\n IdentityFile none\n",
}
_NOWHERE = (
    "a kind of addresses that there is none of",
    "no log-in by key",
    "signatures that the key cannot make",
    "a command that fails",
    "a key of neither file",
    "a user of a domain",
    "a key that is revoked",
    "a list of revoked keys that is not there",
)


@pytest.mark.parametrize("text", _ARRIVES.values(), ids=_ARRIVES)
def test_monctl_arrives_where_ssh_does(way: Way, text: str) -> None:
    config = way.write(text)
    key = Path(f"{way.server.host_key}.pub").read_text()
    for name, content in {
        "where": "127.0.3.8\n",
        "empty": "",
        "alias": f"the-name {key}",
        "revoked": key,
        "key-a": way.server.key.read_text(),
        "more/20.conf": "Host a\n HostName nowhere.invalid\n",
        "more/10.conf": "Host a\n HostName 127.0.3.16\n",
        "more/.05.conf.swp": "b0VIM 9.0\n",
        "more/05.conf.swp": "b0VIM 9.0\n",
    }.items():
        path = way.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        path.chmod(0o600)
    host = "3" if "Host 3" in text else "a"
    place = _by_ssh(config, host)
    assert _by_monctl(config, host) == place
    assert (place == "nowhere") == (text in map(_ARRIVES.get, _NOWHERE))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sh -c 'echo >&2 no way; exit 3'", "configuration ended with status 3: no way"),
        ("true", "ended with status 0"),
        ("/nowhere/way %h", "/nowhere/way"),
        ("sh -c 'kill -9 $$'", "was ended by signal 9"),
        ("echo hello", "ended with status 0"),
        ("sh -c 'echo >&2 first; echo >&2 then; exit 3'", "status 3: first; then"),
    ],
)
def test_a_command_that_gives_no_connection_is_told_with_what_it_said(
    way: Way, command: str, told: str
) -> None:
    failure = _failure(way.write(f"Host a\n ProxyCommand {command}\n"), "a")
    assert failure.outcome in (Outcome.UNREACHABLE, Outcome.BAD_OUTPUT)
    assert told in failure.detail


def test_a_command_that_says_nothing_has_the_hosts_timeout_and_is_ended_with_its_children(way: Way) -> None:
    started = time.monotonic()
    failure = _failure(
        way.write(f"Host a\n ProxyCommand sleep 7{os.getpid()} | sleep 7{os.getpid()}\n"), "a", timeout=1.0
    )
    assert failure.outcome is Outcome.TIMEOUT
    assert "says nothing through its ProxyCommand" in failure.detail
    assert time.monotonic() - started < 40
    assert holds_within(lambda: not _running(f"sleep 7{os.getpid()}"), 20)


def test_a_command_ends_with_its_connection_and_shows_the_hosts_keys(way: Way) -> None:
    config = SshConfig([way.write("Host a\n HostName 127.0.3.23\n ProxyCommand {relay} %h %p\n")])
    spec = HostSpec(name="a", address="a")

    async def act(connector: SshConnector) -> int:
        link = await connector.connect(spec)
        relays = _running(f"{way.folder}/relay.py")
        await link.close()
        assert (await shown_keys(connector, spec)).known_keys
        return relays

    assert _with_connector(config, act) == 1
    assert holds_within(lambda: not _running(f"{way.folder}/relay.py"), 20)


def test_connect_timeout_bounds_the_way_to_a_host_that_is_silent(way: Way) -> None:
    started = time.monotonic()
    config = way.write("Host a\n ConnectTimeout 1\n ProxyCommand sleep 77\n")
    assert "within 1 s" in _failure(config, "a", timeout=60.0).detail
    assert time.monotonic() - started < 40


def test_algorithms_that_only_ssh_has_are_named(way: Way) -> None:
    config = way.write("Host a\n HostName 127.0.3.24\n MACs umac-64@openssh.com\n Ciphers aes256-ctr\n")
    assert _by_ssh(config, "a") == _by_monctl(config, "a")
    config = way.write("Host a\n HostName 127.0.3.24\n KexAlgorithms sntrup761x25519-sha512\n")
    place = _by_monctl(config, "a")
    assert place != "nowhere" or "KexAlgorithms" in _failure(config, "a").detail


@pytest.mark.parametrize(
    ("options", "told", "advised"),
    [
        ((), "no matching host key algorithm; it offers ssh-ed25519", "HostKeyAlgorithms +ssh-ed25519"),
        (("Ciphers aes128-cbc",), "no matching encryption algorithm", "Ciphers +aes128-cbc"),
        (
            ("KexAlgorithms diffie-hellman-group1-sha1",),
            "no matching key exchange algorithm",
            "KexAlgorithms +diffie-hellman-group1-sha1",
        ),
    ],
    ids=["host keys", "ciphers", "key exchanges"],
)
def test_a_host_that_shares_no_algorithm_is_told_as_by_ssh(
    way: Way, options: tuple[str, ...], told: str, advised: str
) -> None:
    """OpenSSH's server hangs up without a word there, and at once."""
    lines = "Host a\n HostName 127.0.3.24\n Ciphers aes128-ctr\n HostKeyAlgorithms "
    server = Sshd(way.folder / "old", options=options)
    server.start()
    try:
        config = Way(way.folder, server).write(lines + ("ssh-ed25519\n" if options else "rsa-sha2-512\n"))
        assert _by_ssh(config, "a") == "nowhere"
        failure = _failure(config, "a")
    finally:
        server.stop()
    assert told in failure.detail
    assert f"`{advised}`" in failure.advice


@pytest.mark.parametrize(("bits", "is_enough"), [(2048, True), (3072, False)])
def test_a_host_key_of_rsa_is_as_long_as_the_configuration_asks_for(
    way: Way, bits: int, is_enough: bool
) -> None:
    server = Sshd(way.folder / "rsa", options=(f"HostKey {way.folder}/rsa-2048",))
    key = make_key(way.folder / "rsa-2048", kind="rsa", bits=2048)
    server.known_hosts.write_text(f"* {Path(f'{key}.pub').read_text()}")
    server.start()
    try:
        lines = f"Host a\n HostName 127.0.3.26\n RequiredRSASize {bits}\n"
        config = Way(way.folder, server).write(lines)
        place = _by_ssh(config, "a")
        assert (_by_monctl(config, "a"), place != "nowhere") == (place, is_enough)
        if not is_enough:
            assert "2048 bits, fewer than RequiredRSASize" in _failure(config, "a").detail
    finally:
        server.stop()


@pytest.mark.parametrize("line", ["BindAddress 192.0.2.9", "BindAddress ::1", "BindInterface nowhere0"])
def test_an_end_that_this_machine_does_not_have_is_named(way: Way, line: str) -> None:
    config = way.write(f"Host a\n HostName 127.0.3.5\n {line}\n")
    assert _by_ssh(config, "a") == "nowhere"
    assert f"from {line} of the ssh configuration" in _failure(config, "a").detail


def test_a_user_who_is_not_let_in_is_named_as_the_configuration_has_it(way: Way) -> None:
    failure = _failure(way.write("Host a\n HostName 127.0.3.20\n User CORP\\alice\n"), "a")
    assert failure.outcome is Outcome.AUTH_FAILED
    assert "CORP\\alice" in failure.detail


def test_the_users_and_the_systems_files_count_also_where_home_is_not_the_systems(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ssh itself does not look at $HOME, which all else of monctl does."""
    system = way.folder / "system_config"
    way.write("").rename(system)
    monkeypatch.setattr("poller.openssh.home.SYSTEM_CONFIG", system)
    monkeypatch.setattr("poller.openssh.answers.SYSTEM_CONFIG", system)
    (way.folder / ".ssh" / "more").mkdir(parents=True)
    (way.folder / ".ssh" / "config").write_text("Include more/* ~/other\nMatch final all\n User nobody\n")
    (way.folder / ".ssh" / "more" / "one").write_text("Host a\n HostName 127.0.3.25\n")
    (way.folder / "other").write_text("Host a\n BindAddress 127.0.3.26\n")
    assert _by_monctl(None, "a") == f"127.0.3.26 -> {way.server.user}@127.0.3.25:{way.server.port}"


def test_a_mistake_in_the_users_file_has_its_name_also_where_home_is_not_the_systems(way: Way) -> None:
    config = way.folder / ".ssh" / "config"
    config.parent.mkdir()
    config.write_text("Host b\n Port 22\nHost a\n NoSuchKeyword yes\n")
    spec = HostSpec(name="a", address="a")
    with pytest.raises(PollFailed) as failed:
        _with_connector(SshConfig(), lambda connector: _arrive(connector, spec))
    assert f"{config}: line 4: Bad configuration option: nosuchkeyword" in failed.value.detail
