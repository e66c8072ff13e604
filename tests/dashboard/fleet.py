"""The fleet that the dashboard shows in these tests, and those who look at it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.installation import ADMIN_PASSWORD, MonctlFolder
from tests.support.scratch_disk import ScratchHost, can_make_scratch_host, scratch_host
from tests.support.sshd import Sshd, running_sshd

MARKUP = "<img src=x onerror=document.title='owned'>"
"""What hosts are called and report here; it must never become an element."""

PASSWORDS = {"admin": ADMIN_PASSWORD, "olivia": "operators pass word", "victor": "viewers pass word"}
"""User -> password; olivia is an operator, victor a viewer."""

UNTRUSTED_ADDRESS = "127.0.0.40"
"""An address of the servers at which no host of the inventory is yet."""

_HOSTS = {
    "web-1": "address: 127.0.0.2, tags: {env: prod, role: web}",
    "web-2": "address: 127.0.0.3, tags: {env: prod, role: web}",
    "db-1": f'address: 127.0.0.4, tags: {{env: prod, role: db, note: "{MARKUP}"}}',
    "gone": "address: 127.0.0.5, port: 1, tags: {env: test}",
    "resting": "address: 127.0.0.6, paused: true, tags: {env: test}",
    f'"{MARKUP}"': "address: 127.0.0.7, tags: {env: test}",
}
HOST_COUNT = len(_HOSTS) + 1


@dataclass
class Fleet:
    """A daemon that polls real hosts; `burning` has a disk of its own, None where mounting is not allowed."""

    folder: MonctlFolder
    server: Sshd
    burning: ScratchHost | None
    _forgotten: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return self.folder.url

    @property
    def disk(self) -> ScratchHost:
        """The disk of `burning`."""
        assert self.burning is not None
        return self.burning

    def forget_later(self, *names: str) -> None:
        """These hosts, which a test adds, go at its end, whatever becomes of it."""
        self._forgotten += names

    def forget(self) -> None:
        """Remove what tests added."""
        while self._forgotten:
            self.folder.api("DELETE", f"/hosts/{self._forgotten.pop()}")


@contextlib.contextmanager
def running_fleet(folder: Path) -> Iterator[Fleet]:
    """A started daemon whose hosts have answered, with its users."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_sshd(folder / "sshd"))
        disk = (
            stack.enter_context(scratch_host(folder / "burning", MARKUP)) if can_make_scratch_host() else None
        )
        installation = MonctlFolder(folder / "monctl")
        installation.write_hosts(server, _HOSTS | {"burning": _burning_entry(disk)})
        installation.start()
        stack.callback(installation.stop)
        fleet = Fleet(installation, server, disk)
        _wait_until_polled(fleet)
        for name, role in (("olivia", "operator"), ("victor", "viewer")):
            body = {"name": name, "password": PASSWORDS[name], "role": role}
            assert installation.api("POST", "/users", json=body).status_code == 201
        yield fleet


def _burning_entry(disk: ScratchHost | None) -> str:
    entry = "address: 127.0.0.8, tags: {env: prod}, collectors: {disk: 1s, processes: 1s}, probe: proc"
    if disk is None:
        return entry
    return (
        f"{entry}, port: {disk.server.port}, known_hosts: {disk.server.known_hosts}, key: {disk.server.key}"
    )


def _wait_until_polled(fleet: Fleet) -> None:
    expected = {"gone": "down", "resting": "paused"}

    def is_polled() -> bool:
        hosts = fleet.folder.api("GET", "/metrics/current?fields=summary").json()["hosts"]
        return len(hosts) == HOST_COUNT and all(
            one["state"] == expected.get(one["host"], "ok") for one in hosts
        )

    assert fleet.folder.wait_for(fleet.folder.is_ready, 60), fleet.folder.log
    assert fleet.folder.wait_for(is_polled, 60), fleet.folder.log
