"""The page that shows the API: Swagger UI from its package, nothing from anywhere else."""

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from web.dependencies import AppDependencies, Dependencies
from web.http.problems import HttpProblem
from web.routes.guard import GuardedRoute

router = APIRouter(tags=["docs"], route_class=GuardedRoute)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_CACHING = "private, max-age=3600"
_SCRIPT_TYPE = "text/javascript"
_BUNDLED: Mapping[str, str] = MappingProxyType(
    {
        "swagger-ui.css": "text/css",
        "swagger-ui-bundle.js": _SCRIPT_TYPE,
        "favicon-32x32.png": "image/png",
    }
)
_JSON = "application/json"
_PACKAGE = "fastapi_swagger"
"""Ships the files of swagger-ui-dist as they are; nothing of its Python is used."""

_START = "start.js"
_DOCUMENT = "openapi.json"

_PAGE = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>monctl API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/{_START}"></script>
</body>
</html>
"""
_SCRIPT = f"""\
SwaggerUIBundle({{
  url: "docs/{_DOCUMENT}",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
}});
"""


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.head("/docs", include_in_schema=False)
async def docs_head() -> Response:
    """The same without a body."""
    return await docs()


@router.get("/docs/{name}", include_in_schema=False)
async def docs_file(request: Request, parts: AppDependencies, name: str) -> Response:
    """One of the files that the page needs, and no other."""
    headers = {"Content-Security-Policy": _POLICY}
    if name == _DOCUMENT:
        return Response(await _document(request, parts), media_type=_JSON, headers=headers)
    if name == _START:
        return Response(_SCRIPT, media_type=_SCRIPT_TYPE, headers=headers)
    if name not in _BUNDLED:
        raise HttpProblem(404, "not-found", f"there is nothing at {request.url.path}; the page is at /docs")
    body = await asyncio.to_thread(_bundled, name)
    return Response(body, media_type=_BUNDLED[name], headers=headers | {"Cache-Control": _CACHING})


@router.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
async def openapi(request: Request, parts: AppDependencies) -> Response:
    """The document itself."""
    return Response(await _document(request, parts), media_type=_JSON)


async def _document(request: Request, parts: Dependencies) -> bytes:
    return await parts.documents.body(_DOCUMENT, request.app.openapi)


@cache
def _bundled(name: str) -> bytes:
    return (files(_PACKAGE) / "resources" / name).read_bytes()
