"""What known_hosts trusts: OpenSSH's client and monctl take and refuse the same."""

import asyncio
import base64
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from inventory.host import HostSpec
from metrics.outcomes import advice_for
from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.host_keys.trust import KeysOfName, Trust
from poller.ssh.ssh_config import SshConfig
from tests.support.sshd import Sshd, make_key

pytestmark = pytest.mark.sshd


@dataclass(frozen=True)
class Place:
    """A server, a second one whose host key is certified, and keys to write lines with."""

    plain: Sshd
    certified: Sshd
    keys: dict[str, str]
    folder: Path

    def known_hosts(self, text: str, server: Sshd) -> Path:
        """A file with this text, keys and port filled in."""
        path = self.folder / "known_hosts"
        path.write_bytes(text.format(**self.keys, P=server.port).encode() + b"\n")
        return path

    def certify(self, authority: str, *options: str) -> None:
        """Give the second server a certificate for its host key."""
        self.certified.stop()
        command = ["ssh-keygen", "-q", "-s", str(self.folder / authority), "-I", "host", *options]
        subprocess.run([*command, f"{self.certified.host_key}.pub"], check=True)
        self.certified.start()


def _public(path: Path) -> str:
    return " ".join(Path(f"{path}.pub").read_text().split()[:2])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("trust")
    quick = "KexAlgorithms curve25519-sha256"
    plain = Sshd(folder / "plain", options=("ListenAddress 0.0.0.0", "ListenAddress ::", quick))
    certified = Sshd(folder / "certified")
    certified.options = (f"HostCertificate {certified.host_key}-cert.pub", quick)
    keys = {name: _public(make_key(folder / name)) for name in ("B", "CA", "CB")}
    keys |= {
        "E": _public(make_key(folder / "E", kind="ecdsa")),
        "RCA": _public(make_key(folder / "RCA", kind="rsa")),
    }
    keys |= {"A": _public(plain.host_key), "C": _public(certified.host_key)}
    place = Place(plain, certified, keys, folder)
    plain.start()
    yield place
    certified.stop()
    plain.stop()


