"""Each file system counts once, by the mount that can be reached, with the figures that df has for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.sampling.answer import decode_answer
from metrics.sampling.sampler import HostSampler, PollFacts
from poller.probing import probe as source
from tests.poller.probe.running import RunningProbe, running

Rows = dict[str, dict[str, Any]]

# In a mount namespace of its own; loop devices go with their mounts.
MOUNTING = """
set -e
mount -t tmpfs -o mode=755 none /mnt
cd /mnt
for n in 1 2 3 4 5 6 7; do truncate -s 8M img$n; mkfs.ext4 -q -m 0 img$n; done
mkdir -p a/b && mount -o loop img1 a/b && mount -o loop img2 a
mkdir -m 700 s && mkdir s/x s/only open-to-all
mount -o loop img3 s/x && mount --bind s/x open-to-all && mount -o loop img4 s/only
mkdir w wanted-writable && mount -o loop img5 w && mount --bind w wanted-writable
mount -o remount,bind,ro w
mkdir s/written only-read && mount -o loop img7 s/written && mount --bind s/written only-read
mount -o remount,bind,ro only-read
mkdir broken && mount -o loop img6 broken && { mount -o remount,abort broken 2>/dev/null || true; }
if command -v mkfs.btrfs >/dev/null && grep -q btrfs /proc/filesystems; then
    truncate -s 16M imgb && mkfs.btrfs -q --mixed imgb >/dev/null 2>&1
    mkdir r of-btrfs && mount -o loop imgb r && btrfs subvolume create r/s >/dev/null
    mount -o subvol=s $(findmnt -no SOURCE r) of-btrfs && mount -o remount,bind,ro r
fi
echo ready
exec sleep 600
"""

# With what the probe imports, for this Python may be in a folder that only root can enter.
AS_NOBODY = (
    "import binascii, json, os, psutil, warnings, zlib; os.setgid(65534); os.setuid(65534); exec(input())"
)


def _can_mount() -> bool:
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists() or not shutil.which("mkfs.ext4"):
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0


needs_mounts = pytest.mark.skipif(not _can_mount(), reason="mounts need root, loop devices and mkfs.ext4")


@pytest.fixture(scope="module")
def entering() -> Iterator[list[str]]:
    """The command that enters the namespace with the mounts."""
    command = ["unshare", "-m", "--propagation", "private", "sh", "-c", MOUNTING]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == b"ready\n"
            yield ["nsenter", "-m", "-t", str(holder.pid)]
        finally:
            holder.kill()


@pytest.fixture(scope="module", params=["psutil", "proc"])
def probe(entering: list[str], request: pytest.FixtureRequest) -> Iterator[RunningProbe]:
    """Root's probe among the mounts, of each backend."""
    with running(request.param, command=[*entering, sys.executable, "-c", "exec(input())"]) as started:
        yield started


def _rows(answer: dict[str, Any]) -> Rows:
    return {row["path"]: row for row in answer["disk"]}


def _df(entering: list[str], path: str) -> list[int]:
    """Size, used and available bytes, inodes, used and free inodes."""
    columns = "--output=size,used,avail,itotal,iused,iavail"
    done = subprocess.run([*entering, "df", "-B1", columns, path], check=True, capture_output=True)
    return [int(word) for word in done.stdout.split(b"\n")[1].split()]


@needs_mounts
def test_every_file_system_has_one_row_with_the_figures_of_df(
    probe: RunningProbe, entering: list[str]
) -> None:
    rows = {path: row for path, row in _rows(probe.ask("disk")).items() if path.startswith("/mnt")}
    assert {
        "/mnt/a",
        "/mnt/s/x",
        "/mnt/s/only",
        "/mnt/s/written",
        "/mnt/wanted-writable",
        "/mnt/broken",
    } == rows.keys() - {"/mnt/of-btrfs"}
    for path, row in rows.items():
        fields = ("total", "used", "free", "inodes_total", "inodes_used", "inodes_free")
        assert [row.get(field, 0) for field in fields] == _df(entering, path), path


@needs_mounts
def test_a_mount_hidden_under_another_is_named_and_has_not_the_others_figures(probe: RunningProbe) -> None:
    answer = probe.ask("disk")
    assert "/mnt/a/b" not in _rows(answer)
    assert answer["errors"]["disk"] == "hidden under another mount: /mnt/a/b"


