"""Files that entries name: nothing but what they should be is read, of nothing else is anything told."""

import asyncio
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from inventory.host import HostSpec
from inventory.host_table.api_policy import ApiPolicy
from inventory.host_table.repository import HostRepository
from monctl.daemon.web.host_keys import ConnectorKeys
from poller.errors import KeyFileUnusable, PollFailed
from poller.ssh.connector import SshConnector
from poller.ssh.credentials import KeyFiles, KeyRing
from poller.ssh.host_files import FileReaders
from poller.ssh.host_keys.known_hosts import KnownHosts
from poller.ssh.ssh_config import SshConfig
from tests.support.api import api_under_test
from tests.support.databases import SQLITE, Database
from tests.support.installation import MonctlFolder
from tests.support.sshd import Sshd, make_key

pytestmark = pytest.mark.anyio
SECRET = "hunter2-of-the-file"


@pytest.fixture
def monctl(tmp_path: Path) -> Iterator[MonctlFolder]:
    installation = MonctlFolder(tmp_path / "monctl")
    yield installation
    installation.stop(signal.SIGKILL)


def _odd_files(folder: Path) -> list[str]:
    """Paths of what is there, and is no regular file of a sensible size."""
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
    (folder / "huge").touch()
    os.truncate(folder / "huge", 1 << 40)
    (folder / "link").symlink_to("/dev/zero")
    paths = [str(folder / name) for name in ("fifo", "socket", "huge", "link")]
    return [
        *paths,
        "/dev/zero",
        "/dev/ptmx",
        "/dev/tty",
        "/proc/self/environ",
        "/proc/kmsg",
        "/proc/self/mem",
    ]


_CHILD = """
import asyncio, resource, sys
from pathlib import Path
from poller.errors import KeyFileUnusable, PollFailed
from poller.ssh.credentials import KeyFiles, KeyRing
from poller.ssh.host_keys.known_hosts import KnownHosts

async def main():
    for text in sys.argv[1:]:
        for kind in ("key", "known_hosts"):
            try:
                if kind == "key":
                    await KeyRing().credentials(KeyFiles((Path(text),), are_required=True), seconds=5)
                else:
                    await KnownHosts().trust((Path(text),), "h", port=22, seconds=5)
            except (KeyFileUnusable, PollFailed) as error:
                print(kind, text, error)
            else:
                print(kind, text, "TAKEN")

resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
asyncio.run(main())
"""


async def test_no_device_pipe_or_endless_file_is_read_whoever_names_it(tmp_path: Path) -> None:
    paths = _odd_files(tmp_path)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *paths], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(paths)
    assert not [line for line in lines if "regular file" not in line and "larger than" not in line], lines
    assert time.monotonic() - started < 30
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_500_000  # KiB, of any child so far


async def test_a_read_that_hangs_costs_nobody_else(tmp_path: Path) -> None:
    readers = FileReaders(reads=2)
    release = threading.Event()
    try:
        waits = [readers.run("hung", release.wait, seconds=0.3) for _ in range(50)]
        answers = await asyncio.gather(*waits, return_exceptions=True)
        assert all(isinstance(answer, OSError) for answer in answers)
        assert "could not be read within 0.3 s" in str(answers[0])
        # the thread hangs on; all that waited for it share the one
        key = make_key(tmp_path / "key")
        assert (await KeyRing(readers).credentials(KeyFiles((key,)), seconds=5)).identities
        known = await KnownHosts(readers).trust((tmp_path / "none",), "h", port=22, seconds=5)
        assert known.keys == ()
    finally:
        release.set()
    assert await readers.run("hung", lambda: 7, seconds=5) in (7, True)


async def test_many_reads_that_hang_make_room_for_others_and_are_counted() -> None:
    readers = FileReaders(reads=4, patience_seconds=0.02)
    release = threading.Event()
    try:
        hung = [asyncio.create_task(readers.run(n, release.wait, seconds=0.5)) for n in range(60)]
        assert await readers.run("good", lambda: 7, seconds=5) == 7
        assert all(
            isinstance(answer, OSError) for answer in await asyncio.gather(*hung, return_exceptions=True)
        )
        assert readers.hanging >= 40
    finally:
        release.set()
    while readers.hanging:
        await asyncio.sleep(0.01)
    assert await asyncio.gather(*(readers.run(n, lambda: 7, seconds=5) for n in range(60))) == [7] * 60


