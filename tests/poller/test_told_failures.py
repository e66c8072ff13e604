"""What is told when a host lets nobody in, or runs no Python: the true reason, and advice that helps."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inventory.host import HostSpec, Secret
from poller.check import CheckStep, check_host
from poller.ssh.connector import SshConnector
from poller.ssh.ssh_config import SshConfig
from tests.support.accounts import PASSWORD, Account, AccountSshd, running_account_sshd
from tests.support.hosts import host_on
from tests.support.sshd import make_key

pytestmark = [
    pytest.mark.sshd,
    pytest.mark.netns,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root, for an /etc of its own"),
    pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare"),
]

_PAST = "20000:0:99999:7::19001:"
_FORGOTTEN = "0:0:99999:7:::"

ACCOUNTS = {
    "plain": Account("/bin/sh"),
    "nologin": Account("/usr/sbin/nologin"),
    "false": Account("/bin/false"),
    "noshell": Account("/bin/no-such-shell"),
    "restricted": Account("/bin/rbash", bashrc="PATH=/nowhere\n"),
    "sftp": Account(match="ForceCommand internal-sftp"),
    "sftp-server": Account("/usr/lib/openssh/sftp-server"),
    "forced": Account(match="ForceCommand echo only backups here"),
    "expired": Account(expiry=_PAST),
    "aged": Account(expiry=_FORGOTTEN),
    "nobody-else": Account(uid=61_000),
    "execs": Account("/bin/bash", bashrc="exec sh\n"),
    "execs-bash": Account("/bin/bash", bashrc="exec bash --norc\n"),
    "cat": Account("/bin/bash", bashrc="exec cat\n"),
    "reads": Account("/bin/bash", bashrc="read answer\n"),
    "asks": Account("/bin/bash", bashrc='read -p "Go on? " answer; [ "$answer" = y ] || exit 1\n'),
    "eats": Account("/bin/bash", bashrc="cat >/dev/null\n"),
    "sleeps": Account("/bin/bash", bashrc="sleep 60\n"),
    "ends": Account("/bin/bash", bashrc="echo down for repair; exit 0\n"),
    "tmux": Account("/bin/bash", bashrc="echo open terminal failed: not a terminal >&2; exit 1\n"),
    "two": Account(match="AuthenticationMethods publickey,password"),
    "two-asks": Account(match="AuthenticationMethods publickey,keyboard-interactive"),
    "impatient": Account(match="MaxAuthTries 2"),
    "denied": Account(match="DenyUsers denied"),
    "bannered": Account(match="Banner {folder}/banner"),
    "keys-only": Account(match="PasswordAuthentication no;KbdInteractiveAuthentication no"),
    "signed": Account(match="TrustedUserCAKeys {folder}/authority.pub;AuthorizedKeysFile none"),
}


def _certificate(folder: Path, name: str, *options: str) -> dict[str, Any]:
    key = make_key(folder / name)
    command = ["ssh-keygen", "-q", "-s", str(folder / "authority"), "-I", "user", *options, f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    return {"key": (str(key),)}


def _strangers(folder: Path) -> dict[str, Any]:
    return {"key": tuple(str(make_key(folder / f"stranger-{number}")) for number in range(4))}


def _password(text: str) -> dict[str, Any]:
    return {"key": (), "password": Secret(text)}


def _public_half(folder: Path) -> dict[str, Any]:
    return {"key": (str(folder / "client_key.pub"),)}


def _junk(folder: Path) -> dict[str, Any]:
    (folder / "junk").write_text("no key at all\n")
    return {"key": (str(folder / "junk"),)}


SLOW = {"timeout": 1.0}
Changes = Callable[[Path], dict[str, Any]]

# row: user, how it is reached, what is told (all of it), what is advised (all of it)
ROWS: dict[str, tuple[str, Changes, tuple[str, ...], tuple[str, ...]]] = {
    "nologin shell": (
        "nologin", lambda _: {}, ("nologin", "This account is currently not available"), ("usermod -s",)
    ),
    "/bin/false": ("false", lambda _: {}, ("something else than the command", "status 1"), ("login shell",)),
    "a shell that is none": ("noshell", lambda _: {}, ("does not let noshell in",), ("authorized_keys",)),
    "restricted shell": ("restricted", lambda _: {}, ("login shell is restricted",), ("PATH",)),
    "sftp alone": (
        "sftp", lambda _: {}, ("may use sftp and nothing else", "sftp connections only"), ("ForceCommand",)
    ),
    "sftp as a shell": ("sftp-server", lambda _: {}, ("may use sftp and nothing else",), ("user",)),
    "ForceCommand": (
        "forced", lambda _: {}, ("something else than the command", "only backups here"), ("ForceCommand",)
    ),
    "expired account": (
        "expired", lambda _: {}, ("accepted the key of expired", "account has expired"), ("chage -l",)
    ),
    "expired password": ("aged", lambda _: {}, ("password has expired",), ("chage -M -1",)),
    "expired password, by password": (
        "aged", lambda _: _password(PASSWORD), ("the password of aged", "has expired"), ("chage -M -1",)
    ),
    "/etc/nologin": (
        "nobody-else", lambda _: {}, ("accepted the key", "Down for maintenance until"), ("/etc/nologin",)
    ),
    "exec sh": ("execs", lambda _: {}, ("start file", "runs another shell"), ("case $- in",)),
    "exec bash": ("execs-bash", lambda _: {}, ("start file", "runs another shell"), ("case $- in",)),
    "exec cat": ("cat", lambda _: {}, ("sends back what it is sent",), ("start files",)),
    "read": ("reads", lambda _: {}, ("start file", "reads the input"), ("case $- in",)),
    "a question": ("asks", lambda _: {}, ("start file", "reads the input"), ("case $- in",)),
    "cat >/dev/null": ("eats", lambda _: SLOW, ("start file", "does not end"), ("case $- in",)),
    "sleep": ("sleeps", lambda _: SLOW, ("start file", "does not end"), ("case $- in",)),
    "exit": ("ends", lambda _: {}, ("something else", "status 0", "down for repair"), ("start files",)),
    "tmux": ("tmux", lambda _: {}, ("something else", "open terminal failed"), ("start files",)),
    "second factor": (
        "two", lambda _: {}, ("accepted the key of two, and wants password as well",), ("second factor",)
    ),
    "second factor, asked": ("two-asks", lambda _: {}, ("and wants keyboard-interactive",), ("publickey",)),
    "too many tries": (
        "impatient", _strangers, ("gave up on impatient after", "tries (MaxAuthTries"), ("key:",)
    ),
    "denied": ("denied", lambda _: {}, ("does not let denied in with",), ("authorized_keys",)),
    "wrong password": (
        "plain", lambda _: _password("wrong"), ("does not let plain in with", "the password"), ("password",)
    ),
    "wrong password, banner": (
        "bannered", lambda _: _password("wrong"), ("it says: AUTHORIZED USE ONLY or else",), ("password",)
    ),
    "passwords not taken": (
        "keys-only", lambda _: _password(PASSWORD), ("takes publickey alone",), ("key:",)
    ),
    "nothing to offer": ("keys-only", lambda _: {"key": ()}, ("no key or password to offer",), ("key:",)),
    "the public half as key": (
        "plain", _public_half, ("client_key.pub (no private key: only through an agent)",), ("without .pub",)
    ),
    "a key that is none": ("plain", _junk, ("junk: is no private key",), ("names the private key",)),
    "a key that is missing": (
        "plain", lambda _: {"key": ("/nowhere/id",)}, ("key /nowhere/id: no such file",), ("key:",)
    ),
    "expired certificate": (
        "signed",
        lambda folder: _certificate(folder, "expired", "-n", "signed", "-V20200101000000:20210101000000"),
        ("certificate expired at 2021-01-01",), ("sign the key anew",),
    ),
    "certificate of another": (
        "signed",
        lambda folder: _certificate(folder, "other", "-n", "db1"),
        ("certificate is for db1 and not for signed",), ("sign the key anew",),
    ),
    "good certificate": (
        "signed", lambda folder: _certificate(folder, "good", "-n", "signed"), ("answers by",), ()
    ),
    "good password": ("plain", lambda _: _password(PASSWORD), ("answers by",), ()),
    "good key": ("plain", lambda _: {}, ("answers by",), ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[AccountSshd]:
    options = ("UsePAM yes", "PasswordAuthentication yes", "KbdInteractiveAuthentication yes")
    with running_account_sshd(
        ACCOUNTS, nologin="Down for maintenance\nuntil noon.\n", options=options
    ) as server:
        (server.folder / "banner").write_text("AUTHORIZED USE ONLY\nor else\n")
        make_key(server.folder / "authority")
        yield server


async def _last_step(host: HostSpec, slots: asyncio.Semaphore) -> CheckStep:
    async with slots:
        connector = SshConnector(config=SshConfig([]))
        try:
            return [step async for step in check_host(connector, host)][-1]
        finally:
            connector.close()


@pytest.fixture(scope="module")
def told(server: AccountSshd, tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckStep]:
    """The last step of a check of each row, all of them at once."""
    folder = server.folder
    empty_home = tmp_path_factory.mktemp("home")

    async def scenario() -> dict[str, CheckStep]:
        slots = asyncio.Semaphore(6)
        hosts = {
            what: replace(host_on(server, user=user, name=user, timeout=20.0), **changes(folder))
            for what, (user, changes, _, _) in ROWS.items()
        }
        steps = await asyncio.gather(*(_last_step(host, slots) for host in hosts.values()))
        return dict(zip(hosts, steps, strict=True))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(empty_home))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        return asyncio.run(scenario())


@pytest.mark.parametrize("what", ROWS)
def test_the_true_reason_is_told_with_advice_that_helps(told: dict[str, CheckStep], what: str) -> None:
    step = told[what]
    _, _, reasons, advice = ROWS[what]
    assert all(text in step.detail for text in reasons), step
    assert all(text in step.advice for text in advice), step
    assert step.is_ok == what.startswith("good"), step
    assert "lost" not in step.detail
    assert "closed the connection" not in step.detail or "accepted the key" in step.detail
    assert "\x1b" not in step.detail
    assert len(step.detail) <= 500
