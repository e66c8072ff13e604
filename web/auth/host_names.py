"""The names by which a kiosk may be asked.

A page of somebody else's can let its own name stand for this machine's address (DNS rebinding), and then
reads what anybody may read here who reaches it. What it cannot do is ask by another name than its own: who
asks without a log-in has to name a host that is ours. Addresses, and names without a dot, are not for anybody
to register.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Iterable

from starlette.requests import Request

from foundation.addresses import is_literal
from web.http.problems import HttpProblem

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.%]+\]|[^:\[\]]*)(?::\d*)?")
_SHOWN_CHARACTERS = 100
_ANY_OF = "*."


class HostNames:
    """`names`: those that are allowed beside this machine's own; `*.example.com` for all below one."""

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        own_name: Callable[[], str] = socket.gethostname,
        full_name: Callable[[], str] = socket.getfqdn,
    ) -> None:
        plain_names = [_plain(name) for name in names]
        self._endings = tuple(name[1:] for name in plain_names if name.startswith(_ANY_OF))
        self._own = _plain(own_name())
        self._names = {name for name in plain_names if not name.startswith(_ANY_OF)} | {self._own}
        self._full_name = full_name
        self._has_full_name = False

    async def check(self, request: Request) -> None:
        """Raise HttpProblem (421) for a request that names a host which is not ours."""
        hosts = request.headers.getlist("host")
        if all([await self._is_ours(host) for host in hosts]) and len(hosts) < 2:
            return
        shown_host = ascii(hosts[0][:_SHOWN_CHARACTERS])[1:-1]
        raise HttpProblem(
            421,
            "host-not-ours",
            f"without a log-in monctl answers by its own names alone, not as {shown_host}: log in, or set "
            "web.hosts or web.public_url in monctl.yaml",
        )

    async def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host.strip())
        if match is None:
            return False
        name = _plain(match["name"])
        if "." not in name or is_literal(name) or self._is_listed(name):
            return True
        if self._has_full_name or name.partition(".")[0] != self._own.partition(".")[0]:
            return False
        # looked up only when it may matter, since it can take seconds
        self._names.add(_plain(await asyncio.to_thread(self._full_name)))
        self._has_full_name = True
        return self._is_listed(name)

    def _is_listed(self, name: str) -> bool:
        if name in self._names or name == f"{self._own}.local":
            return True
        return name.endswith((".localhost", *self._endings))


def _plain(name: str) -> str:
    return name.strip().rstrip(".").lower()
