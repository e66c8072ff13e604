"""File systems that programs serve: pools of local disks are shown, all others where they are asked for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from poller.probing.probe import Mount, choose_mounts

ROOT = Path(__file__).resolve().parents[3]
TYPES = ("fuse.mergerfs", "fuse.zfs", "fuse.sshfs", "fuse.juicefs", "fuse.glusterfs", "fuse.lxcfs")
ODD = {
    "fuse.bcachefs": (1000, 600, 500, 100, 2**64 - 1, 4096, 255, 4096, 0),  # more inodes free than there are
    "fuse.apfs": (1000, 1001, 500, 100, 40, 4096, 255, 4096, 0),  # more blocks free than there are
    "fuse.exfat": (1000, 600, 2**64 - 1, 0, 0, 4096, 255, 4096, 0),  # the reserve in use, no inodes
    "fuse.ntfs": (0, 0, 0, 0, 0, 0, 255, 0, 0),  # nothing
}
"""What statfs says, beside that of sound ones: blocks, free, available, inodes, free, sizes."""

# In a mount namespace of its own: serves a file system of each type over FUSE's own protocol, each twice as
# large as the one before, and has `df` and both backends look at them.
_SERVING = """
import ctypes, errno, json, os, struct, subprocess, sys, threading
import psutil
from poller.probing.probe import LinuxPsutil, Probe, Proc

libc = ctypes.CDLL(None, use_errno=True)
folder, types, odd = sys.argv[1], sys.argv[3:], json.loads(sys.argv[2])

def answer(opcode, said):
    if opcode == 26:
        return struct.pack("=IIIIHHIIHHI28x", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, 0)
    if opcode == 3:
        return struct.pack("=QII6Q10I", 60, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
    if opcode == 17:
        return struct.pack("=5Q4I24x", *said)
    return None

def serve(fd, said):
    while True:
        try:
            request = os.read(fd, 1 << 20)
        except OSError:
            return
        length, opcode, unique = struct.unpack_from("=IIQ", request)
        if opcode in (2, 42):
            continue
        data = answer(opcode, said)
        error = 0 if data is not None else -errno.ENOSYS
        os.write(fd, struct.pack("=IiQ", 16 + len(data or b""), error, unique) + (data or b""))

paths = []
for number, fstype in enumerate([*types, *odd]):
    path = "%s/%s" % (folder, fstype)
    os.mkdir(path)
    fd = os.open("/dev/fuse", os.O_RDWR)
    options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fd
    if libc.mount(b"pool%d" % number, path.encode(), fstype.encode(), 0, options.encode()):
        sys.exit("mount: " + os.strerror(ctypes.get_errno()))
    blocks = 1000 << number
    said = odd.get(fstype, (blocks, blocks // 2, blocks // 4, 1000, 900, 4096, 255, 4096, 0))
    threading.Thread(target=serve, args=(fd, said), daemon=True).start()
    paths.append(path)
lines = subprocess.run(
    ["df", "-B1", "--output=target,size,used,avail", *paths], check=True, capture_output=True, text=True
).stdout.splitlines()[1:]
answers = {}
for netfs in (False, True):
    for source in (Proc(), LinuxPsutil(psutil)):
        collect = ["disk", "netfs"] if netfs else ["disk"]
        whole = Probe(source).answer(json.dumps({"id": 1, "deadline": 20, "collect": collect}))
        rows = {row["path"]: row for row in whole["disk"] if row["path"].startswith(folder)}
        answers.setdefault(str(netfs), []).append((rows, whole["errors"]["disk"]))
print(json.dumps({"df": [line.split() for line in lines], "answers": answers}))
os._exit(0)
"""


def _can_serve() -> bool:
    tried = ("unshare", "--mount", "sh", "-c", "test -w /dev/fuse")
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What df and both backends say of served file systems, by path."""
    if not _can_serve():
        pytest.skip("needs root, /dev/fuse and mount namespaces")
    folder = tmp_path_factory.mktemp("fuse")
    command = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        sys.executable,
        "-c",
        _SERVING,
        str(folder),
        json.dumps(ODD),
        *TYPES,
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def _names(answer: dict[str, Any]) -> set[str]:
    return {Path(path).name for path in answer} - ODD.keys()


def test_pools_of_local_disks_are_looked_at_and_the_rest_is_where_it_is_asked_for(said: Any) -> None:
    local = {"fuse.mergerfs", "fuse.zfs"}
    assert [_names(rows) for rows, _ in said["answers"]["False"]] == [local] * 2
    asked = local | {"fuse.sshfs", "fuse.juicefs", "fuse.glusterfs"}
    assert [_names(rows) for rows, _ in said["answers"]["True"]] == [asked] * 2


def test_the_space_of_what_a_program_serves_is_that_of_df(said: Any) -> None:
    space = {path: list(map(int, sizes)) for path, *sizes in said["df"] if Path(path).name in TYPES}
    for rows, _ in said["answers"]["True"]:
        sizes = {path: [row["total"], row["used"], row["free"]] for path, row in rows.items()}
        sound = {path: size for path, size in sizes.items() if Path(path).name in TYPES}
        assert sound == {path: space[path] for path in sound}
        assert sound


def test_what_a_program_says_that_cannot_be_is_named_and_no_figure(said: Any) -> None:
    for rows, errors in said["answers"]["False"]:
        odd = {Path(path).name: row for path, row in rows.items() if Path(path).name in ODD}
        assert odd.keys() == {"fuse.bcachefs", "fuse.exfat"}
        assert "inodes_total" not in odd["fuse.bcachefs"]
        assert odd["fuse.exfat"]["free"] == 0
        assert "fuse.bcachefs -1 inodes of 100 are free" in errors
        assert "fuse.apfs ValueError: -4096 bytes of 4096000 in use" in errors


@pytest.mark.parametrize(
    ("fstype", "path", "number", "shown", "asked"),
    [
        ("virtiofs", "/mnt/share", "0:50", False, True),
        ("vboxsf", "/media/sf_share", "0:50", False, True),
        ("fuseblk", "/mnt/usb", "8:17", True, True),
        ("fuse.shfs", "/mnt/user", "0:50", True, True),
        ("fuse.fuse-overlayfs", "/", "0:50", True, True),
        ("fuse.fuse-overlayfs", "/var/merged", "0:50", False, False),
        ("fuse.something", "/", "0:50", True, True),
        ("fuse", "/tank", "0:50", False, True),
        ("fuse.portal", "/run/user/1000/doc", "0:50", False, False),
    ],
)
def test_a_type_says_whether_a_mount_is_looked_at(
    fstype: str, path: str, number: str, shown: bool, asked: bool
) -> None:
    mount = Mount("source", path, fstype, "rw", number, "2", "1")
    for netfs, is_chosen in ((False, shown), (True, asked)):
        assert bool(choose_mounts([mount], Mount.has_disk, netfs)) is is_chosen
