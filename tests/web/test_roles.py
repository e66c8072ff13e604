"""Every route against every role: who is let in is written out here."""

import asyncio
import re
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from access.roles import Role
from tests.support.api import TOKENS, ApiUnderTest, api_under_test
from web.app import api_routes

pytestmark = pytest.mark.anyio

NOBODY = None
VIEWER, OPERATOR, ADMIN, COLLECTOR = Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.COLLECTOR

LEAST: dict[str, Role | None] = {
    "POST /api/v1/auth/token": NOBODY,
    "POST /api/v1/auth/session": NOBODY,
    "DELETE /api/v1/auth/session": VIEWER,
    "GET /api/v1/auth/me": VIEWER,
    "POST /api/v1/auth/password": VIEWER,
    "GET /api/v1/users": ADMIN,
    "POST /api/v1/users": ADMIN,
    "GET /api/v1/users/{name}": ADMIN,
    "PATCH /api/v1/users/{name}": ADMIN,
    "DELETE /api/v1/users/{name}": ADMIN,
    "GET /api/v1/keys": ADMIN,
    "POST /api/v1/keys": ADMIN,
    "DELETE /api/v1/keys/{name}": ADMIN,
    "GET /api/v1/audit": ADMIN,
    "POST /api/v1/hosts/import": ADMIN,
    "GET /api/v1/hosts": VIEWER,
    "POST /api/v1/hosts": ADMIN,
    "GET /api/v1/hosts/{name}": VIEWER,
    "PUT /api/v1/hosts/{name}": ADMIN,
    "PATCH /api/v1/hosts/{name}": ADMIN,
    "DELETE /api/v1/hosts/{name}": ADMIN,
    "POST /api/v1/hosts/{name}/pause": OPERATOR,
    "POST /api/v1/hosts/{name}/resume": OPERATOR,
    "POST /api/v1/hosts/{name}/check": OPERATOR,
    "GET /api/v1/hosts/{name}/host-keys": OPERATOR,
    "POST /api/v1/hosts/{name}/host-keys/trust": ADMIN,
    "GET /api/v1/hosts/{name}/polls": VIEWER,
    "GET /api/v1/metrics/current": VIEWER,
    "GET /api/v1/metrics/history": VIEWER,
    "POST /api/v1/metrics/history": VIEWER,
    "GET /api/v1/metrics/export": VIEWER,
    "GET /api/v1/metrics/catalog": VIEWER,
    "POST /api/v1/metrics/collect": COLLECTOR,
    "GET /api/v1/live": VIEWER,
    "GET /api/v1/alerts": VIEWER,
    "GET /api/v1/alerts/history": VIEWER,
    "GET /api/v1/alerts/{id}": VIEWER,
    "POST /api/v1/alerts/{id}/ack": OPERATOR,
    "DELETE /api/v1/alerts/{id}/ack": OPERATOR,
    "GET /api/v1/silences": VIEWER,
    "POST /api/v1/silences/preview": VIEWER,
    "POST /api/v1/silences": OPERATOR,
    "GET /api/v1/silences/{id}": VIEWER,
    "DELETE /api/v1/silences/{id}": OPERATOR,
    "GET /api/v1/rules": VIEWER,
    "POST /api/v1/rules": ADMIN,
    "POST /api/v1/rules/test": VIEWER,
    "GET /api/v1/rules/{name}": VIEWER,
    "PUT /api/v1/rules/{name}": ADMIN,
    "PATCH /api/v1/rules/{name}": ADMIN,
    "DELETE /api/v1/rules/{name}": ADMIN,
    "GET /api/v1/channels": VIEWER,
    "POST /api/v1/channels": ADMIN,
    "GET /api/v1/channels/{name}": VIEWER,
    "PATCH /api/v1/channels/{name}": ADMIN,
    "DELETE /api/v1/channels/{name}": ADMIN,
    "POST /api/v1/channels/{name}/test": OPERATOR,
    "GET /metrics": VIEWER,
    "GET /healthz": NOBODY,
    "HEAD /healthz": NOBODY,
    "GET /readyz": NOBODY,
    "HEAD /readyz": NOBODY,
    "GET /openapi.json": NOBODY,
    "HEAD /openapi.json": NOBODY,
    "GET /": NOBODY,
    "GET /docs": NOBODY,
    "HEAD /docs": NOBODY,
    "GET /docs/{name}": NOBODY,
    "HEAD /": NOBODY,
    "GET /hosts/{name}": NOBODY,
    "HEAD /hosts/{name}": NOBODY,
    "GET /alerts": NOBODY,
    "HEAD /alerts": NOBODY,
    "GET /alerts/{name}": NOBODY,
    "HEAD /alerts/{name}": NOBODY,
    "GET /rules": NOBODY,
    "HEAD /rules": NOBODY,
    "GET /rules/new": NOBODY,
    "HEAD /rules/new": NOBODY,
    "GET /rules/{name}": NOBODY,
    "HEAD /rules/{name}": NOBODY,
    "GET /silences": NOBODY,
    "HEAD /silences": NOBODY,
    "GET /channels": NOBODY,
    "HEAD /channels": NOBODY,
    "GET /inventory": NOBODY,
    "HEAD /inventory": NOBODY,
    "GET /inventory/add": NOBODY,
    "HEAD /inventory/add": NOBODY,
    "GET /access": NOBODY,
    "HEAD /access": NOBODY,
    "GET /login": NOBODY,
    "HEAD /login": NOBODY,
    "GET /kiosk": NOBODY,
    "HEAD /kiosk": NOBODY,
    "GET /assets/{name}": NOBODY,
    "HEAD /assets/{name}": NOBODY,
    "GET /theme.js": NOBODY,
    "HEAD /theme.js": NOBODY,
    "GET /favicon.svg": NOBODY,
    "HEAD /favicon.svg": NOBODY,
}
"""Route -> the least role that may use it; NOBODY: whoever asks."""

