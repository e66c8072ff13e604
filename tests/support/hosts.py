"""Host specs for servers of the tests."""

from typing import Any

from inventory.host import HostSpec
from tests.support.sshd import Sshd


def host_on(server: Sshd, number: int = 1, **changes: Any) -> HostSpec:
    """The host at 127.0.x.y of a server, with the test's key and known_hosts."""
    fields: dict[str, Any] = {
        "name": f"host-{number}",
        "address": f"127.0.{number // 250}.{number % 250 + 1}",
        "port": server.port,
        "user": server.user,
        "key": (str(server.key),),
        "known_hosts": str(server.known_hosts),
        "interval": 1.0,
        "timeout": 10.0,
    }
    return HostSpec(**(fields | changes))
