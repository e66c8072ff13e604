"""Who asks where a proxy stands in between, and how much of the server one of its clients may take."""

from collections import Counter
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web.http.addresses import Networks, ip_address, network_name
from web.http.problems import HttpProblem

MAX_UNDER_WAY = 100
"""Requests of one client at a time; a client without a proxy is bounded by its connections already."""

_RETRY_SECONDS = 5
_PEER = "monctl.peer"


class ForwardedClients:
    """Believes the X-Forwarded-For and -Proto of `proxies`, as far as it names an address.

    What is no IP address says nothing of a client: the proxy's own address stands in its place.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str], *, max_under_way: int = MAX_UNDER_WAY) -> None:
        self._app = app
        self._proxies = Networks(proxies)
        self._max_under_way = max_under_way
        self._under_way: Counter[str] = Counter()
        self._forwarded = ProxyHeadersMiddleware(self._checked, list(proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its client's address."""
        if scope["type"] != "http" or not self._proxies.includes(_host(scope)):
            await self._app(scope, receive, send)
            return
        scope[_PEER] = scope["client"]
        await self._forwarded(scope, receive, send)  # type: ignore[arg-type]

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.pop(_PEER)
        address = ip_address(_host(scope))
        if address is None:
            scope["client"] = peer
        else:
            scope["client"] = (str(address), scope["client"][1])
        client = network_name(_host(scope))
        if scope["client"] == peer:
            await self._app(scope, receive, send)
        elif self._under_way[client] >= self._max_under_way:
            await self._turn_away(scope, receive, send)
        else:
            await self._counted(client, scope, receive, send)

    async def _counted(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"{self._max_under_way} requests of this address are under way: try again in a moment"
        problem = HttpProblem(503, "too-many-at-once", detail, headers={"Retry-After": str(_RETRY_SECONDS)})
        await problem.response(scope["path"])(scope, receive, send)


def _host(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