MAY: dict[Role | None, frozenset[Role | None]] = {
    NOBODY: frozenset({NOBODY}),
    VIEWER: frozenset({NOBODY, VIEWER}),
    OPERATOR: frozenset({NOBODY, VIEWER, OPERATOR}),
    ADMIN: frozenset({NOBODY, VIEWER, OPERATOR, ADMIN}),
    COLLECTOR: frozenset({NOBODY, COLLECTOR}),
}
"""Whose routes each may use. Written out, not taken from the code that is tested."""

_REFUSED = frozenset({401, 403})


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for all of them."""
    return "asyncio"


@pytest.fixture(scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ApiUnderTest]:
    """One API for all of them: none is given what it would need to change anything."""
    async with api_under_test(tmp_path_factory.mktemp("roles")) as api:
        yield api


def _routes(api: ApiUnderTest) -> set[str]:
    """What the app answers: our routers' routes, and those put into the app itself."""
    found = {f"{method} {path}" for path, route in api_routes() for method in route.methods or ()}
    own = [route for route in api.app.routes if isinstance(route, Route) and not isinstance(route, APIRoute)]
    return found | {f"{method} {route.path}" for route in own for method in route.methods or ()}


async def test_the_table_names_every_route_and_no_other(api: ApiUnderTest) -> None:
    routes = _routes(api)
    assert sorted(routes - LEAST.keys()) == [], "routes that the table misses"
    assert sorted(LEAST.keys() - routes) == [], "routes of the table that are gone"


async def test_no_route_of_the_document_is_missed_by_the_table(api: ApiUnderTest) -> None:
    paths = api.app.openapi()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert len(documented) > 20
    assert sorted(documented - LEAST.keys()) == []


@pytest.mark.parametrize("role", MAY, ids=lambda role: str(role or "nobody"))
@pytest.mark.parametrize("route", LEAST)
async def test_a_route_lets_in_whom_the_table_says(api: ApiUnderTest, route: str, role: Role | None) -> None:
    method, _, path = route.partition(" ")
    status = await _status(api, method, re.sub(r"\{\w+\}", "nobody-there", path), role)
    if LEAST[route] in MAY[role]:
        assert status not in _REFUSED
        assert status != 500
    else:
        assert status == (401 if role is None else 403)


async def _status(api: ApiUnderTest, method: str, path: str, role: Role | None) -> int:
    """The status of a request without a body; a stream is left as soon as it begins."""
    headers = [(b"host", b"monctl.test")]
    if role is not None:
        headers.append((b"authorization", f"Bearer {TOKENS[role]}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 40000),
        "server": ("monctl.test", 80),
    }
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    body: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if body:
            return body.pop()
        await started
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and not started.done():
            started.set_result(message["status"])

    asked = asyncio.ensure_future(api.app(scope, receive, send))
    try:
        async with asyncio.timeout(10):
            return await started
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
