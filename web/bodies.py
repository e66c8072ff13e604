"""Reading the bodies of requests."""

from typing import Any

import msgspec
from fastapi import Request

from web.problems import Problem


def media_type(request: Request) -> str:
    """The type of the body without parameters, in lower case; JSON when nothing is said."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries; raises Problem (400, 415)."""
    kind = media_type(request)
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, "not-json", f"the body is {kind or 'of no type'}: send application/json")
    document = decode_json(await request.body())
    if not isinstance(document, dict):
        raise Problem(400, "json-invalid", "the body must be a JSON object: {…}")
    return document


def decode_json(body: bytes) -> Any:
    """The value of a JSON text; raises Problem (400)."""
    if not body:
        raise Problem(400, "json-invalid", "the body is empty: send JSON")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "json-invalid", f"the body is not JSON: {error}") from error
