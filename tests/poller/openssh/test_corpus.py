"""Configurations of the kinds that people have: what monctl takes of each host is what ssh prints for it."""

import asyncio
import re
import subprocess
from pathlib import Path

import asyncssh
import pytest

from inventory.host import HostSpec
from poller.openssh.algorithms import host_key_algorithms, session_options
from poller.openssh.options import Dump
from poller.ssh.ssh_config import SshConfig, Target

pytestmark = pytest.mark.sshd

_FOLDER = Path(__file__).parents[2] / "data" / "ssh_configs"
_HOST = re.compile(r"^\s*host\s*=?\s*(.*?)\s*(#.*)?$", re.IGNORECASE | re.MULTILINE)
_MORE = {
    "jumps": ("x.inside", "10.20.0.7", "gate-x"),
    "corporate": ("vpn", "db", "cache", "other"),
    "commands": ("cloud-1",),
}


def _aliases(path: Path) -> list[str]:
    words = " ".join(match[1] for match in _HOST.finditer(path.read_text("latin-1"))).replace('"', "").split()
    return [*dict.fromkeys(word for word in words if not set(word) & set("*?!")), *_MORE.get(path.name, ())]


def _direct(path: Path, name: str) -> Dump:
    done = subprocess.run(
        ["ssh", "-F", str(path), "-G", name], capture_output=True, stdin=subprocess.DEVNULL, check=True
    )
    return Dump.parse(done.stdout.decode("utf-8", "surrogateescape"))


def _told(target: Target) -> dict[str, object]:
    """What of a target ssh says in the same words."""
    options = target.options
    return {
        "hostname": target.address,
        "port": str(target.port),
        "user": target.user,
        "hostkeyalias": target.host_key_alias,
        "bindaddress": options.bind_address,
        "bindinterface": options.bind_interface,
        "revokedhostkeys": options.revoked_host_keys,
        "proxycommand": options.proxy_command,
    }


@pytest.mark.parametrize("name", sorted(path.name for path in _FOLDER.iterdir() if path.is_file()))
def test_each_host_of_each_configuration_is_as_ssh_prints_it(name: str, tmp_path: Path) -> None:
    text = (_FOLDER / name).read_bytes().replace(b"{folder}", str(_FOLDER).encode())
    path = tmp_path / "config"
    path.write_bytes(text)
    aliases = _aliases(_FOLDER / name)
    assert aliases

    async def ask() -> list[Target]:
        config = SshConfig([path])
        return await asyncio.gather(*(config.resolve(HostSpec(name=each, address=each)) for each in aliases))

    for alias, target in zip(aliases, asyncio.run(ask()), strict=True):
        direct = _direct(path, alias)
        for keyword, value in _told(target).items():
            assert value == direct.text(keyword), (alias, keyword)
        jump = direct.text("proxyjump")
        assert (target.jump or "").count(",") == (jump or "").count(","), alias
        if target.options.identity_files:
            assert target.options.identity_files == direct.lines("identityfile"), alias
        if target.options.user_known_hosts:
            assert target.options.user_known_hosts == direct.words("userknownhostsfile"), alias
        if target.options.ciphers:
            assert ",".join(target.options.ciphers) == direct.text("ciphers"), alias
        _take(target)


def _take(target: Target) -> None:
    """What asyncssh is told, which it refuses when it does not understand it."""
    asyncssh.SSHClientConnectionOptions(
        config=None,
        client_keys=None,
        known_hosts=None,
        username="a",
        server_host_key_algs=host_key_algorithms(target.options, ["ssh-ed25519"]),
        **session_options(target.options),
    )


def test_what_the_configurations_are_about_is_understood(tmp_path: Path) -> None:
    """So that the comparison cannot hold for nothing."""

    def target(file: str, alias: str) -> Target:
        path = tmp_path / file
        path.write_bytes((_FOLDER / file).read_bytes().replace(b"{folder}", str(_FOLDER).encode()))
        return asyncio.run(SshConfig([path]).resolve(HostSpec(name=alias, address=alias)))

    assert (target("crlf", "crlf").address, target("crlf", "crlf").port) == ("192.0.2.1", 2222)
    assert target("jumps", "x.inside").jump == "gate-outer,gate-inner"
    assert target("jumps", "url").jump == "bob@gate.example.net:2022"
    assert target("jumps", "token").jump == "gate-token"
    assert target("jumps", "gate-inner").jump == "gate-outer"
    assert target("corporate", "db").port == 2206
    assert target("corporate", "vpn").address == "10.99.0.1"
    assert (target("corporate", "web").address, target("corporate", "web").user) == (
        "web.corp.example",
        "CORP\\svc-monitor",
    )
    assert target("odd_writing", "quoted").key_files[0] == Path("/keys/with a blank")
    assert target("commands", "cloud-1").proxy_command == (
        f'sh -c "cloud session --target cloud-1 --user {target("commands", "cloud-1").user} --percent 100%"'
    )
    assert (target("commands", "both").jump, target("commands", "both").proxy_command) == (None, "false")
    assert (target("commands", "other-way").jump, target("commands", "other-way").proxy_command) == (
        "gate",
        None,
    )
    everything = target("everything", "a")
    assert everything.certificate_files == (Path("~/.ssh/a-cert.pub").expanduser(), Path("/certs/a"))
    assert everything.known_hosts_files[-1] == Path("/known/global")
    assert Path("~/.ssh/known_hosts").expanduser() in everything.known_hosts_files
