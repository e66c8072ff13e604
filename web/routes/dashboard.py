"""The dashboard: built files, kept in memory, under a policy that lets nothing else run in its page."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from web.http.problems import HttpProblem, answer_http
from web.routes.guard import GuardedRoute

router = APIRouter(tags=["dashboard"], route_class=GuardedRoute)

CLIENT_PATHS = (
    "/",
    "/hosts/{name}",
    "/alerts",
    "/alerts/{name}",
    "/rules",
    "/rules/new",
    "/rules/{name}",
    "/silences",
    "/channels",
    "/inventory",
    "/inventory/add",
    "/access",
    "/login",
    "/kiosk",
)
"""The addresses of pages, which web/ui/src/router.ts tells apart."""

FILE_PATHS = ("/assets/{name}", "/theme.js", "/favicon.svg")
"""The addresses of the files that pages load."""

PUBLIC_PATHS = frozenset({*CLIENT_PATHS, *FILE_PATHS})
"""All of them: nothing here says anything of the fleet."""

FOLDER = Path(__file__).parent.parent / "static"
"""Where the build puts the files."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

_API = ("/api/", "/docs/")
_INDEX = "index.html"
_ASSETS = "assets"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".woff2": "font/woff2",
    }
)
_CODINGS: Mapping[str, str] = MappingProxyType({"br": ".br", "gzip": ".gz"})
_ETAG_CHARACTERS = 20

_NOT_BUILT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>monctl</title>
</head>
<body>
<h1>monctl runs, but its dashboard has not been built</h1>
<p>The API works: it is described at <a href="/docs">/docs</a>.</p>
<p>It is built when monctl is installed, and needs the package registries for that. Install again:</p>
<pre>pip install --no-deps --force-reinstall .</pre>
<p>In a clone with Node 20.19 or newer, this is quicker:</p>
<pre>cd web/ui &amp;&amp; npm ci &amp;&amp; npm run build</pre>
<p>Then reload this page; monctl need not be restarted.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file; `bodies`: content coding, "" for none, -> bytes."""

    media_type: str
    caching: str
    etag: str
    bodies: Mapping[str, bytes]

    def coding(self, accepted: str) -> str:
        """The best coding that a browser accepts (its Accept-Encoding)."""
        offered = {part.strip() for part in accepted.lower().split(",")}
        return next((coding for coding in _CODINGS if coding in offered and coding in self.bodies), "")


def load_files(folder: Path) -> Mapping[str, StaticFile]:
    """The files of a build by their path in it; empty where there is none."""
    if not (folder / _INDEX).is_file():
        return {}
    paths = (path for path in folder.rglob("*") if path.suffix in _TYPES and path.is_file())
    return {path.relative_to(folder).as_posix(): _load_file(path, folder) for path in paths}


def _load_file(path: Path, folder: Path) -> StaticFile:
    body = path.read_bytes()
    coded = {coding: path.with_name(path.name + suffix) for coding, suffix in _CODINGS.items()}
    return StaticFile(
        media_type=_TYPES[path.suffix],
        caching=_FOR_EVER if path.parent == folder / _ASSETS else _ASK_AGAIN,
        etag=hashlib.sha256(body).hexdigest()[:_ETAG_CHARACTERS],
        bodies={"": body} | {coding: one.read_bytes() for coding, one in coded.items() if one.is_file()},
    )


async def _page(request: Request) -> Response:
    """The page, whichever of its addresses was asked for."""
    files = await asyncio.to_thread(_files, FOLDER)
    if _INDEX not in files:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, headers)
    return _answer(request, files[_INDEX])


async def answer_lost(request: Request, error: Exception) -> Response:
    """What a path gets that leads nowhere: a browser the page, which says so, and programs a problem."""
    answer = await answer_http(request, error)
    wants_page = "text/html" in request.headers.get("accept", "") and request.method in ("GET", "HEAD")
    if not wants_page or request.url.path.startswith(_API):
        return answer
    files = await asyncio.to_thread(_files, FOLDER)
    if _INDEX not in files:
        return answer
    page = _answer(request, files[_INDEX])
    page.status_code = HTTPStatus.NOT_FOUND
    return page


async def _file(request: Request) -> Response:
    """One of the files that the build made; raises HttpProblem (404)."""
    files = await asyncio.to_thread(_files, FOLDER)
    file = files.get(request.url.path.removeprefix("/"))
    if file is None:
        raise HttpProblem(
            404, "not-found", f"the dashboard has no file {request.url.path}: load the page again"
        )
    return _answer(request, file)


def _files(folder: Path) -> Mapping[str, StaticFile]:
    """The files as they are now; read again only after another build."""
    try:
        stamp = tuple((folder / name).stat().st_mtime_ns for name in (_INDEX, _ASSETS))
    except OSError:
        return {}
    return _loaded(folder, stamp)


@lru_cache(maxsize=1)
def _loaded(folder: Path, stamp: tuple[int, ...]) -> Mapping[str, StaticFile]:
    return load_files(folder)


def _answer(request: Request, file: StaticFile) -> Response:
    coding = file.coding(request.headers.get("accept-encoding", ""))
    etag = f'"{file.etag}{coding and f"-{coding}"}"'
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": file.caching,
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
    return Response(file.bodies[coding], media_type=file.media_type, headers=headers)


def _add_routes(paths: tuple[str, ...], answer: Callable[[Request], Awaitable[Response]]) -> None:
    for path in paths:
        router.add_api_route(path, _own(answer), methods=["GET", "HEAD"], include_in_schema=False)


def _own(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """A function of its own for each path: requests are counted by it."""

    async def answer_alike(request: Request) -> Response:
        return await answer(request)

    return answer_alike


_add_routes(CLIENT_PATHS, _page)
_add_routes(FILE_PATHS, _file)
