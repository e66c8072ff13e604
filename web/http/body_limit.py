"""Refuses bodies that are too large, before they are read."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http.problems import HttpProblem

MAX_BODY_BYTES = 4 * 1024 * 1024
"""No body is larger, whatever it is for."""

_KILOBYTE = 1024
_MOST_BYTES = 256 * _KILOBYTE
_BYTES: Mapping[str, int] = MappingProxyType(
    {
        "create_token": 16 * _KILOBYTE,
        "create_session": 16 * _KILOBYTE,
        "change_password": 16 * _KILOBYTE,
        "import_hosts": 1024 * _KILOBYTE,
        "collect_metrics": MAX_BODY_BYTES,
    }
)
"""Operations whose bodies may be smaller or larger than most."""

_ALLOWED = "monctl.body_bytes"


def body_bytes(operation: str | None) -> int:
    """How large the body of a request for an operation may be."""
    return _BYTES.get(operation or "", _MOST_BYTES)


def allow_body(scope: Scope, limit: int) -> None:
    """Allow a request's body so many bytes and no more; raises HttpProblem (413) where it declares more."""
    scope[_ALLOWED] = limit
    if _declared_bytes(scope) > limit:
        raise _problem(limit)


class BodyLimit:
    """Answers 413 to a request whose body is declared, or turns out, to be larger than `limit` bytes.

    Its route may allow less, by `allow_body`.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared_bytes(scope) > self._limit:
            await self._refuse(scope, receive, send)
            return
        bytes_read = 0
        is_started = False

        async def receive_counted() -> Message:
            nonlocal bytes_read
            message = await receive()
            # counted as well as declared: a chunked body declares nothing, and a declared size may lie
            bytes_read += len(message.get("body", b""))
            if bytes_read > scope.get(_ALLOWED, self._limit):
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_noted)
        except _TooLarge:
            if not is_started:
                await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = _problem(scope.get(_ALLOWED, self._limit))
        await problem.response(scope["path"])(scope, receive, send)


class _TooLarge(BaseException):  # so that no handler on the way takes it for a fault
    """The body went past the limit."""


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _problem(limit: int) -> HttpProblem:
    detail = f"the body is larger than {limit:,} bytes: send it in parts"
    return HttpProblem(413, "body-too-large", detail, headers={"Connection": "close"})
