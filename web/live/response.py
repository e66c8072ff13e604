"""The answer that does not end: sends a client its events until there is a reason to stop."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from web.live.client import Ending, LiveClient
from web.live.frames import HEARTBEAT, MEDIA_TYPE, RETRY
from web.live.hub import LiveHub
from web.live.streams import Stream

HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 5.0
_SEND_SECONDS = 30.0
_LAST_SEND_SECONDS = 1.0


class LiveResponse(StreamingResponse):
    """Ends when the client goes or reads too slowly, when `is_valid` says no, or when the hub closes."""

    def __init__(
        self,
        hub: LiveHub,
        stream: Stream,
        *,
        last_event_id: str | None,
        is_valid: Callable[[], Awaitable[bool]],
        who: str = "",
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        super().__init__(iter(()), media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._hub = hub
        self._stream = stream
        self._last_event_id = last_event_id
        self._is_valid = is_valid
        self._who = who
        self._check_seconds = check_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises HttpProblem (503), before anything is sent, when the hub takes no more clients."""
        client = self._hub.admit(self._stream, who=self._who)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._serve(client, receive, send)
            await _finish(client, send)
        finally:
            self._hub.leave(client)

    async def _serve(self, client: LiveClient, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._pump(client, send)),
                group.create_task(_until_gone(client, receive)),
                group.create_task(self._until_invalid(client)),
            ]
            # the tasks end no stream by returning: each calls `client.end` with its reason
            await client.end_reached.wait()
            for task in tasks:
                task.cancel()

    async def _pump(self, client: LiveClient, send: Send) -> None:
        chunk = RETRY + await self._hub.opening(client, last_event_id=self._last_event_id)
        try:
            while True:
                async with asyncio.timeout(_SEND_SECONDS):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await _next(client)
        except TimeoutError:
            client.end(Ending.SLOW)

    async def _until_invalid(self, client: LiveClient) -> None:
        while await self._is_valid():  # noqa: ASYNC110 -- nobody tells of a revoked token
            await asyncio.sleep(self._check_seconds)
        client.end(Ending.INVALID)


async def _next(client: LiveClient) -> bytes:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await client.next()
    except TimeoutError:
        return HEARTBEAT


async def _until_gone(client: LiveClient, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.end(Ending.GONE)


async def _finish(client: LiveClient, send: Send) -> None:
    """End the answer properly, unless the client does not even take that."""
    if client.ending is Ending.GONE:
        return
    try:
        async with asyncio.timeout(_LAST_SEND_SECONDS):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        return
