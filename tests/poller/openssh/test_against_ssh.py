"""Random configurations of the known keywords: monctl's answer for many hosts is ssh's for each of them."""

import asyncio
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.host import HostSpec
from poller.openssh.answers import Answers
from poller.openssh.client import SshRefused
from poller.openssh.options import Dump, HostOptions
from poller.openssh.reading import read_options
from poller.ssh.ssh_config import SshConfig
from tests.support.examples import examples

pytestmark = pytest.mark.sshd

_NAMES = ("web1", "WEB2", "db1", "db-2.corp.example", "10.0.0.1", "10.0.0.2", "010.1", "fe80::1", "gate")
_PATTERNS = st.sampled_from(
    ("web*", "WEB*", "db?", "*.example", "10.0.0.*", "!web1", "*", "gate", "w?b1", "10.*")
)
_VALUES: Mapping[str, tuple[str, ...]] = {
    "HostName": ("gate", "10.0.0.2", "web1", "Other.Example"),
    "User": ("joe", "root"),
    "Port": ("22", "2222", "65535"),
    "IdentityFile": ("~/.ssh/one", "/keys/two", "none"),
    "CertificateFile": ("/keys/one-cert.pub",),
    "UserKnownHostsFile": ("/known/one /known/two", "none", "~/.ssh/other"),
    "GlobalKnownHostsFile": ("/known/global",),
    "HostKeyAlias": ("Alias", "other"),
    "IdentitiesOnly": ("yes", "no"),
    "BindAddress": ("127.0.0.1",),
    "AddressFamily": ("any", "inet", "inet6"),
    "Ciphers": ("aes256-ctr", "aes128-ctr,aes256-ctr"),
    "MACs": ("hmac-sha2-256",),
    "KexAlgorithms": ("curve25519-sha256",),
    "PubkeyAuthentication": ("yes", "no"),
    "PasswordAuthentication": ("yes", "no"),
}
_OF_SSH: Mapping[str, tuple[str, ...]] = {
    **_VALUES,
    "User": ("joe", "CORP\\alice"),
    "HostName": (*_VALUES["HostName"], "%h.corp.example"),
    "IdentityFile": (*_VALUES["IdentityFile"], '"/keys/a b"', "~/.ssh/%r@%h"),
    "UserKnownHostsFile": (*_VALUES["UserKnownHostsFile"], "/known/%h"),
    "ProxyCommand": ("nc %h %p", "none", "=~/way '%n' | cat"),
    "ProxyJump": ("gate", "joe@gate:2200", "none", "ssh://joe@gate:2200"),
    "ConnectTimeout": ("10", "10s", "1m"),
    "ServerAliveInterval": ("1h", "0", "15"),
    "ServerAliveCountMax": ("2",),
    "IdentityAgent": ("none", "SSH_AUTH_SOCK", "$AGENT", "/run/agent"),
    "Ciphers": (*_VALUES["Ciphers"], "-aes*", "+aes128-cbc", "^aes256-ctr"),
    "HostKeyAlgorithms": ("ssh-ed25519", "+ssh-rsa"),
    "RekeyLimit": ("1G 1h", "default none"),
    "PreferredAuthentications": ("publickey,password",),
    "ControlPath": ("/run/%C",),
    "SendEnv": ("LC_*",),
    "Compression": ("yes",),
}


def _lines(values: Mapping[str, tuple[str, ...]]) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(values)).flatmap(
        lambda keyword: st.sampled_from(values[keyword]).map(lambda value: f"  {keyword} {value}")
    )


def _configs(values: Mapping[str, tuple[str, ...]], heads: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lines for all hosts, then blocks of lines."""
    block = st.tuples(heads, st.lists(_lines(values), max_size=4)).map(lambda parts: [parts[0], *parts[1]])
    blocks = st.lists(block, max_size=5).map(lambda lists: [line for lines in lists for line in lines])
    return st.tuples(st.lists(_lines(values), max_size=2), blocks).map(
        lambda parts: "\n".join([*parts[0], *parts[1], ""])
    )


_HOST_HEADS = st.lists(_PATTERNS, min_size=1, max_size=3).map(lambda words: "Host " + " ".join(words))
_MATCH_HEADS = st.sampled_from(
    (
        "Match all",
        "Match host web*,gate",
        "Match originalhost db*",
        "Match user joe",
        "Match final host 10.0.0.*",
        'Match exec "test %h = web1"',
        "Match !host web1",
    )
)


def _direct(config: Path | str, name: str) -> Dump | None:
    """What ssh says itself, None when it refuses."""
    command = ["ssh", "-F", str(config), "-G", name]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return Dump.parse(done.stdout) if done.returncode == 0 else None


async def _asked(answers: Answers, name: str) -> HostOptions | None:
    try:
        return (await answers.options(name, user=None, port=None, seconds=60))[0]
    except SshRefused:
        return None


@settings(max_examples=examples(200, few=12))
@given(text=_configs(_OF_SSH, _HOST_HEADS | _MATCH_HEADS) | _configs(_OF_SSH, _HOST_HEADS))
def test_answers_that_hosts_share_are_those_that_each_would_have_had(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_text(text)
        defaults = _direct("none", "localhost")
        assert defaults is not None

        async def ask() -> list[HostOptions | None]:
            answers = SshConfig([path]).answers
            return await asyncio.gather(*(_asked(answers, name) for name in _NAMES))

        answered = asyncio.run(ask())
        for name, options in zip(_NAMES, answered, strict=True):
            direct = _direct(path, name)
            assert options == (direct and HostOptions.from_dump(direct, defaults)), name


@settings(max_examples=examples(200, few=15))
@given(text=_configs(_VALUES, _HOST_HEADS), name=st.sampled_from(("web1", "db1", "10.0.0.1", "gate")))
def test_the_reading_without_ssh_agrees_where_it_can(text: str, name: str) -> None:
    """It is an approximation: keywords, words and Host patterns; not Match, quotes, `\\` and units."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_text(text)
        read = read_options([path], name, user=None, port=None)
        dump = _direct(path, name)
        assert dump is not None
        assert read.hostname.lower() == dump.text("hostname")
        assert (read.port, read.user) == (int(dump.text("port") or 0), dump.text("user"))
        assert (read.host_key_alias or "").lower() == (dump.text("hostkeyalias") or "")
        assert (read.bind_address, read.is_identities_only) == (
            dump.text("bindaddress"),
            dump.text("identitiesonly") == "yes",
        )
        for ours, keyword in (
            (read.ciphers, "ciphers"),
            (read.macs, "macs"),
            (read.key_exchanges, "kexalgorithms"),
        ):
            assert not ours or ",".join(ours) == dump.text(keyword)
        assert read.allows_public_key == (dump.text("pubkeyauthentication") in ("yes", "true"))
        assert read.allows_password == (dump.text("passwordauthentication") == "yes")


def test_a_jump_of_the_inventory_takes_the_place_of_the_configurations_way(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("ProxyCommand nc %h %p\n")
    host = HostSpec(name="a", address="a", jump="gate")
    target = asyncio.run(SshConfig([tmp_path / "config"]).resolve(host))
    assert (target.jump, target.proxy_command) == ("gate", None)