@needs_mounts
def test_a_writable_mount_stands_for_a_file_system_that_is_mounted_read_only_too(probe: RunningProbe) -> None:
    rows = _rows(probe.ask("disk"))
    assert rows["/mnt/wanted-writable"]["mode"] == "rw"
    if "/mnt/of-btrfs" not in rows:
        pytest.skip("mkfs.btrfs is missing")
    assert (rows["/mnt/of-btrfs"]["fstype"], rows["/mnt/of-btrfs"]["mode"]) == ("btrfs", "rw")


@needs_mounts
def test_a_file_system_that_the_kernel_made_read_only_after_an_error_is_so(probe: RunningProbe) -> None:
    rows = _rows(probe.ask("disk"))
    assert (rows["/mnt/broken"]["mode"], rows["/mnt/broken"]["was_writable"]) == ("ro", True)
    assert "was_writable" not in rows["/mnt/wanted-writable"]


@needs_mounts
@pytest.mark.parametrize("backend", ["psutil", "proc"])
def test_what_a_user_cannot_reach_is_seen_through_another_mount_or_named(
    entering: list[str], backend: str
) -> None:
    with running(backend, command=[*entering, sys.executable, "-c", AS_NOBODY]) as probe:
        answer = probe.ask("disk")
    rows = _rows(answer)
    assert rows["/mnt/open-to-all"]["total"] > 0
    assert rows["/mnt/only-read"]["mode"] == "rw"  # where this user cannot go, it is written to
    assert {"/mnt/s/x", "/mnt/s/only"}.isdisjoint(rows)
    assert "/mnt/s/only PermissionError" in answer["errors"]["disk"]
    assert "/mnt/s/x" not in answer["errors"]["disk"]


@needs_mounts
def test_a_file_system_that_breaks_while_it_is_watched_is_known_to_have_been_writable(
    probe: RunningProbe, entering: list[str]
) -> None:
    path = "/mnt/s/only" if probe.hello["backend"] == "proc" else "/mnt/a"
    sampler = HostSampler(max_gap_seconds=60.0)

    def became_read_only() -> set[str]:
        probe.send(b'{"id": 1, "collect": ["disk"], "deadline": 5}')
        answer = decode_answer(probe.output.readline())
        points = sampler.sample(answer, time=1.0, poll=PollFacts(duration_seconds=0.1)).points
        return {dict(point.labels)["path"] for point in points if point.fields.get("became_read_only")}

    before = became_read_only()
    subprocess.run([*entering, "mount", "-o", "remount,abort", path], check=False, capture_output=True)
    assert became_read_only() - before == {path}


MOUNTINFO = r"""
1 1 0:2 / / rw - rootfs rootfs rw
20 1 253:3 /root / ro,relatime shared:1 - btrfs /dev/vda3 rw,subvol=/root
21 20 253:3 /var /var rw,relatime shared:2 master:1 - btrfs /dev/vda3 rw,subvol=/var
22 20 8:1 / /data rw - ext4 tank/dev/projects rw
23 20 8:17 / /data2 rw - ext4 tank/dev/projects rw,errors=remount-ro
24 20 0:40 / /pool rw - zfs tank/a rw
25 20 0:41 / /run rw - tmpfs tmpfs rw
26 20 7:1 / /snap/core ro - squashfs /dev/loop1 ro
27 20 8:33 / /old rw - ext4 /dev/sdc1 rw
28 27 8:49 / /old rw - xfs /dev/sdd1 rw
29 20 8:65 / /ill rw - ext4 /dev/sde1 rw,emergency_ro
30 20 8:81 / /forced rw - ext4 /dev/sdf1 ro
31 20 0:50 / /mnt/a rw - nfs4 filer:/a rw
32 20 0:50 / /mnt/aa rw - nfs4 filer:/a rw
33 20 0:50 / /mnt/b rw - nfs4 filer:/b rw
34 20 8:97 / /with\040blank rw - ext4 /dev/sdg\0401 rw
half a line
"""


