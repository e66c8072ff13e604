"""The lying SSH server, running, and how to reach it in each of its modes."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inventory.host import HostSpec
from tests.hostile import lying_sshd
from tests.support.sshd import make_key

_ROOT = Path(__file__).parent.parent.parent


class Liar:
    """A lying server; each mode has its port, and is logged in to by its name.

    `ports`: mode -> port. `key` lets everybody in; `known_hosts` trusts the server's key.
    """

    def __init__(self, ports: Mapping[str, int], key: Path, known_hosts: Path) -> None:
        self.ports = ports
        self.key = key
        self.known_hosts = known_hosts

    def host(self, mode: str, **changes: object) -> HostSpec:
        """The host that lies in this way."""
        fields: dict[str, object] = {
            "name": mode, "address": "127.0.0.1", "port": self.ports[mode], "user": mode,
            "key": (str(self.key),), "known_hosts": str(self.known_hosts), "interval": 1.0, "timeout": 10.0,
        }  # fmt: skip
        return HostSpec(**(fields | changes))  # type: ignore[arg-type]

    def entry(self, mode: str) -> str:
        """The same as the keys of an entry in hosts.yaml."""
        return (
            f"address: 127.0.0.1, port: {self.ports[mode]}, user: {mode}, "
            f"key: {self.key}, known_hosts: {self.known_hosts}"
        )


@contextmanager
def running_liar(folder: Path) -> Iterator[Liar]:
    """The server in a process of its own, for all modes."""
    host_key, key = make_key(folder / "host_key"), make_key(folder / "key")
    known_hosts = folder / "known_hosts"
    # it would have a machine of its own
    command = ["nice", sys.executable, "-m", lying_sshd.__name__, str(host_key)]
    process = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with process:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        public = Path(f"{host_key}.pub").read_text()
        known_hosts.write_text("".join(f"[127.0.0.1]:{port} {public}" for port in set(ports.values())))
        yield Liar(ports, key, known_hosts)
        process.kill()
