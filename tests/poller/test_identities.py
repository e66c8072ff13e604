"""Which keys a server is shown, and in which order: as OpenSSH's client does with the same configuration."""

import asyncio
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.host import HostSpec
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh import offers
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.sshd import Sshd, make_key, running_sshd
from tests.support.waiting import holds_within

pytestmark = pytest.mark.sshd

_AGENT_KEYS = 11
_SHOWN = re.compile(r"publickey test pkalg \S+ pkblob (\S+) (SHA256:\S+)")
_GONE = re.compile(r"(Connection closed|Connection reset|Disconnected|Received disconnect).*\[preauth\]")


class _Keys:
    """Keys in a folder, some of them in an agent, `sealed` among these, which is encrypted on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "agent.sock"
        self.names: dict[str, str] = {}
        self.authority = make_key(folder / "authority")
        for name in (
            "own",
            "other",
            "certified",
            "sealed",
            *(f"agent-{n}" for n in range(1, _AGENT_KEYS + 1)),
        ):
            path = make_key(folder / name)
            self.names[_fingerprint(path)] = name
        self.names[_fingerprint(make_key(folder / "curve", kind="ecdsa"))] = "curve"
        sign(self.authority, folder / "certified")

    def start_agent(self) -> subprocess.Popen[bytes]:
        names = [name for name in self.names.values() if name.startswith(("agent", "sealed"))]
        process = _start_agent(self.socket, *(self.folder / name for name in names))
        seal = ["ssh-keygen", "-q", "-p", "-N", "secret words", "-f", str(self.folder / "sealed")]
        subprocess.run(seal, check=True)
        (self.folder / "alone").write_bytes((self.folder / "sealed").read_bytes())  # without its public half
        (self.folder / "alone").chmod(0o600)
        (self.folder / "half.pub").write_text((self.folder / "agent-6.pub").read_text())  # without the other
        return process


def _start_agent(socket: Path, *keys: Path) -> subprocess.Popen[bytes]:
    """An agent with keys, to be killed in the end."""
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    assert holds_within(socket.exists, 10)
    environ = os.environ | {"SSH_AUTH_SOCK": str(socket)}
    subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True, env=environ)
    return process


def sign(authority: Path, key: Path, *, valid: str = "always:forever", user: str = "root") -> Path:
    """A certificate beside a key, by ssh-keygen; its path."""
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "a user", "-n", user, "-V", valid]
    subprocess.run([*command, f"{key}.pub"], check=True)
    return Path(f"{key}-cert.pub")


def _fingerprint(key: Path) -> str:
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Keys]:
    """The keys, and an agent with some of them."""
    keys = _Keys(tmp_path_factory.mktemp("keys"))
    agent = keys.start_agent()
    yield keys
    agent.terminate()  # which takes its socket away
    agent.wait()


@pytest.fixture(autouse=True)
def _agent_in_environment(keys: _Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(keys.socket))


@pytest.fixture(scope="module")
def refusing_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server that refuses every key, many in one log-in, and logs which it is shown."""
    folder = tmp_path_factory.mktemp("refusing")
    with running_sshd(folder, options=("LogLevel DEBUG1", "MaxAuthTries 50")) as server:
        server.authorized_keys.write_text("")
        yield server


class _Shown:
    """What a server's log tells of the keys that it is shown from now on."""

    def __init__(self, server: Sshd, names: dict[str, str]) -> None:
        self._log = server.folder / f"{server.name}.log"
        self._names = names
        self._start = self._log.stat().st_size

    def keys(self) -> list[str]:
        """Their names in order, once the client is gone; those of certificates with `-cert` behind."""
        assert holds_within(lambda: _GONE.search(self._text()) is not None, 20)
        shown = _SHOWN.findall(self._text())
        return [self._names[print_] + ("-cert" if "CERT" in kind else "") for kind, print_ in shown]

    def _text(self) -> str:
        return self._log.read_bytes()[self._start :].decode()


def _config(server: Sshd, folder: Path, *lines: str, hosts: str = "*") -> Path:
    config = folder / "ssh_config"
    own = (
        f"Port {server.port}",
        f"User {server.user}",
        f"UserKnownHostsFile {server.known_hosts}",
        "BatchMode yes",
    )
    config.write_text("\n".join(("Host " + hosts, *own, *lines)) + "\n")
    return config


def _ssh(config: Path, address: str = "127.0.0.1") -> subprocess.CompletedProcess[str]:
    command = ["ssh", "-F", str(config), address, "echo", "in"]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


async def _log_in(connector: SshConnector, host: HostSpec) -> None:
    await (await connector.connect(host)).close()


def _monctl(config: Path, address: str = "127.0.0.1", *, asks_ssh: bool = True, **fields: object) -> None:
    """Log in and leave; raises PollFailed. `asks_ssh`: whether there is an ssh that says what holds."""

    async def scenario() -> None:
        ssh_config = SshConfig([config])
        if not asks_ssh:
            ssh_config.answers.client.program = None
        connector = SshConnector(config=ssh_config)
        try:
            await _log_in(connector, HostSpec(name="host", address=address, timeout=20.0, **fields))  # type: ignore[arg-type]
        finally:
            connector.close()

    asyncio.run(scenario())


