"""A real OpenSSH server of our own, on every address of 127.0.0.0/8.

One server stands for any number of hosts: 127.0.x.y are all its own.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def make_key(path: Path, *, kind: str = "ed25519", passphrase: str = "", bits: int | None = None) -> Path:
    """A fresh private key at `path`, its public half beside it."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "monctl test", "-f", str(path)]
    command += ["-b", str(bits)] if bits is not None else []
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    path.chmod(0o600)
    return path


@dataclass
class Sshd:
    """A running server; `key` logs `user` in, `known_hosts` trusts its host key at any address."""

    folder: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()
    name: str = "sshd"
    prefix: tuple[str, ...] = ()
    """A command that becomes the server, such as one that gives it a namespace of its own."""
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.host_key = make_key(self.folder / f"{self.name}_host_key")
        self.key = self.folder / "client_key"
        if not self.key.exists():
            make_key(self.key)
        self.authorized_keys = self.folder / f"{self.name}_authorized_keys"
        self.authorized_keys.write_text(self.key.with_suffix(".pub").read_text())
        self.known_hosts = self.folder / f"{self.name}_known_hosts"
        self.trust()

    @property
    def user(self) -> str:
        """Who the tests run as; sshd without root can log in nobody else."""
        return pwd.getpwuid(os.getuid()).pw_name

    def trust(self) -> None:
        """Write a known_hosts file that has the host key for all addresses."""
        public = Path(f"{self.host_key}.pub").read_text()
        self.known_hosts.write_text(f"[127.*]:{self.port},[localhost]:{self.port} {public}")

    def new_host_key(self) -> None:
        """Swap the host key; known_hosts keeps the old one. Takes effect at the next start."""
        for path in (self.host_key, Path(f"{self.host_key}.pub")):
            path.unlink()
        make_key(self.host_key)

    def start(self) -> "Sshd":
        """Start and wait until it answers."""
        assert SSHD is not None
        config = self.folder / f"{self.name}_config"
        config.write_text(self._config())
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        log = (self.folder / f"{self.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*self.prefix, SSHD, "-D", "-e", "-f", str(config)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        log.close()
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        """Stop the listener and every session of it, at once."""
        if self.process is None:
            return
        for pid in [*self.sessions(), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def sessions(self) -> list[int]:
        """The process ids of the server's sessions, all generations."""
        if self.process is None:
            return []
        return descendants(self.process.pid)

    def probes(self) -> list[int]:
        """The process ids of the probes running under this server."""
        return [pid for pid in self.sessions() if "exec(input())" in command_line(pid)]

    def _config(self) -> str:
        lines = (
            f"Port {self.port}",
            "ListenAddress 0.0.0.0",
            f"HostKey {self.host_key}",
            f"AuthorizedKeysFile {self.authorized_keys}",
            f"PidFile {self.folder / self.name}.pid",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "MaxStartups 2000",
            "MaxSessions 100",
            "LogLevel ERROR",
            # bash takes this for a shell within a shell and leaves the developer's ~/.bashrc alone
            "SetEnv SHLVL=1",
        )
        names = {option.split()[0] for option in self.options}
        return "\n".join((*self.options, *(line for line in lines if line.split()[0] not in names))) + "\n"

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                if sock.recv(4) == b"SSH-":
                    return
            time.sleep(0.02)
        raise RuntimeError((self.folder / f"{self.name}.log").read_text())


def descendants(pid: int) -> list[int]:
    """The process ids of all children and theirs."""
    pids: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                pids += [int(child), *descendants(int(child))]
    return pids


def command_line(pid: int) -> str:
    """A process' command line, arguments joined by blanks; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


@contextlib.contextmanager
def running_sshd(folder: Path, **options: object) -> Iterator[Sshd]:
    """A started server that is stopped at the end."""
    server = Sshd(folder, **options)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()
