"""The app: routes, gates and headers put together of the parts it is given."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware

from web.dependencies import Dependencies
from web.http.body_limit import BodyLimit
from web.http.openapi import openapi_document
from web.http.problems import answer_http, install_problems
from web.http.security_headers import SecurityHeaders
from web.prometheus.request_counts import RequestCounts
from web.routes import API_ROUTERS, PUBLIC_PATHS, ROOT_ROUTERS, TAGS
from web.routes.dashboard import answer_lost
from web.routes.guard import GuardedRoute, guards_of

API_PREFIX = "/api/v1"

_DESCRIPTION = """\
Inventory, current values, history and push of one monctl installation.

Times are RFC 3339 in UTC; `start` and `end` also take unix seconds, `now`, and spans such as `-24h`. Errors
are `application/problem+json` (RFC 9457); the end of `type` is a word for programs. Send a token from
`POST /api/v1/auth/token` or an API key as `Authorization: Bearer`, or a key as `X-API-Key`.
"""


def create_app(parts: Dependencies, *, version: str) -> FastAPI:
    """The API over these parts; raises AssertionError for a route that nobody guards."""
    app = create_bare_app(version=version)
    app.state.parts = parts
    install_problems(app, unavailable=parts.unavailable)
    app.add_exception_handler(HTTPStatus.NOT_FOUND, answer_lost)
    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _answer_method)
    _add_middleware(app, parts)
    for path, route in api_routes():
        _check_is_guarded(path, route)
    return app


def create_bare_app(*, version: str) -> FastAPI:
    """The routes without parts: it answers nothing, but has the whole OpenAPI document."""
    app = FastAPI(
        title="monctl",
        version=version,
        description=_DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=None,  # a route of ours gives it, made once
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        license_info={"name": "Apache-2.0"},
    )
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    for router in API_ROUTERS:
        app.include_router(router, prefix=API_PREFIX)
    for router in ROOT_ROUTERS:
        app.include_router(router)
    return app


def api_routes() -> Iterator[tuple[str, GuardedRoute]]:
    """Every route of the app with its whole path.

    `app.routes` does not tell: FastAPI keeps included routers there as they are.
    """
    prefixed = [(API_PREFIX, router) for router in API_ROUTERS] + [("", router) for router in ROOT_ROUTERS]
    for prefix, router in prefixed:
        for route in router.routes:
            assert isinstance(route, GuardedRoute), f"{route} would go unguarded"
            yield f"{prefix}{route.path}", route


def methods_of(path: str) -> frozenset[str]:
    """The methods that some route takes at a path."""
    methods: set[str] = set()
    for template, route in api_routes():
        prefix = template.removesuffix(route.path)
        if path.startswith(prefix) and route.path_regex.match(path.removeprefix(prefix)):
            methods |= route.methods or set()
    return frozenset(methods)


async def _answer_method(request: Request, error: Exception) -> Response:
    """What a method gets that the path does not take: the problem, with all those that it takes.

    The framework names those of one route, and a path may have several.
    """
    answer = await answer_http(request, error)
    answer.headers["Allow"] = ", ".join(sorted(methods_of(request.url.path)))
    return answer


def needed_roles(route: GuardedRoute) -> frozenset[str]:
    """The roles that a route asks for, any of which is enough; none for a public one."""
    return frozenset(str(role) for needs in guards_of(route.dependant) for role in needs.roles)


def _add_middleware(app: FastAPI, parts: Dependencies) -> None:
    """The last one added sees a request first."""
    if parts.options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(parts.options.cors_origins),
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "X-API-Key"],
            expose_headers=["ETag", "Location", "Retry-After"],
        )
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders, is_https=parts.options.is_https)
    app.add_middleware(
        RequestCounts,
        telemetry=parts.telemetry.requests,
        templates={route.endpoint: path for path, route in api_routes()},
    )


def _check_is_guarded(path: str, route: GuardedRoute) -> None:
    is_guarded = any(guards_of(route.dependant))
    for method in route.methods or ():
        is_public = path in PUBLIC_PATHS or f"{method} {path}" in PUBLIC_PATHS
        if is_guarded == is_public:
            raise AssertionError(f"{method} {path} must either name a role or be in PUBLIC_PATHS")
