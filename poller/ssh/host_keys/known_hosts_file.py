"""Adding keys to a known_hosts file."""

import contextlib
import errno
import os
from collections.abc import Sequence
from pathlib import Path

import asyncssh

from poller.ssh.host_files import KNOWN_HOSTS_BYTES, read_host_file
from poller.ssh.host_keys.host_lines import names_only

_NO_FILE_BESIDE = {errno.EACCES, errno.EBUSY, errno.EPERM, errno.EROFS, errno.EXDEV}
"""A folder that takes no further file; a file that is a mount of its own, as containers have them."""


def add_keys(path: Path, name: str, keys: Sequence[asyncssh.SSHKey], *, replace: bool = False) -> None:
    """Append keys for `name` to a known_hosts file, made with mode 0600 (its folder 0700) when missing.

    A link stays one: what it leads to is written. With `replace`, lines that name exactly this host go first.
    Raises OSError.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = read_host_file(path, most_bytes=KNOWN_HOSTS_BYTES) if path.exists() else b""
    old = content.decode("utf-8", "surrogateescape")
    lines = [line for line in old.split("\n") if line and not (replace and names_only(line, name))]
    lines += [f"{name} {key.export_public_key('openssh').decode().strip()}" for key in keys]
    text = "\n".join(dict.fromkeys(lines)) + "\n"
    _write(path, text.encode("utf-8", "surrogateescape"))


def _write(path: Path, content: bytes) -> None:
    """Write beside the file and move into its place: ssh and we ourselves may be reading it."""
    new_file = path.with_name(path.name + ".monctl-new")
    try:
        new_file.touch(mode=0o600)
        new_file.write_bytes(content)
        if path.exists():
            _take_over(path.stat(), new_file)
        new_file.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            new_file.unlink()
        if error.errno not in _NO_FILE_BESIDE or not path.exists():
            raise
        path.write_bytes(content)


def _take_over(status: os.stat_result, new_file: Path) -> None:
    new_file.chmod(status.st_mode & 0o777)
    with contextlib.suppress(OSError):  # only root may give a file away, and only root has to
        os.chown(new_file, status.st_uid, status.st_gid)