def _ssh_takes(server: Sshd, known_hosts: Path, host: str, config: Path) -> bool:
    """Whether OpenSSH's client takes the host's key; it is let in nowhere, so that nothing runs."""
    options = {
        "UserKnownHostsFile": str(known_hosts),
        "GlobalKnownHostsFile": "none",
        "StrictHostKeyChecking": "yes",
        "BatchMode": "yes",
        "PreferredAuthentications": "none",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run(
        ["ssh", "-F", str(config), *words, "-p", str(server.port), host, "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("Permission denied" in done.stderr) != ("Host key verification failed" in done.stderr), (
        done.stderr
    )
    return "Permission denied" in done.stderr


def _judgement(server: Sshd, known_hosts: Path, host: str, config: Path) -> PollFailed | None:
    """Why monctl would not log in, None if it would: what a log-in asks, without one."""
    shown = base64.b64decode(_public(server.host_key).split()[1])

    async def scenario() -> PollFailed | None:
        connector = SshConnector(config=SshConfig([config]))
        try:
            trust = await connector.trust(await connector.prepare(_spec(server, known_hosts, host)))
            trust.accepted_key(shown, host, now=time.time())
        except PollFailed as error:
            return error
        finally:
            connector.close()
        return None

    return asyncio.run(scenario())


def _spec(server: Sshd, known_hosts: Path, host: str) -> HostSpec:
    return HostSpec(
        name="web-1",
        address=host,
        port=server.port,
        user=server.user,
        key=(str(server.key),),
        known_hosts=str(known_hosts),
    )


def _failure(server: Sshd, known_hosts: Path, host: str, config: Path) -> PollFailed | None:
    """Why monctl does not log in, None if it does."""
    spec = _spec(server, known_hosts, host)

    async def scenario() -> PollFailed | None:
        connector = SshConnector(config=SshConfig([config]))
        try:
            await (await connector.connect(spec)).close()
        except PollFailed as error:
            return error
        finally:
            connector.close()
        return None

    return asyncio.run(scenario())


_ROWS = [
    # by name, not by the address that it stands for
    ("[localhost]:{P} {B}\n[127.0.0.1]:{P} {A}", "localhost", ""),
    ("[127.0.0.1]:{P} {A}\n[::1]:{P} {A}", "localhost", ""),
    ("[localhost]:{P} {A}", "127.0.0.1", ""),
    ("[127.0.0.1]:{P} {A}", "127.0.0.1", ""),
    ("[127.0.0.1]:{P} {B}\n127.0.0.1 {A}", "127.0.0.1", ""),
    # case, and spellings of an address
    ("[localhost]:{P} {A}", "LOCALHOST", ""),
    ("[LocalHost]:{P} {A}", "localhost", ""),
    ("[LOCAL*]:{P} {A}", "localhost", ""),
    ("[127.0.0.1]:{P} {A}", "127.1", ""),
    ("[127.1]:{P} {A}", "127.1", ""),
    ("[::1]:{P} {A}", "0:0:0:0:0:0:0:1", ""),
    ("::1 {A}", "::1", ""),
    # the port
    ("localhost {A}", "localhost", ""),
    ("[localhost]:{P} {B}\nlocalhost {A}", "localhost", ""),
    ("[localhost]:{P} {E}\nlocalhost {A}", "localhost", ""),
    ("[localhost]:22 {A}", "localhost", ""),
    ("[localhost] {A}", "localhost", ""),
    # HostKeyAlias
    ("alias {A}", "localhost", "HostKeyAlias alias"),
    ("ALIAS {A}", "localhost", "HostKeyAlias Alias"),
    ("[alias]:{P} {A}", "localhost", "HostKeyAlias alias"),
    ("[localhost]:{P} {A}\nlocalhost {A}", "localhost", "HostKeyAlias alias"),
    ("alias {B}\n[localhost]:{P} {A}", "localhost", "HostKeyAlias alias"),
    # patterns
    ("127.0.0.0/8 {A}", "127.0.0.1", ""),
    ("127.0.0.? {A}", "127.0.0.1", ""),
    ("* {A}", "localhost", ""),
    ("*,!localhost {A}", "localhost", ""),
    ("*,!localhost,![localhost]:* {A}", "localhost", ""),
    ("[!x]ocalhost {A}", "localhost", ""),
    ("[lL]ocalhost {A}", "localhost", ""),
    ("a,,localhost {A}", "localhost", ""),
    # revoked
    ("[localhost]:{P} {A}\n@revoked [localhost]:{P} {A}", "localhost", ""),
    ("[localhost]:{P} {A}\n@revoked * {A}", "localhost", ""),
    ("[localhost]:{P} {A}\n@revoked * {B}", "localhost", ""),
    ("[localhost]:{P} {A}\n@revoked localhost {A}", "localhost", ""),
    ("localhost {A}\n@revoked [localhost]:{P} {A}", "localhost", ""),
    # what is no line
    ("localhost {A}\r", "localhost", ""),
    ("\t localhost\t{A} a comment", "localhost", ""),
    ("@revoked @cert-authority localhost {A}\nlocalhost {A}", "localhost", ""),
    ("@unknown localhost {A}", "localhost", ""),
    ("localhost 256 {A}", "localhost", ""),
    ("localhost ssh-rsa AAAA", "localhost", ""),
    ("# localhost {A}", "localhost", ""),
    ("x {A}\x0clocalhost {A}", "localhost", ""),
    ("localhost\x0b{A}", "localhost", ""),
    ('"localhost" {A}', "localhost", ""),
    ("@cert-authority localhost {A}", "localhost", ""),
]


@pytest.mark.parametrize(("lines", "host", "option"), _ROWS)
def test_a_key_is_taken_where_ssh_takes_it(place: Place, lines: str, host: str, option: str) -> None:
    config = place.folder / "config"
    config.write_text(f"Host *\n {option}\n" if option else "")
    known_hosts = place.known_hosts(lines, place.plain)
    failure = _judgement(place.plain, known_hosts, host, config)
    assert (failure is None) == _ssh_takes(place.plain, known_hosts, host, config), failure


@pytest.mark.parametrize(("number", "is_taken"), [(0, False), (1, False), (3, True)])
def test_a_log_in_goes_by_the_name(place: Place, number: int, is_taken: bool) -> None:
    lines, host, _ = _ROWS[number]
    config = place.folder / "config"
    config.write_text("")
    failure = _failure(place.plain, place.known_hosts(lines, place.plain), host, config)
    assert (failure is None) == is_taken, failure


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1", "::1"])
def test_a_hashed_name_is_taken_where_ssh_takes_it(place: Place, host: str) -> None:
    config = place.folder / "config"
    config.write_text("")
    known_hosts = place.known_hosts("[localhost]:{P} {A}\n[127.0.0.1]:{P} {A}", place.plain)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known_hosts)], check=True, capture_output=True)
    failure = _judgement(place.plain, known_hosts, host, config)
    assert (failure is None) == _ssh_takes(place.plain, known_hosts, host, config), failure


