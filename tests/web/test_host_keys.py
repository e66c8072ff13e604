"""SSH keys of hosts over the API, shown by a real sshd."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from access.roles import Role
from monctl.daemon.web.host_keys import ConnectorKeys
from poller.ssh.connector import SshConnector
from tests.support.api import ApiUnderTest, api_under_test
from tests.support.ports import free_port
from tests.support.sshd import Sshd, make_key, running_sshd
from web.schemas.host_keys import HostKeysView

pytestmark = [pytest.mark.anyio, pytest.mark.sshd]

CHANGED = "urn:monctl:problem:host-key-changed"
DIFFER = "urn:monctl:problem:host-keys-differ"
UNUSABLE = "urn:monctl:problem:known-hosts-unusable"
UNSEEN = "urn:monctl:problem:host-keys-unseen"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiUnderTest]:
    """An API that asks hosts with a connector of its own."""
    connector = SshConnector()
    (tmp_path / "data").mkdir()
    async with api_under_test(tmp_path / "data", host_keys=ConnectorKeys(connector)) as api:
        yield api
    connector.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own_known_hosts"


async def _add(api: ApiUnderTest, server: Sshd, file: Path, **entry: Any) -> None:
    host = {"name": "web-1", "address": "127.0.0.2", "port": server.port, "known_hosts": str(file)}
    answer = await api.call("POST", "/hosts", json={**host, **entry})
    assert answer.status_code == 201, answer.text


async def _look(api: ApiUnderTest) -> dict[str, Any]:
    answer = await api.call("GET", "/hosts/web-1/host-keys", role=Role.OPERATOR)
    assert answer.status_code == 200, answer.text
    HostKeysView.model_validate(answer.json())
    document: dict[str, Any] = answer.json()
    return document


async def _trust(api: ApiUnderTest, *fingerprints: str) -> httpx.Response:
    return await api.call("POST", "/hosts/web-1/host-keys/trust", json={"fingerprints": fingerprints})


def _fingerprint(key: Path) -> str:
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def _public(key: Path) -> str:
    return " ".join(Path(f"{key}.pub").read_text().split()[:2])


def _with_two_keys(folder: Path, second: Path) -> tuple[str, ...]:
    return (f"HostKey {folder / 'sshd_host_key'}", f"HostKey {second}")


def _line(server: Sshd, key: Path) -> str:
    return f"[127.0.0.2]:{server.port} {_public(key)}\n"


async def test_a_key_that_is_not_known_is_shown_compared_and_added(
    api: ApiUnderTest, own_sshd: Sshd, file: Path
) -> None:
    await _add(api, own_sshd, file)
    seen = await _look(api)
    fingerprint = _fingerprint(own_sshd.host_key)
    assert seen["keys"] == [{"type": "ssh-ed25519", "fingerprint": fingerprint, "status": "unknown"}]
    assert (seen["known"], seen["is_changed"]) == ([], False)
    assert (seen["name"], seen["file"]) == (f"[127.0.0.2]:{own_sshd.port}", str(file))
    assert "ssh-keygen" in seen["advice"]
    assert not file.exists()

    trusted = await _trust(api, fingerprint)
    assert trusted.status_code == 200, trusted.text
    assert file.read_text() == _line(own_sshd, own_sshd.host_key)
    assert [key["status"] for key in trusted.json()["keys"]] == ["known"]
    assert trusted.json() == await _look(api)
    assert trusted.json()["advice"] == ""
    (row,), _ = api.parts.audit.entries(target="web-1", actor="user:admin", limit=1)
    assert (row.action, row.detail["fingerprints"]) == ("host.trust", [fingerprint])
    assert row.detail["file"] == str(file)


async def test_trusting_once_more_changes_nothing(api: ApiUnderTest, own_sshd: Sshd, file: Path) -> None:
    await _add(api, own_sshd, file)
    for _ in range(2):
        assert (await _trust(api, _fingerprint(own_sshd.host_key))).status_code == 200
    assert file.read_text() == _line(own_sshd, own_sshd.host_key)


async def test_only_the_keys_that_were_named_are_added(api: ApiUnderTest, tmp_path: Path, file: Path) -> None:
    second = make_key(tmp_path / "ecdsa_key", kind="ecdsa")
    with running_sshd(tmp_path / "two", options=_with_two_keys(tmp_path / "two", second)) as server:
        await _add(api, server, file)
        assert {key["type"] for key in (await _look(api))["keys"]} == {"ssh-ed25519", "ecdsa-sha2-nistp256"}
        assert (await _trust(api, _fingerprint(second))).status_code == 200
        assert file.read_text() == _line(server, second)
        statuses = {key["type"]: key["status"] for key in (await _look(api))["keys"]}
        assert statuses == {"ssh-ed25519": "unknown", "ecdsa-sha2-nistp256": "known"}


async def test_a_key_that_the_host_does_not_show_now_is_not_added_nor_are_the_others(
    api: ApiUnderTest, own_sshd: Sshd, file: Path
) -> None:
    await _add(api, own_sshd, file)
    shown = _fingerprint(own_sshd.host_key)
    other = _fingerprint(own_sshd.key)
    for fingerprints in ([other], [shown, other], ["SHA256:x"]):
        answer = await _trust(api, *fingerprints)
        assert (answer.status_code, answer.json()["type"]) == (409, DIFFER)
        assert answer.json()["host_keys"]["keys"][0]["fingerprint"] == shown
    assert not file.exists()
    assert api.parts.audit.entries()[0][0].action == "host.create"


async def test_a_changed_key_is_never_replaced_and_the_answer_says_what_to_do(
    api: ApiUnderTest, own_sshd: Sshd, file: Path
) -> None:
    await _add(api, own_sshd, file)
    old = _line(own_sshd, own_sshd.key)
    file.write_text(old)
    seen = await _look(api)
    assert seen["is_changed"] is True
    assert [key["status"] for key in seen["keys"]] == ["changed"]
    assert [key["fingerprint"] for key in seen["known"]] == [_fingerprint(own_sshd.key)]
    answer = await _trust(api, _fingerprint(own_sshd.host_key))
    assert (answer.status_code, answer.json()["type"]) == (409, CHANGED)
    assert "monctl hosts trust web-1 --replace" in answer.json()["detail"]
    assert file.read_text() == old


async def test_a_new_key_beside_a_changed_one_is_not_added_either(
    api: ApiUnderTest, tmp_path: Path, file: Path
) -> None:
    second = make_key(tmp_path / "ecdsa_key", kind="ecdsa")
    with running_sshd(tmp_path / "two", options=_with_two_keys(tmp_path / "two", second)) as server:
        await _add(api, server, file)
        file.write_text(_line(server, server.key))
        answer = await _trust(api, _fingerprint(second))
        assert (answer.status_code, answer.json()["type"]) == (409, CHANGED)
        assert file.read_text() == _line(server, server.key)


@pytest.mark.parametrize("name", ["authorized_keys", "sudoers", "x"])
async def test_no_file_of_another_kind_is_written_whatever_an_entry_says(
    api: ApiUnderTest, own_sshd: Sshd, tmp_path: Path, name: str
) -> None:
    """An API key must not be worth a log-in on this machine."""
    await _add(api, own_sshd, tmp_path / "known_hosts.d" / name)
    answer = await _trust(api, _fingerprint(own_sshd.host_key))
    assert (answer.status_code, answer.json()["type"]) == (409, UNUSABLE)
    assert name in answer.json()["detail"]
    assert not (tmp_path / "known_hosts.d").exists()


async def test_a_file_that_cannot_be_written_is_named(
    api: ApiUnderTest, own_sshd: Sshd, tmp_path: Path
) -> None:
    (tmp_path / "folder").write_text("a file where a folder should be")
    await _add(api, own_sshd, tmp_path / "folder" / "known_hosts")
    answer = await _trust(api, _fingerprint(own_sshd.host_key))
    assert (answer.status_code, answer.json()["type"]) == (409, UNUSABLE)
    assert "folder/known_hosts cannot be written" in answer.json()["detail"]


async def test_a_host_that_does_not_answer_says_why(api: ApiUnderTest, own_sshd: Sshd, file: Path) -> None:
    await _add(api, own_sshd, file, port=free_port())
    for answer in (await api.call("GET", "/hosts/web-1/host-keys"), await _trust(api, "SHA256:x")):
        assert (answer.status_code, answer.json()["type"]) == (424, UNSEEN)
        assert answer.json()["reason"] == "refused"
        assert "Start sshd" in answer.json()["advice"]


async def test_keys_of_several_hosts_that_are_trusted_at_once_are_all_kept(
    api: ApiUnderTest, own_sshd: Sshd, file: Path
) -> None:
    names = [f"127.0.0.{number}" for number in range(2, 10)]
    entry = {"port": own_sshd.port, "known_hosts": str(file)}
    for name in names:
        await api.call("POST", "/hosts", json={"name": name, "address": name, **entry})
    body = {"fingerprints": [_fingerprint(own_sshd.host_key)]}
    paths = [f"/hosts/{name}/host-keys/trust" for name in names]
    answers = await asyncio.gather(*(api.call("POST", path, json=body) for path in paths))
    assert [answer.status_code for answer in answers] == [200] * len(names)
    trusted = {line.split()[0] for line in file.read_text().splitlines()}
    assert trusted == {f"[{name}]:{own_sshd.port}" for name in names}


@pytest.mark.parametrize("connection", ["local", "push"])
async def test_a_host_that_is_not_reached_by_ssh_has_no_keys(api: ApiUnderTest, connection: str) -> None:
    await api.call("POST", "/hosts", json={"name": "me", "connection": connection})
    answer = await api.call("GET", "/hosts/me/host-keys")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:monctl:problem:no-host-keys")


@pytest.mark.parametrize("fingerprints", [[], ["x"] * 21, "SHA256:x", [7]])
async def test_fingerprints_that_cannot_be_are_refused(api: ApiUnderTest, fingerprints: Any) -> None:
    await api.call("POST", "/hosts", json={"name": "web-1", "address": "127.0.0.2"})
    answer = await api.call("POST", "/hosts/web-1/host-keys/trust", json={"fingerprints": fingerprints})
    assert answer.status_code == 422


async def test_a_process_that_asks_nobody_says_so(tmp_path: Path) -> None:
    async with api_under_test(tmp_path) as api:
        await api.call("POST", "/hosts", json={"name": "web-1", "address": "127.0.0.2"})
        assert (await api.call("GET", "/hosts/web-1/host-keys")).status_code == 503
