"""Reading the bodies of requests."""

import json
from typing import Any

import msgspec
from fastapi import Request

from web.http.problems import HttpProblem

MAX_DEPTH = 32
MAX_VALUES = 50_000
MAX_KEY_CHARACTERS = 1024


def media_type(request: Request) -> str:
    """The type of the body without parameters, in lower case; JSON when nothing is said."""
    return request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def is_json(request: Request) -> bool:
    """Whether a request says that its body is JSON."""
    kind = media_type(request)
    return "content-type" in request.headers and (kind == "application/json" or kind.endswith("+json"))


class BoundedRequest(Request):
    """A request whose JSON is bounded in depth and number of values."""

    async def json(self) -> Any:
        """The body's value, decoded once; raises HttpProblem (400)."""
        if not hasattr(self, "_document"):
            try:
                self._document = json.loads(await self.body())
            except (ValueError, RecursionError) as error:
                reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                raise HttpProblem(400, "json-invalid", f"the body is not JSON: {reason}") from error
            check_shape(self._document)
        return self._document


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
    """The value of a JSON text; raises HttpProblem (400), also for one that is too deep or too much.

    Whoever works on the value may go into it recursively.
    """
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "json-invalid", f"the body is not JSON: {error}") from error
    check_shape(document)
    return document


def check_shape(document: Any) -> None:
    """Raise HttpProblem (400) for a value nested too deep, with too many values or too long a key."""
    count = 0
    level = [document]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if any(len(key) > MAX_KEY_CHARACTERS for key in value):
                    raise _problem(f"a key is longer than {MAX_KEY_CHARACTERS} characters")
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        count += len(inner)
        if count > MAX_VALUES:
            raise _problem(f"it has more than {MAX_VALUES:,} values")
        if not inner:
            return
        level = inner
    raise _problem(f"it is nested deeper than {MAX_DEPTH} levels")


def _problem(what: str) -> HttpProblem:
    return HttpProblem(400, "json-invalid", f"the body cannot be taken: {what}")
