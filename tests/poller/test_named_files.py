"""Keys and known_hosts where they lie: beside hosts.yaml, behind links, in files that are mounts."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from poller.ssh.host_keys.known_hosts_file import add_keys
from tests.support.commands import Commands
from tests.support.sshd import Sshd

_KEY = asyncssh.import_public_key(
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
)


@pytest.fixture
def other_file_system(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's."""
    if not os.access("/dev/shm", os.W_OK) or os.stat("/dev/shm").st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs /dev/shm")
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.sshd
def test_relative_paths_count_from_the_folder_of_hosts_yaml(
    shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "etc", tmp_path / "elsewhere"
    (folder / "keys").mkdir(parents=True)
    elsewhere.mkdir()
    shutil.copy(shared_sshd.key, folder / "keys" / "id")
    shutil.copy(shared_sshd.known_hosts, folder / "known")
    (folder / "hosts.yaml").write_text(
        f"defaults: {{port: {shared_sshd.port}, user: {shared_sshd.user}}}\n"
        "groups: {all: {key: keys/id, known_hosts: known}}\n"
        "hosts: {web-1: {address: 127.0.0.2, groups: [all]}}\n"
    )
    monkeypatch.chdir(elsewhere)
    done = Commands(folder).run("hosts", "check", "web-1")
    assert done.exit_code == 0, done.output
    (folder / "keys" / "id").unlink()
    done = Commands(folder).run("hosts", "check", "web-1")
    assert f"key {folder}/keys/id: no such file" in " ".join(done.output.split())


@pytest.mark.sshd
def test_known_hosts_of_a_user_whom_nobody_knows_is_told_and_never_made(
    shared_sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    host = f"{{address: 127.0.0.2, port: {shared_sshd.port}, known_hosts: ~nobody-of-that-name/x}}"
    (tmp_path / "hosts.yaml").write_text(f"hosts: {{web-1: {host}}}\n")
    for words in (("trust", "web-1", "--yes"), ("check", "web-1")):
        done = Commands(tmp_path).run("hosts", *words)
        assert done.exit_code == 1, done.output
        assert "there is no user nobody-of-that-name" in " ".join(done.output.split())
    assert not list(tmp_path.glob("~*"))


def test_known_hosts_behind_a_link_to_another_file_system_is_written_and_stays_a_link(
    other_file_system: Path, tmp_path: Path
) -> None:
    real, link = other_file_system / "known_hosts", tmp_path / "known_hosts"
    real.write_text("# ours\nother ssh-ed25519 AAAA\n")
    real.chmod(0o640)
    link.symlink_to(real)
    add_keys(link, "web-1", [_KEY])
    assert link.is_symlink()
    assert real.read_text().splitlines()[:2] == ["# ours", "other ssh-ed25519 AAAA"]
    assert real.read_text().count("web-1 ssh-ed25519 ") == 1
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in other_file_system.iterdir()] == ["known_hosts"]
    assert [path.name for path in tmp_path.iterdir()] == ["known_hosts"]


def test_a_link_to_no_file_yet_leads_to_where_the_file_is_made(
    other_file_system: Path, tmp_path: Path
) -> None:
    link = tmp_path / "known_hosts"
    link.symlink_to(other_file_system / "deeper" / "known_hosts")
    add_keys(link, "web-1", [_KEY])
    assert link.is_symlink()
    assert (other_file_system / "deeper" / "known_hosts").read_text().startswith("web-1 ")


@pytest.mark.parametrize("reason", [errno.EBUSY, errno.EROFS])
def test_a_file_that_nothing_can_take_the_place_of_is_written_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    """As where a container has it as a mount of its own."""
    file = tmp_path / "known_hosts"
    file.write_text("other ssh-ed25519 AAAA\n")

    def replace(path: Path, target: Any) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(Path, "replace", replace)
    add_keys(file, "web-1", [_KEY])
    assert file.read_text().startswith("other ssh-ed25519 AAAA\nweb-1 ssh-ed25519 ")
    assert [path.name for path in tmp_path.iterdir()] == ["known_hosts"]


def test_a_full_disk_leaves_the_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("other ssh-ed25519 AAAA\n")

    def write_bytes(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(OSError, match="No space"):
        add_keys(file, "web-1", [_KEY])
    assert file.read_text() == "other ssh-ed25519 AAAA\n"
    assert [path.name for path in tmp_path.iterdir()] == ["known_hosts"]
