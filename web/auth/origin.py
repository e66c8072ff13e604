"""Whether it is a page of ours that asks: another site must not log a browser in."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request

from web.http.problems import HttpProblem

_OURS = frozenset({"same-origin", "none"})


def origin_of(url: str) -> str:
    """The origin of a URL, as browsers write it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_origin(request: Request, own_origins: Sequence[str]) -> None:
    """Raise HttpProblem (403) where a browser says that a page of another site asks.

    `own_origins`: those that are as good as the address asked for. Programs say nothing, and may ask.
    """
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if site in _OURS or (origin is not None and origin.lower() in own_origins):
        return
    if site is None and (origin is None or urlsplit(origin).netloc.lower() == _host(request)):
        return
    raise HttpProblem(
        403,
        "other-site",
        "a page of another site may not log in here; if it is one of monctl's behind a proxy, set "
        "web.public_url to its address",
    )


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()
