"""The gate of every route: who asks, and whether they may.

A route names its role by the type of a parameter: `who: Viewer`. A key in `X-API-Key` or in
`Authorization: Bearer`, a JWT in `Authorization: Bearer`, or a browser's session cookie are accepted, in this
order; the first that is there decides. A few routes also let those look who show nothing (`ViewerOrKiosk`),
where the settings want a kiosk.
"""

from collections.abc import Callable, Coroutine, Iterator
from http import HTTPMethod
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from access.audit.log import Actor
from access.identity import KIOSK, Identity
from access.roles import Role
from web.auth.session import SECURE_SESSION_COOKIE, SESSION_COOKIE, session_cookie
from web.dependencies import Dependencies, parts_of
from web.http.addresses import network_name
from web.http.bodies import BoundedRequest, is_json
from web.http.body_limit import allow_body, body_bytes
from web.http.problems import HttpProblem

_BEARER = HTTPBearer(auto_error=False, description="A JWT from POST /auth/token, or an API key.")
_KEY = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key.")
_COOKIE = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    description=f"A browser's session; over TLS its name is {SECURE_SESSION_COOKIE}.",
)


_CREDENTIALS = ("authorization", "x-api-key")


class RequiredRoles:
    """A dependency that lets those through whose role includes one of `roles`.

    `allows_kiosk`: where the settings have a kiosk, also those who show nothing, as `KIOSK`. `is_counted`:
    requests count against the limit.
    """

    def __init__(self, *roles: Role, allows_kiosk: bool = False, is_counted: bool = True) -> None:
        self.roles = frozenset(roles)
        self.allows_kiosk = allows_kiosk
        self.is_counted = is_counted

    async def __call__(
        self,
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        key: Annotated[str | None, Depends(_KEY)],
        _cookie: Annotated[str | None, Depends(_COOKIE)],
    ) -> Identity:
        """The identity that `admit` has let through; the other parameters are for the OpenAPI document."""
        identity: Identity = request.state.identity
        return identity

    async def admit(self, request: Request) -> None:
        """Note the identity behind the request; raises HttpProblem (401, 403, 421 or 429). Reads no body."""
        parts = parts_of(request)
        identity = await _identify(request, parts)
        if identity is None and self.allows_kiosk and parts.options.kiosk and not _shows_credentials(request):
            if parts.options.host_names is not None:
                await parts.options.host_names.check(request)
            identity = KIOSK
        if identity is None:
            parts.limit.hit(network_name(address_of(request)))
            raise HttpProblem(
                401, "unauthorized", _unauthorized(request), headers={"WWW-Authenticate": "Bearer"}
            )
        is_push = Role.COLLECTOR in self.roles and identity.role is Role.COLLECTOR
        if self.is_counted and not is_push:  # pushes have a limit of their own
            parts.limit.hit(counted_as(request, identity))
        if not self.roles & identity.role.included:
            role_names = " or ".join(sorted(self.roles))
            raise HttpProblem(403, "forbidden", f"this needs the role {role_names}; you have {identity.role}")
        request.state.identity = identity


class GuardedRoute(APIRoute):
    """A route that asks who is there before it reads a body, and reads no larger one than it needs.

    FastAPI by itself reads and parses bodies first.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()
        guard = next(guards_of(self.dependant), None)
        limit = body_bytes(self.operation_id)
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def answer(request: Request) -> Response:
            if guard is not None:
                await guard.admit(request)
            elif request.method == HTTPMethod.POST:  # a log-in
                parts_of(request).limit.hit(f"address:{address_of(request)}")
            allow_body(request.scope, limit)
            bounded = BoundedRequest(request.scope, request.receive)
            if takes_json and is_json(bounded) and await bounded.body():
                await bounded.json()
            return await handle(bounded)

        return answer


def guards_of(dependant: Dependant) -> Iterator[RequiredRoles]:
    """The gates among what a route depends on."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, RequiredRoles):
            yield inner.call
        yield from guards_of(inner)


Viewer = Annotated[Identity, Depends(RequiredRoles(Role.VIEWER))]
ViewerOrKiosk = Annotated[Identity, Depends(RequiredRoles(Role.VIEWER, allows_kiosk=True))]
"""A viewer, or a kiosk: a route that takes it must not tell a kiosk what only viewers may know."""
Operator = Annotated[Identity, Depends(RequiredRoles(Role.OPERATOR))]
Admin = Annotated[Identity, Depends(RequiredRoles(Role.ADMIN))]
Collector = Annotated[Identity, Depends(RequiredRoles(Role.COLLECTOR))]


def is_https(request: Request, parts: Dependencies) -> bool:
    """Whether the browser speaks TLS, with us or with a proxy that is trusted to say so."""
    return parts.options.is_https or request.url.scheme == "https"


def address_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else "unknown"


def counted_as(request: Request, identity: Identity) -> str:
    """The name that requests are counted by: an identity's, or for kiosks that of the address."""
    return f"kiosk:{network_name(address_of(request))}" if identity.is_kiosk else identity.actor


def actor_of(request: Request, who: Identity) -> Actor:
    """Who the audit log is to name."""
    return Actor(who.actor, address_of(request))


async def _identify(request: Request, parts: Dependencies) -> Identity | None:
    if any(len(request.headers.getlist(name)) > 1 for name in _CREDENTIALS):
        return None  # a proxy and we might each believe another one
    key = await _KEY(request)
    if key is not None:
        return await parts.accounts.identify_key(key)
    bearer = await _BEARER(request)
    cookie = session_cookie(request, is_https=is_https(request, parts))
    if bearer is not None:
        return await parts.accounts.identify(bearer.credentials)
    if "authorization" in request.headers or cookie is None:
        return None
    identity = await parts.accounts.identify(cookie)
    if identity is None or identity.session is None:
        return None
    parts.sessions.check(request, identity.session)
    return identity


def _shows_credentials(request: Request) -> bool:
    """Whether a header has credentials; a cookie does not count, browsers send those of old sessions too."""
    return any(name in request.headers for name in _CREDENTIALS)


def _unauthorized(request: Request) -> str:
    has_credentials = "authorization" in request.headers or "x-api-key" in request.headers or request.cookies
    if has_credentials:
        return "this token or key is not valid, or not any more: log in again"
    return "log in first: POST /api/v1/auth/token, or send an API key as `Authorization: Bearer`"