def _read(tmp_path: Path, netfs: bool, **files: str) -> tuple[list[tuple[str, str, str, str]], source.Proc]:
    (tmp_path / "self").mkdir(exist_ok=True)
    for name, text in files.items():
        (tmp_path / "self" / name).write_text(text)
    proc = source.Proc(str(tmp_path))
    groups = proc.mounts(netfs)
    rows = [source.describe_mount(group[0]) for group in groups]
    return [(row["path"], row["device"], row["fstype"], row["mode"]) for row in rows], proc


def test_a_table_of_mounts_is_read_by_device_number_and_by_what_is_mounted_over_what(tmp_path: Path) -> None:
    rows, proc = _read(tmp_path, True, mountinfo=MOUNTINFO)
    assert rows == [
        ("/data", "tank/dev/projects", "ext4", "rw"),
        ("/data2", "tank/dev/projects", "ext4", "rw"),
        ("/forced", "sdf1", "ext4", "ro"),
        ("/ill", "sde1", "ext4", "ro"),
        ("/mnt/a", "filer:/a", "nfs4", "rw"),
        ("/mnt/b", "filer:/b", "nfs4", "rw"),
        ("/old", "sdd1", "xfs", "rw"),
        ("/pool", "tank/a", "zfs", "rw"),
        ("/var", "vda3", "btrfs", "rw"),
        ("/with blank", "sdg 1", "ext4", "rw"),
    ]
    assert proc.notes == {"disk": "hidden under another mount: /old"}
    assert [path for path, _, fstype, _ in _read(tmp_path, False)[0] if fstype == "nfs4"] == []


def test_in_a_folder_that_stands_for_the_root_mounts_lie_upon_one_that_is_not_listed(tmp_path: Path) -> None:
    table = """
50 9 8:1 / /home rw - ext4 /dev/sda1 rw
51 50 8:2 / /home/ann rw - ext4 /dev/sda2 rw
52 9 8:3 / /srv/deep rw - ext4 /dev/sda3 rw
53 9 8:4 / /srv rw - ext4 /dev/sda4 rw
"""
    rows, proc = _read(tmp_path, False, mountinfo=table)
    assert [row[0] for row in rows] == ["/home", "/home/ann", "/srv"]
    assert proc.notes == {"disk": "hidden under another mount: /srv/deep"}


def test_a_table_of_mounts_that_runs_in_circles_is_read_to_its_end(tmp_path: Path) -> None:
    table = "5 6 8:1 / / rw - ext4 /dev/sda1 rw\n6 5 8:2 / / rw - ext4 /dev/sda2 rw\n"
    rows, _ = _read(tmp_path, False, mountinfo=table)
    assert rows == []


@pytest.mark.parametrize("mountinfo", ["", "damaged\n"])
def test_where_mountinfo_is_of_no_use_devices_names_tell_file_systems_apart(
    tmp_path: Path, mountinfo: str
) -> None:
    table = """\
rootfs / rootfs rw 0 0
/dev/vda3 / btrfs ro,relatime 0 0
/dev/vda3 /var btrfs rw,relatime 0 0
none /run tmpfs rw 0 0
/dev/sdb1 /mnt/b ext4 rw 0 0
/dev/sdc1 /mnt/b xfs rw,noatime 0 0
tank/a /pool zfs rw 0 0
/dev/sdd1 /ill ext4 rw,emergency_ro 0 0
"""
    rows, proc = _read(tmp_path, False, mountinfo=mountinfo, mounts=table)
    assert rows == [
        ("/ill", "sdd1", "ext4", "ro"),
        ("/mnt/b", "sdc1", "xfs", "rw"),
        ("/pool", "tank/a", "zfs", "rw"),
        ("/var", "vda3", "btrfs", "rw"),
    ]
    assert proc.notes == {}


def test_the_first_mount_that_tells_its_space_stands_for_its_file_system() -> None:
    mounts = [source.Mount("/dev/x", path, "ext4", "rw") for path in ("/there/is/no/such", "/")]
    probe = source.Probe(source.Proc())
    row = probe.first_usage(mounts)
    assert (row["path"], row["device"]) == ("/", "x")
    with pytest.raises(FileNotFoundError, match="no/such"):
        probe.first_usage(mounts[:1])
