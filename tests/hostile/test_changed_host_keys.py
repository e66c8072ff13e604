"""A host that has keys and shows none of them has changed, whatever kind the new one is of."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from monctl.daemon.web.host_keys import ConnectorKeys
from poller.ssh.connector import SshConnector
from tests.support.api import ApiUnderTest, api_under_test
from tests.support.commands import Commands
from tests.support.sshd import Sshd, make_key

pytestmark = [pytest.mark.anyio, pytest.mark.sshd]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    connector = SshConnector()
    (tmp_path / "data").mkdir()
    async with api_under_test(tmp_path / "data", host_keys=ConnectorKeys(connector)) as api:
        yield api
    connector.close()


def _public(key: Path) -> str:
    return " ".join(Path(f"{key}.pub").read_text().split()[:2])


def _fingerprint(key: Path) -> str:
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def _hashed(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)


async def _run(commands: Commands, *args: str) -> Result:
    """A command, in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(commands.run, *args)


_LINES = {
    "its name": "[localhost]:{port} {old}",
    "its name without the port": "localhost {old}",
    "its address": "[127.0.0.1]:{port} {old}",
    "a pattern": "[local*]:{port},[other]:22 {old}",
    "revoked": "@revoked [localhost]:{port} {new}",
    "known and revoked": "[localhost]:{port} {new}\n@revoked * {new}",
}


@pytest.mark.parametrize(
    ("how", "is_hashed"), [*((how, False) for how in _LINES), *((how, True) for how in list(_LINES)[:3])]
)
async def test_a_key_of_another_kind_is_a_changed_one(
    api: ApiUnderTest, own_sshd: Sshd, tmp_path: Path, how: str, is_hashed: bool
) -> None:
    old = make_key(tmp_path / "old_host_key", kind="ecdsa")
    file = tmp_path / "own_known_hosts"
    values = {"port": own_sshd.port, "old": _public(old), "new": _public(own_sshd.host_key)}
    text = _LINES[how].format(**values) + "\n"
    file.write_text(text)
    if is_hashed:
        _hashed(file)
        text = file.read_text()
    entry = {"name": "web-1", "address": "localhost", "port": own_sshd.port, "known_hosts": str(file)}
    assert (await api.call("POST", "/hosts", json=entry)).status_code == 201
    seen = (await api.call("GET", "/hosts/web-1/host-keys")).json()
    assert (seen["is_changed"], [key["status"] for key in seen["keys"]]) == (True, ["changed"])
    assert ("@revoked" in seen["advice"], "--replace" in seen["advice"]) == (
        "revoked" in how,
        "revoked" not in how,
    )
    body = {"fingerprints": [_fingerprint(own_sshd.host_key)]}
    answer = await api.call("POST", "/hosts/web-1/host-keys/trust", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:monctl:problem:host-key-changed")
    assert file.read_text() == text

    hosts_yaml = tmp_path / "cli" / "hosts.yaml"
    hosts_yaml.parent.mkdir()
    hosts_yaml.write_text(
        f"hosts: {{web-1: {{address: localhost, port: {own_sshd.port}, known_hosts: {file}}}}}\n"
    )
    commands = Commands(hosts_yaml.parent)
    done = await _run(commands, "hosts", "trust", "web-1", "--yes")
    assert done.exit_code == 2, done.output
    assert file.read_text() == text
    replaced = await _run(commands, "hosts", "trust", "web-1", "--yes", "--replace")
    if "revoked" in how:
        assert (replaced.exit_code, "@revoked" in replaced.stderr) == (2, True)
        assert file.read_text() == text
    else:
        assert replaced.exit_code == 0, replaced.output
        assert _public(own_sshd.host_key) in file.read_text()
        assert ("An older key" in replaced.stderr) == (how == "a pattern")
        if how == "its name":
            assert _public(old) not in file.read_text()


async def test_a_further_key_does_not_join_one_that_is_known(api: ApiUnderTest, tmp_path: Path) -> None:
    """Each kind is shown in a connection of its own: who stands between passes one on and swaps another."""
    server = Sshd(tmp_path / "sshd")
    second = make_key(tmp_path / "second_host_key", kind="ecdsa")
    server.options = (f"HostKey {server.host_key}", f"HostKey {second}")
    server.start()
    try:
        file = tmp_path / "own_known_hosts"
        known = f"[127.0.0.2]:{server.port} {_public(server.host_key)}\n"
        file.write_text(known)
        ways: dict[str, Any] = {"address": "127.0.0.2", "port": server.port, "known_hosts": str(file)}
        await api.call("POST", "/hosts", json={"name": "web-1", **ways})
        seen = (await api.call("GET", "/hosts/web-1/host-keys")).json()
        assert {key["status"] for key in seen["keys"]} == {"known", "unknown"}
        assert "--replace" in seen["advice"]
        body = {"fingerprints": [_fingerprint(second)]}
        answer = await api.call("POST", "/hosts/web-1/host-keys/trust", json=body)
        assert answer.status_code == 409, answer.text
        assert "--replace" in answer.json()["detail"]
        again = {"fingerprints": [_fingerprint(server.host_key)]}
        assert (await api.call("POST", "/hosts/web-1/host-keys/trust", json=again)).status_code == 200
        assert file.read_text() == known

        folder = tmp_path / "cli"
        folder.mkdir()
        text = f"hosts: {{web-1: {{address: 127.0.0.2, port: {server.port}, known_hosts: {file}}}}}\n"
        (folder / "hosts.yaml").write_text(text)
        commands = Commands(folder)
        done = await _run(commands, "hosts", "trust", "web-1", "--yes")
        assert (done.exit_code, file.read_text()) == (0, known), done.output
        named = await _run(commands, "hosts", "trust", "web-1", "--fingerprint", _fingerprint(second))
        assert (named.exit_code, file.read_text()) == (2, known)
        assert (await _run(commands, "hosts", "trust", "web-1", "--yes", "--replace")).exit_code == 0
        assert {_public(second), _public(server.host_key)} == {
            line.split(maxsplit=1)[1] for line in file.read_text().splitlines()
        }
    finally:
        server.stop()
