"""The page that shows the API: Swagger UI from its package, nothing from anywhere else."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

from web.dependencies import AppDependencies
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
        body = await parts.documents.body(name, lambda: for_swagger_ui(request.app.openapi()))
        return Response(body, media_type=_JSON, headers=headers)
    if name == _START:
        return Response(_SCRIPT, media_type=_SCRIPT_TYPE, headers=headers)
    if name not in _BUNDLED:
        raise HttpProblem(404, "not-found", f"there is nothing at {request.url.path}; the page is at /docs")
    body = await asyncio.to_thread(_bundled, name)
    return Response(body, media_type=_BUNDLED[name], headers=headers | {"Cache-Control": _CACHING})


@router.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
async def openapi(request: Request, parts: AppDependencies) -> Response:
    """The document itself."""
    body = await parts.documents.body("", request.app.openapi)
    return Response(body, media_type=_JSON)


def for_swagger_ui(document: Any) -> Any:
    """An OpenAPI 3.1 document as 3.0, which is what this Swagger UI can show.

    What may be null becomes `nullable`, a constant an enumeration of one, a schema's `examples` its first.
    """
    if isinstance(document, list):
        return [for_swagger_ui(one) for one in document]
    if not isinstance(document, dict):
        return document
    converted = {key: for_swagger_ui(value) for key, value in document.items()}
    if isinstance(converted.get("openapi"), str):
        converted["openapi"] = "3.0.3"
    if isinstance(converted.get("type"), list):
        converted["anyOf"] = [{"type": type_} for type_ in converted.pop("type")]
    if isinstance(converted.get("anyOf"), list) and {"type": "null"} in converted["anyOf"]:
        converted |= _nullable([one for one in converted.pop("anyOf") if one != {"type": "null"}])
    if isinstance(converted.get("examples"), list) and converted["examples"]:
        converted["example"] = converted.pop("examples")[0]
    if "const" in converted and not isinstance(converted["const"], dict):
        converted["enum"] = [converted.pop("const")]
    return converted


def _nullable(kinds: list[Any]) -> dict[str, Any]:
    if len(kinds) == 1 and "$ref" not in kinds[0]:
        return {**kinds[0], "nullable": True}
    return {"anyOf": kinds, "nullable": True}


@cache
def _bundled(name: str) -> bytes:
    return (Path(str(swagger_ui_path)) / name).read_bytes()