_LAST_YEAR = "-V20200101000000:20210101000000"
_CERTIFICATES: dict[str, tuple[str, tuple[str, ...], str, str | None]] = {
    # certificate's authority and options, lines, what is told (None: it is taken)
    "good": ("CA", ("-h", "-n", "localhost"), "@cert-authority * {CA}", None),
    "for anybody": ("CA", ("-h",), "@cert-authority [localhost]:{P} {CA}", None),
    "the authority of the name without a port": ("CA", ("-h",), "@cert-authority localhost {CA}", None),
    "beside a key of the name": ("CA", ("-h",), "[localhost]:{P} {B}\n@cert-authority * {CA}", None),
    "expired": ("CA", ("-h", _LAST_YEAR), "@cert-authority * {CA}", "expired at 2021-01-01"),
    "expired, known key": ("CA", ("-h", _LAST_YEAR), "@cert-authority * {CA}\nlocalhost {C}", None),
    "not yet": ("CA", ("-h", "-V20990101000000:20990201000000"), "@cert-authority * {CA}", "before 2099"),
    "for another name": ("CA", ("-h", "-n", "db1,db2"), "@cert-authority * {CA}", "db1, db2 and not for"),
    "for a pattern": ("CA", ("-h", "-n", "local*"), "@cert-authority * {CA}", "not for localhost"),
    "in capitals": ("CA", ("-h", "-n", "LOCALHOST"), "@cert-authority * {CA}", "not for localhost"),
    "a user's": ("CA", ("-n", "localhost"), "@cert-authority * {CA}", "user's certificate"),
    "revoked authority": ("CA", ("-h",), "@cert-authority * {CA}\n@revoked * {CA}", "@revoked"),
    "revoked key": ("CA", ("-h",), "@cert-authority * {CA}\n@revoked * {C}", "@revoked"),
    "revoked authority, known key": (
        "CA", ("-h",), "localhost {C}\n@cert-authority * {CA}\n@revoked * {CA}", "@revoked"
    ),
    "another authority": ("CB", ("-h",), "@cert-authority * {CA}", "not certified for it by a known"),
    "another authority, known key": ("CB", ("-h",), "@cert-authority * {CA}\nlocalhost {C}", None),
    "signed with SHA-1": ("RCA", ("-h", "-t", "ssh-rsa"), "@cert-authority * {RCA}", "signed with SHA-1"),
    "signed by RSA": ("RCA", ("-h", "-t", "rsa-sha2-256"), "@cert-authority * {RCA}", None),
    "signed by ECDSA": ("E", ("-h",), "@cert-authority * {E}", None),
    "no authority": ("CA", ("-h",), "localhost {CA}", "known_hosts has"),
}  # fmt: skip


@pytest.mark.parametrize("what", _CERTIFICATES)
def test_a_certificate_is_taken_where_ssh_takes_it_and_else_told_by_name(place: Place, what: str) -> None:
    authority, options, lines, told = _CERTIFICATES[what]
    config = place.folder / "config"
    config.write_text("")
    place.certify(authority, *options)
    known_hosts = place.known_hosts(lines, place.certified)
    failure = _failure(place.certified, known_hosts, "localhost", config)
    assert (failure is None) == _ssh_takes(place.certified, known_hosts, "localhost", config), failure
    if told is None:
        assert failure is None
        return
    assert failure is not None
    assert told in failure.detail
    if failure.outcome is Outcome.HOST_KEY_INVALID:
        advice = advice_for(failure.outcome, "web-1", own=failure.advice)
        assert "--replace" not in advice
        assert "attack" not in advice
    else:
        assert what in ("another authority", "no authority")


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_how_a_certificate_was_signed_is_seen_of_keys_of_all_kinds(
    place: Place, tmp_path: Path, kind: str
) -> None:
    key, authority = make_key(tmp_path / "key", kind=kind), place.folder / "RCA"
    trust = Trust("web-1", (KeysOfName(authorities=(asyncssh.read_public_key(f"{authority}.pub"),)),))
    for algorithm in ("ssh-rsa", "rsa-sha2-512"):
        command = ["ssh-keygen", "-q", "-t", algorithm, "-s", str(authority), "-I", "host", "-h"]
        subprocess.run([*command, f"{key}.pub"], check=True)
        shown = base64.b64decode(Path(f"{key}-cert.pub").read_text().split()[1])
        if algorithm == "ssh-rsa":
            with pytest.raises(PollFailed, match="signed with SHA-1"):
                trust.accepted_key(shown, "web-1:22", now=time.time())
        else:
            taken = trust.accepted_key(shown, "web-1:22", now=time.time())
            assert taken == asyncssh.read_public_key(f"{key}.pub")