def _shown_by_both(server: Sshd, keys: _Keys, config: Path) -> tuple[list[str], list[str]]:
    """Which keys ssh shows, and which monctl does."""
    shown = _Shown(server, keys.names)
    assert _ssh(config).returncode == 255
    by_ssh, shown = shown.keys(), _Shown(server, keys.names)
    with pytest.raises(PollFailed) as failed:
        _monctl(config)
    assert failed.value.outcome is Outcome.AUTH_FAILED
    return by_ssh, shown.keys()


def _shown_without_ssh(server: Sshd, keys: _Keys, config: Path) -> list[str]:
    """Which keys monctl shows on a machine that has no ssh to ask."""
    shown = _Shown(server, keys.names)
    with pytest.raises(PollFailed):
        _monctl(config, asks_ssh=False)
    return shown.keys()


@pytest.mark.parametrize(
    "lines",
    [
        ("IdentitiesOnly yes", "IdentityFile {keys}/own", "IdentityFile {keys}/other"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/missing", "IdentityFile {keys}/own"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/missing"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/sealed"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/agent-5.pub"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/half"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/alone"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/certified"),
        ("IdentitiesOnly yes", "IdentityFile {keys}/certified", "CertificateFile {keys}/missing-cert.pub"),
        (
            "IdentitiesOnly yes",
            "IdentityFile {keys}/own",
            "IdentityFile {keys}/certified",
            "CertificateFile {keys}/missing-cert.pub",
            "CertificateFile {keys}/certified-cert.pub",
        ),
        ("IdentityAgent none", "IdentityFile {keys}/own"),
        ("IdentityAgent {keys}/nobody-listens", "IdentityFile {keys}/own"),
        ("IdentityAgent SSH_AUTH_SOCK", "IdentityFile {keys}/agent-7"),
        ("IdentityFile {keys}/agent-3",),
        ("IdentityFile {keys}/missing", "IdentityFile {keys}/sealed"),
        ("IdentityFile none",),
        (
            "PubkeyAcceptedAlgorithms -ecdsa*",
            "IdentityFile {keys}/curve",
            "IdentitiesOnly yes",
            "IdentityFile {keys}/own",
        ),
        ("PubkeyAcceptedAlgorithms ssh-ed25519-cert-v01@openssh.com", "IdentityFile {keys}/certified"),
        ("PubkeyAcceptedAlgorithms ^ecdsa*", "IdentitiesOnly yes", "IdentityFile {keys}/certified"),
        ("PubkeyAuthentication no",),
    ],
    ids=" + ".join,
)
def test_the_keys_and_their_order_are_those_of_ssh(
    refusing_sshd: Sshd, keys: _Keys, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    config = _config(refusing_sshd, tmp_path, *(line.format(keys=keys.folder) for line in lines))
    by_ssh, by_monctl = _shown_by_both(refusing_sshd, keys, config)
    assert by_monctl == by_ssh
    if not any(line.startswith("Pubkey") for line in lines):
        assert _shown_without_ssh(refusing_sshd, keys, config) == by_ssh


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        (("IdentityFile {keys}/own",), ["own"]),
        (("IdentityFile {keys}/missing", "IdentityFile {keys}/other"), ["other"]),
        (("IdentityFile {keys}/own", "IdentityFile {keys}/agent-9"), ["own", "agent-9"]),
        (("IdentityFile {keys}/certified",), ["certified", "certified-cert"]),
    ],
)
def test_keys_that_the_configuration_names_come_before_what_else_the_agent_has(
    refusing_sshd: Sshd, keys: _Keys, tmp_path: Path, lines: tuple[str, ...], first: list[str]
) -> None:
    # ssh shows the agent's first where it does not have the named one, and fails at a server that allows six
    config = _config(refusing_sshd, tmp_path, *(line.format(keys=keys.folder) for line in lines))
    by_ssh, by_monctl = _shown_by_both(refusing_sshd, keys, config)
    assert by_monctl[: len(first)] == first
    assert sorted(by_monctl) == sorted(by_ssh)


def test_the_usual_keys_come_behind_the_agents_unless_it_has_them(
    refusing_sshd: Sshd, keys: _Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    for name, usual in (("own", "id_rsa"), ("agent-4", "id_ed25519")):
        for ending in ("", ".pub"):
            (tmp_path / ".ssh" / f"{usual}{ending}").symlink_to(keys.folder / f"{name}{ending}")
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = _Shown(refusing_sshd, keys.names)
    with pytest.raises(PollFailed):
        _monctl(_config(refusing_sshd, tmp_path))
    first, *others, last = shown.keys()
    assert (first, last) == ("agent-4", "own")
    assert len(others) == _AGENT_KEYS  # with the sealed one, without agent-4


@pytest.fixture
def hanging_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that takes connections and never answers, as one behind a dead connection does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "hanging"))
        listener.listen()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "hanging"))
        yield


