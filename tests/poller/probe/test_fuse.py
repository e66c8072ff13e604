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

# In a mount namespace of its own: serves a file system of each type over FUSE's own protocol, each twice as
# large as the one before, and has `df` and both backends look at them.
_SERVING = """
import ctypes, errno, json, os, struct, subprocess, sys, threading
import psutil
from poller.probing.probe import LinuxPsutil, Proc

libc = ctypes.CDLL(None, use_errno=True)
folder, types = sys.argv[1], sys.argv[2:]

def answer(opcode, blocks):
    if opcode == 26:
        return struct.pack("=IIIIHHIIHHI28x", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, 0)
    if opcode == 3:
        return struct.pack("=QII6Q10I", 60, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
    if opcode == 17:
        return struct.pack("=5Q4I24x", blocks, blocks // 2, blocks // 4, 1000, 900, 4096, 255, 4096, 0)
    return None

def serve(fd, blocks):
    while True:
        try:
            request = os.read(fd, 1 << 20)
        except OSError:
            return
        length, opcode, unique = struct.unpack_from("=IIQ", request)
        if opcode in (2, 42):
            continue
        data = answer(opcode, blocks)
        error = 0 if data is not None else -errno.ENOSYS
        os.write(fd, struct.pack("=IiQ", 16 + len(data or b""), error, unique) + (data or b""))

paths = []
for number, fstype in enumerate(types):
    path = "%s/%s" % (folder, fstype)
    os.mkdir(path)
    fd = os.open("/dev/fuse", os.O_RDWR)
    options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fd
    if libc.mount(b"pool%d" % number, path.encode(), fstype.encode(), 0, options.encode()):
        sys.exit("mount: " + os.strerror(ctypes.get_errno()))
    threading.Thread(target=serve, args=(fd, 1000 << number), daemon=True).start()
    paths.append(path)
lines = subprocess.run(
    ["df", "-B1", "--output=target,size,used,avail", *paths], check=True, capture_output=True, text=True
).stdout.splitlines()[1:]
answers = {}
for netfs in (False, True):
    for source in (Proc(), LinuxPsutil(psutil)):
        groups = source.mounts(netfs)
        rows = [source.usage(group[0]) for group in groups if group[0].path.startswith(folder)]
        answers.setdefault(str(netfs), []).append({row["path"]: row for row in rows})
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
        *TYPES,
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def _names(answer: dict[str, Any]) -> set[str]:
    return {Path(path).name for path in answer}


def test_pools_of_local_disks_are_looked_at_and_the_rest_is_where_it_is_asked_for(said: Any) -> None:
    local = {"fuse.mergerfs", "fuse.zfs"}
    assert [_names(answer) for answer in said["answers"]["False"]] == [local] * 2
    asked = local | {"fuse.sshfs", "fuse.juicefs", "fuse.glusterfs"}
    assert [_names(answer) for answer in said["answers"]["True"]] == [asked] * 2


def test_the_space_of_what_a_program_serves_is_that_of_df(said: Any) -> None:
    space = {path: [int(size), int(used), int(free)] for path, size, used, free in said["df"]}
    for answer in said["answers"]["True"]:
        assert {path: [row["total"], row["used"], row["free"]] for path, row in answer.items()} == {
            path: space[path] for path in answer
        }


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
