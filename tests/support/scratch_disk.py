"""A server with a small disk that no other host has, so that one host of a machine can be in trouble."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.small_disk import fill_up
from tests.support.sshd import Sshd

_MEBIBYTE = 2**20
_SIZE_MEBIBYTES = 24
_MOUNT = 'mount -o loop "$1" "$2" && shift 2 && exec "$@"'


@dataclass
class ScratchHost:
    """A host with a file system of its own at `mount_point`, which others do not see."""

    server: Sshd
    mount_point: Path

    def fill(self) -> None:
        """Leave no room there."""
        fill_up(self._seen_from_outside())

    def empty(self) -> None:
        """Give the room back."""
        (self._seen_from_outside() / "filler").unlink(missing_ok=True)

    def _seen_from_outside(self) -> Path:
        assert self.server.process is not None
        return Path(f"/proc/{self.server.process.pid}/root") / self.mount_point.relative_to("/")


@contextlib.contextmanager
def scratch_host(folder: Path, mount_name: str) -> Iterator[ScratchHost]:
    """A started server in a mount namespace of its own, which goes with its disk; needs root."""
    folder.mkdir(parents=True)
    image, mount_point = folder / "disk.img", folder / mount_name
    mount_point.mkdir()
    with image.open("wb") as file:
        file.truncate(_SIZE_MEBIBYTES * _MEBIBYTE)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    namespace = ("unshare", "--mount", "--propagation", "private")
    prefix = (*namespace, "sh", "-c", _MOUNT, "sh", str(image), str(mount_point))
    server = Sshd(folder / "sshd", prefix=prefix).start()
    try:
        yield ScratchHost(server, mount_point)
    finally:
        server.stop()


def can_make_scratch_host() -> bool:
    """Whether this machine lets us mount."""
    return os.geteuid() == 0 and Path("/dev/loop-control").exists()
