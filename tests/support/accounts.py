"""A real sshd whose machine has accounts of all kinds, in an /etc of its own; the system's is not touched."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.sshd import Sshd

PASSWORD = "right"
_PAM = """\
auth required pam_unix.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session optional pam_permit.so
"""
_OF_THEIR_OWN_ETC = 'mount --bind "$1" /etc && shift && exec "$@"'


@dataclass(frozen=True)
class Account:
    """A user. `expiry`: the fields of shadow after the password, days since 1970; `bashrc`: a start file.

    Those with uid 0 need no files of their own, and are called what a test calls them all the same.
    """

    shell: str = "/bin/sh"
    uid: int = 0
    expiry: str = "20000:0:99999:7:::"
    bashrc: str = ""
    match: str = ""
    """What a Match block of sshd_config says of the user; `;` ends a line, {folder} is the server's."""


class AccountSshd(Sshd):
    """An sshd with these accounts, each of which the test's key and PASSWORD would let in."""

    accounts: Mapping[str, Account]

    def _config(self) -> str:
        blocks = [
            f"Match User {name}\n  " + "\n  ".join(account.match.split(";"))
            for name, account in self.accounts.items()
            if account.match
        ]
        return super()._config() + "\n".join(blocks).replace("{folder}", str(self.folder)) + "\n"


@contextlib.contextmanager
def running_account_sshd(
    accounts: Mapping[str, Account], *, nologin: str = "", options: tuple[str, ...] = ()
) -> Iterator[AccountSshd]:
    """A started server, stopped at the end. `nologin`: what /etc/nologin says there, "" for no such file.

    Needs root. Its folder is one that every user may enter.
    """
    folder = Path(tempfile.mkdtemp(prefix="monctl-accounts-"))
    folder.chmod(0o755)
    try:
        etc = _etc(folder, accounts, nologin)
        unshare = ("unshare", "--mount", "--propagation", "private")
        # without SHLVL, bash reads ~/.bashrc as it does for any command over SSH
        server = AccountSshd(
            folder / "sshd",
            options=(*options, "SetEnv NOTHING=1"),
            prefix=(*unshare, "sh", "-c", _OF_THEIR_OWN_ETC, "sh", str(etc)),
        )
        server.accounts = accounts
        server.authorized_keys.chmod(0o644)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _etc(folder: Path, accounts: Mapping[str, Account], nologin: str) -> Path:
    etc = folder / "etc"
    subprocess.run(["cp", "-a", "/etc", str(etc)], check=True)
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True
    ).stdout.strip()
    with (etc / "passwd").open("a") as users, (etc / "shadow").open("a") as shadow:
        for name, account in accounts.items():
            home = folder / "home" / name
            home.mkdir(parents=True)
            (home / ".bashrc").write_text(account.bashrc)
            users.write(f"{name}:x:{account.uid}:{account.uid}::{home}:{account.shell}\n")
            shadow.write(f"{name}:{hashed}:{account.expiry}\n")
    (etc / "pam.d" / "sshd").write_text(_PAM)
    if nologin:
        (etc / "nologin").write_text(nologin)
    return etc