@pytest.fixture(scope="module")
def strict_sshd(tmp_path_factory: pytest.TempPathFactory, keys: _Keys) -> Iterator[Sshd]:
    """A server that allows six tries, lets `own` in, and trusts the authority."""
    folder = tmp_path_factory.mktemp("strict")
    options = ("MaxAuthTries 6", f"TrustedUserCAKeys {keys.authority}.pub")
    with running_sshd(folder, options=options) as server:
        server.authorized_keys.write_text((keys.folder / "own.pub").read_text())
        yield server


def test_a_server_that_allows_six_tries_is_not_shown_eleven_other_keys_first(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path
) -> None:
    _monctl(_config(strict_sshd, tmp_path, f"IdentityFile {keys.folder}/own"))


def test_the_second_of_two_keys_logs_in_where_the_first_is_missing(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path
) -> None:
    config = _config(
        strict_sshd,
        tmp_path,
        *(f"IdentityFile {keys.folder}/{name}" for name in ("missing", "own")),
        "IdentitiesOnly yes",
    )
    assert _ssh(config).stdout == "in\n"
    _monctl(config)


@pytest.mark.usefixtures("hanging_agent")
def test_an_agent_that_hangs_is_not_waited_for_where_a_key_of_a_file_logs_in(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path
) -> None:
    _monctl(_config(strict_sshd, tmp_path, f"IdentityFile {keys.folder}/own"))


@pytest.mark.usefixtures("hanging_agent")
def test_an_agent_that_hangs_costs_seconds_where_it_has_to_be_asked(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "AGENT_SECONDS", 0.2)
    names = (f"IdentityFile {keys.folder}/{name}" for name in ("sealed", "own"))
    _monctl(_config(strict_sshd, tmp_path, *names))


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_a_certificate_logs_in_by_its_own(strict_sshd: Sshd, keys: _Keys, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / "id", kind=kind)
    sign(keys.authority, key, user=strict_sshd.user)
    config = _config(strict_sshd, tmp_path, f"IdentityFile {key}", "IdentityAgent none")
    assert _ssh(config).stdout == "in\n"
    _monctl(config)


def test_a_certificate_of_a_key_that_only_the_agent_has_logs_in(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path
) -> None:
    key = tmp_path / "agent-2"
    key.with_suffix(".pub").write_text((keys.folder / "agent-2.pub").read_text())
    certificate = sign(keys.authority, key, user=strict_sshd.user)
    config = _config(
        strict_sshd, tmp_path, f"IdentityFile {key}", f"CertificateFile {certificate}", "IdentitiesOnly yes"
    )
    assert _ssh(config).stdout == "in\n"
    _monctl(config)


def test_a_renewed_certificate_is_read_without_a_restart(
    strict_sshd: Sshd, keys: _Keys, tmp_path: Path
) -> None:
    key = make_key(tmp_path / "id")
    host = HostSpec(name="host", address="127.0.0.1", timeout=20.0, key=(str(key),))
    config = _config(strict_sshd, tmp_path)

    async def scenario() -> None:
        connector = SshConnector(config=SshConfig([config]))
        try:
            for valid in ("-2h:-1h", "-1h:+1h"):
                sign(keys.authority, key, valid=valid, user=strict_sshd.user)
                if valid.startswith("-2h"):
                    with pytest.raises(PollFailed):
                        await _log_in(connector, host)
            await _log_in(connector, host)
        finally:
            connector.close()

    asyncio.run(scenario())


@pytest.fixture
def agent_of_own(keys: _Keys) -> Iterator[None]:
    """A second agent, with one key."""
    agent = _start_agent(keys.folder / "of-own.sock", keys.folder / "own")
    yield
    agent.terminate()  # which takes its socket away
    agent.wait()


@pytest.mark.usefixtures("agent_of_own")
@pytest.mark.parametrize("source", ["IdentityFile {keys}/own", "IdentityAgent {keys}/of-own.sock"])
def test_a_jump_alias_has_a_user_and_keys_of_its_own(
    strict_sshd: Sshd, shared_sshd: Sshd, keys: _Keys, tmp_path: Path, source: str
) -> None:
    # the host behind is logged in to with another key, by the inventory
    config = tmp_path / "config"
    config.write_text(
        f"Host bastion\n HostName 127.0.0.7\n Port {strict_sshd.port}\n User {strict_sshd.user}\n"
        f" {source.format(keys=keys.folder)}\n UserKnownHostsFile {strict_sshd.known_hosts}\n"
    )
    _monctl(
        config,
        "127.0.0.8",
        port=shared_sshd.port,
        user=shared_sshd.user,
        key=(str(shared_sshd.key),),
        known_hosts=str(shared_sshd.known_hosts),
        jump="bastion",
    )


def test_a_jump_host_that_the_configuration_says_nothing_of_is_lent_what_the_host_behind_it_has(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n User nobody-here\n IdentityFile /nowhere/id\n")
    _monctl(
        config,
        "127.0.0.8",
        port=shared_sshd.port,
        user=shared_sshd.user,
        key=(str(shared_sshd.key),),
        known_hosts=str(shared_sshd.known_hosts),
        jump=f"127.0.0.9:{shared_sshd.port}",
    )
