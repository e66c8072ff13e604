"""Files that are nobody else's business: their modes, and the password of the first start.

Databases hold password hashes and the key that signs sessions; keys open every host.
"""

import contextlib
import logging
import os
import shlex
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from access.names import FIRST_ADMIN
from inventory.host import HostSpec
from monctl.installation import Installation
from poller.ssh.host_files import FileReaders

FIRST_PASSWORD_NAME = "first-password.txt"  # noqa: S105 -- the file's name, not a password

_PRIVATE = 0o077
_KEYS_SECONDS = 5.0
_NAMES = ("monctl.db", "metrics.db", "monctl.daemon.lock", FIRST_PASSWORD_NAME)
_SUFFIXES = ("", "-wal", "-shm", "-journal", ".migrating")

log = logging.getLogger(__name__)


@contextlib.contextmanager
def private_umask() -> Iterator[None]:
    """Files made within are for their owner alone."""
    before = os.umask(_PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


def guard_files(installation: Installation) -> None:
    """Take our own files away from everybody else; warn of what is not ours to change."""
    for path in data_files(installation):
        _tighten(path)
    for problem in open_files(installation):
        log.warning("%s", problem)


async def warn_of_open_keys(hosts: Mapping[str, HostSpec]) -> None:
    """Warn of private keys that others can read, and of those that cannot be looked at in time."""
    for problem in await open_keys(hosts):
        log.warning("%s", problem)


async def open_keys(hosts: Mapping[str, HostSpec]) -> list[str]:
    """What is wrong with the modes of hosts' private keys, which may lie on a server that does not answer."""
    try:
        return await FileReaders().run("keys", lambda: list(_open_keys(hosts)), seconds=_KEYS_SECONDS)
    except OSError as error:
        return [f"the modes of private keys are not known: they {error.strerror}"]


def open_files(installation: Installation) -> Iterator[str]:
    """What is wrong with the modes of files, with the command that mends each."""
    for path in data_files(installation):
        mode = _mode(path)
        if mode & 0o004 and _mode(path.parent) & 0o001:
            yield _advice(path, mode, "can be read by everybody on this machine", "600")
    for path in (installation.data_dir, installation.config_file, installation.inventory_file):
        if (mode := _mode(path)) & 0o002 and not mode & stat.S_ISVTX:
            yield _advice(path, mode, "can be written by everybody, who could run programs as monctl", "o-w")
    for path in _secret_files(installation):
        if (mode := _mode(path)) & 0o004:
            yield _advice(path, mode, "can be read by everybody on this machine", "o-rwx")


def _open_keys(hosts: Mapping[str, HostSpec]) -> Iterator[str]:
    for path in _keys(hosts.values()):
        if (mode := _mode(path)) & _PRIVATE:
            yield _advice(path, mode, "is a private key that others can read, as ssh would refuse", "600")


def data_files(installation: Installation) -> list[Path]:
    """The files that monctl keeps its data in, those that are there."""
    bases = [installation.data_dir / name for name in _NAMES] + [installation.spool_path]
    paths = [base.with_name(base.name + suffix) for base in bases for suffix in _SUFFIXES]
    return [path for path in paths if _mode(path) and not path.is_symlink()]


def keep_first_password(data_dir: Path, password: str) -> Path:
    """Write the password of the first start into a file for its owner alone; raises OSError."""
    path = data_dir / FIRST_PASSWORD_NAME
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{password}\n")
    return path


def forget_first_password(data_dir: Path, user: str) -> None:
    """Take the file of the first password away once that of its user is another."""
    if user != FIRST_ADMIN:
        return
    try:
        (data_dir / FIRST_PASSWORD_NAME).unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", data_dir / FIRST_PASSWORD_NAME, error.strerror)


def _tighten(path: Path) -> None:
    mode = _mode(path)
    if not mode & _PRIVATE:
        return
    try:
        path.chmod(mode & 0o700)
    except OSError:
        log.warning("%s", _advice(path, mode, "is open to others and belongs to another user", "600"))
    else:
        log.warning("%s was open to others (mode %04o), and is not any more", path, mode)


def _mode(path: Path) -> int:
    """The permissions of a file or folder; 0 where there is none to look at."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except (OSError, ValueError):
        return 0


def _advice(path: Path, mode: int, what: str, change: str) -> str:
    return f"{path} {what} (mode {mode:04o}): chmod {change} {shlex.quote(str(path))}"


def _secret_files(installation: Installation) -> Iterator[Path]:
    settings = installation.settings
    return (path for path in (settings.web.tls_key, settings.log.file) if path is not None)


def _keys(hosts: Iterable[HostSpec]) -> Iterator[Path]:
    for name in sorted({key for host in hosts for key in host.key}):
        with contextlib.suppress(RuntimeError):  # `~nobody`, which polling tells
            yield Path(name).expanduser()