async def test_a_host_whose_known_hosts_hangs_takes_no_slot_of_the_others(
    shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    read = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        if path.name == "hung":
            release.wait(20)
        return read(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    ways: dict[str, Any] = {"port": shared_sshd.port, "user": shared_sshd.user, "timeout": 2.0}
    ways["key"] = (str(shared_sshd.key),)
    hung = [
        HostSpec(name=f"h{n}", address=f"127.0.1.{n}", **ways, known_hosts=str(tmp_path / "hung"))
        for n in range(1, 9)
    ]
    good = HostSpec(name="g", address="127.0.0.2", **ways, known_hosts=str(shared_sshd.known_hosts))
    connector = SshConnector(config=SshConfig([]), handshakes=2)
    tasks = [asyncio.create_task(connector.connect(host)) for host in hung]
    try:
        await asyncio.sleep(0.2)
        link = await asyncio.wait_for(connector.connect(good), 1.5)
        await link.close()
        failures = await asyncio.gather(*tasks, return_exceptions=True)
        assert all("could not be read within 2 s" in str(failure) for failure in failures), failures
    finally:
        release.set()
        connector.close()


async def test_lines_of_a_file_are_neither_logged_nor_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "config"
    file.write_text(f"token: {SECRET}\n" * 500 + f"{SECRET}\n" * 400 + f"@{SECRET} a b\n|1|{SECRET}|x y\n")
    with caplog.at_level(logging.DEBUG):
        trust = await KnownHosts().trust((file,), "h", port=22)
        assert trust.keys == ()
        with pytest.raises(KeyFileUnusable) as caught:
            await KeyRing().credentials(KeyFiles((file,), are_required=True))
    assert SECRET not in caplog.text + str(caught.value)
    assert f"{file}:501" in caplog.text
    assert len(caplog.records) < 10
    file.write_text(f"{SECRET}\n" * 5000)
    with pytest.raises(PollFailed, match="it is no known_hosts") as failed:
        await KnownHosts().trust((file,), "h", port=22)
    assert SECRET not in str(failed.value)


def _outside(tmp_path: Path) -> list[str]:
    """Files that are there, and files that are not, all of them outside."""
    (tmp_path / "there").write_text(SECRET)
    return [
        str(tmp_path / "there"),
        str(tmp_path / "not-there"),
        str(tmp_path / "keys" / ".." / "there"),
        "../there",
        "/etc/shadow",
        "/proc/self/environ",
        "/dev/ptmx",
        "~root/.ssh/id_rsa",
        "~nobody-of-that-name/x",
        "${MONCTL_HOST_NOPE:-/etc/shadow}",
    ]


@pytest.mark.parametrize("key", ["key", "known_hosts"])
async def test_the_api_tells_nothing_of_files_outside_of_its_folders(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    engine = Database(SQLITE, tmp_path).open()
    repository = HostRepository(engine, environ={}, policy=ApiPolicy([folder]))
    answers = set()
    async with api_under_test(tmp_path / "api", database=None, repository=repository) as api:
        for path in _outside(tmp_path):
            answer = await api.call("POST", "/hosts", json={"name": "h", key: path})
            assert answer.status_code == 422, path
            answers.add(answer.json()["detail"])
        for path in (str(folder / "id"), "id", "deeper/id"):
            answer = await api.call("PUT", "/hosts/h", json={key: path})
            assert answer.status_code in (200, 404)
            name = f"in-{path.replace('/', '-')}"
            assert (await api.call("POST", "/hosts", json={"name": name, key: path})).status_code == 201
    assert len(answers) == 1, answers
    assert "web.host_files" in answers.pop()
    engine.dispose()


async def test_a_link_out_of_the_folders_is_not_followed_when_it_comes_to_reading(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "out").symlink_to(shared_sshd.key)
    (folder / "nowhere").symlink_to(tmp_path / "not-there")
    (folder / "known_out").symlink_to(shared_sshd.known_hosts)
    connector = SshConnector(config=SshConfig([]))
    details = []
    files: list[dict[str, Any]] = [{"key": ("out",)}, {"key": ("nowhere",)}, {"known_hosts": "known_out"}]
    for changes in files:
        host = HostSpec(name="h", address="127.0.0.2", file_places=(str(folder),), **changes)
        with pytest.raises(PollFailed) as caught:
            await connector.connect(host)
        details.append(caught.value.detail)
    connector.close()
    assert all("lies outside of the folders" in detail for detail in details), details


async def test_a_relative_path_is_taken_from_the_first_folder_that_has_it(
    shared_sshd: Sshd, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (second / "id").write_bytes(shared_sshd.key.read_bytes())
    (second / "known").write_bytes(shared_sshd.known_hosts.read_bytes())
    host = HostSpec(
        name="h",
        address="127.0.0.2",
        port=shared_sshd.port,
        user=shared_sshd.user,
        key=("id",),
        known_hosts="known",
        file_places=(str(first), str(second)),
    )
    connector = SshConnector(config=SshConfig([]))
    await (await connector.connect(host)).close()
    make_key(first / "id")
    with pytest.raises(PollFailed, match="does not let"):
        await connector.connect(host)
    connector.close()


async def test_a_key_that_another_host_had_read_is_no_way_round(shared_sshd: Sshd, tmp_path: Path) -> None:
    ring = KeyRing()
    (tmp_path / "link").symlink_to(shared_sshd.key)
    assert (await ring.credentials(KeyFiles((tmp_path / "link",)))).identities
    (tmp_path / "keys").mkdir()
    for path in (tmp_path / "link", shared_sshd.key):
        files = KeyFiles((path,), are_required=True, places=(str(tmp_path / "keys"),))
        with pytest.raises(KeyFileUnusable, match="lies outside"):
            await ring.credentials(files)


async def test_what_lies_beside_a_key_that_may_be_used_is_used_too(tmp_path: Path) -> None:
    key, authority = make_key(tmp_path / "key"), make_key(tmp_path / "authority")
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "user", "-n", "root", f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    files = KeyFiles((key,), places=(str(key),))
    plain, certified = (await KeyRing().credentials(files)).identities
    assert plain.certificate is None
    assert certified.certificate is not None
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret words", "-f", str(key)], check=True)
    assert (await KeyRing().credentials(files)).needs_agent


async def test_trusting_over_the_api_writes_no_file_outside(own_sshd: Sshd, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    engine = Database(SQLITE, tmp_path).open()
    repository = HostRepository(engine, environ={}, policy=ApiPolicy([folder]))
    connector = SshConnector()
    public = Path(f"{own_sshd.host_key}.pub")
    shown = subprocess.run(["ssh-keygen", "-lf", public], capture_output=True, text=True, check=True)
    body = {"fingerprints": [shown.stdout.split()[1]]}

    async def trust(name: str, known_hosts: str) -> httpx.Response:
        entry = {"address": "127.0.0.2", "port": own_sshd.port, "known_hosts": known_hosts}
        assert (await api.call("POST", "/hosts", json={"name": name, **entry})).status_code == 201
        return await api.call("POST", f"/hosts/{name}/host-keys/trust", json=body)

    async with api_under_test(
        tmp_path / "api", repository=repository, host_keys=ConnectorKeys(connector)
    ) as api:
        assert (await trust("in", "known_hosts")).status_code == 200
        refused = await trust("out", "out/known_hosts")
        assert refused.status_code in (409, 424), refused.text
    assert (folder / "known_hosts").read_text().count("ssh-ed25519") == 1
    assert not list((tmp_path / "elsewhere").iterdir())
    connector.close()
    engine.dispose()


@pytest.mark.sshd
def test_files_that_hosts_yaml_names_serve_hosts_of_the_api_too(monctl: MonctlFolder, own_sshd: Sshd) -> None:
    monctl.write_hosts(own_sshd, {"web-1": "address: 127.0.0.2"})
    monctl.start()
    assert monctl.wait_for(monctl.is_ready), monctl.log
    ways = {"address": "127.0.0.3", "port": own_sshd.port, "user": own_sshd.user, "interval": "1s"}
    files = {"key": str(own_sshd.key), "known_hosts": str(own_sshd.known_hosts)}
    other = make_key(own_sshd.folder / "other_key")
    refused = monctl.api("POST", "/hosts", json={"name": "web-2", **ways, **files, "key": str(other)})
    assert (refused.status_code, "web.host_files" in refused.text) == (422, True)
    assert monctl.api("POST", "/hosts", json={"name": "web-2", **ways, **files}).status_code == 201
    assert monctl.wait_for(lambda: monctl.states().get("web-2") == ("ok", None)), monctl.log
    added = monctl.run("hosts", "add", "web-3", "--key", str(other))
    assert (added.returncode, "web.host_files" in added.stderr) == (2, True)
