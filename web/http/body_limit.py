"""Refuses bodies that are too large, before they are read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http.problems import HttpProblem

MAX_BODY_BYTES = 4 * 1024 * 1024


class BodyLimit:
    """Answers 413 to a request whose body is declared, or turns out, to be larger than `limit` bytes."""

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
            if bytes_read > self._limit:
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
        detail = f"the body is larger than {self._limit:,} bytes: send it in parts"
        problem = HttpProblem(413, "body-too-large", detail, headers={"Connection": "close"})
        await problem.response(scope["path"])(scope, receive, send)


class _TooLarge(BaseException):  # so that no handler on the way takes it for a fault
    """The body went past the limit."""


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
