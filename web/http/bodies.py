"""Reading the bodies of requests."""

from typing import Any

import msgspec
from fastapi import Request

from web.http.problems import HttpProblem


def media_type(request: Request) -> str:
    """The type of the body without parameters, in lower case; JSON when nothing is said."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries; raises HttpProblem (400, 415)."""
    document = decode_json(await read_body(request))
    if not isinstance(document, dict):
        raise HttpProblem(400, "json-invalid", "the body must be a JSON object: {…}")
    return document


async def read_body(request: Request) -> bytes:
    """The JSON text that a request carries, undecoded; raises HttpProblem (400 for an empty one, 415)."""
    kind = media_type(request)
    if kind != "application/json" and not kind.endswith("+json"):
        raise HttpProblem(415, "not-json", f"the body is {kind or 'of no type'}: send application/json")
    body = await request.body()
    if not body:
        raise HttpProblem(400, "json-invalid", "the body is empty: send JSON")
    return body


def decode_json(body: bytes) -> Any:
    """The value of a JSON text; raises HttpProblem (400)."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "json-invalid", f"the body is not JSON: {error}") from error
