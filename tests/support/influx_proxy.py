"""A proxy before an InfluxDB: maps the one address that version 1 lacks, and fails as it is told."""

import asyncio
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.support.ports import free_port

_HOP_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})


@dataclass(frozen=True)
class Request:
    """What came to the proxy; `body` as it was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


Fault = Callable[[Request], object]
"""Gives a proxy's `response` to a request in the server's place, or None."""


class InfluxProxy:
    """Stands before an InfluxDB, on 127.0.0.1, in a thread; faults can be switched on and off.

    Where the server lacks /api/v2/write, that becomes /write: all else goes through as it is.
    """

    def __init__(self, upstream: str, *, maps_writes: bool) -> None:
        self.upstream = upstream.rstrip("/")
        self.port = free_port()
        self.requests: Counter[str] = Counter()
        self.last_write: Request | None = None
        self.longest_url = 0
        self._maps_writes = maps_writes
        self._fault: Fault | None = None
        self._delay = 0.0
        self._drops = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="influx-proxy")

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def refuse_token(self) -> None:
        """Answer everything as InfluxDB 2 does when it does not know a token."""
        self.answer(401, {"code": "unauthorized", "message": "unauthorized access"})

    def refuse_deletes(self) -> None:
        """Answer deletions as a server that cannot delete."""
        refusal = {"error": "error in InfluxQL statement: DELETE is not supported"}
        self.fault(lambda request: _json(400, refusal) if _is_delete(request) else None)

    def refuse_writes(self, status: int, body: object, *, holding: bytes = b"") -> None:
        """Answer so to writes, if `holding` is given to those whose unpacked body has it."""
        self.fault(lambda request: _json(status, body) if _is_write(request, holding) else None)

    def answer(self, status: int, body: object) -> None:
        """Answer everything so."""
        self.fault(lambda _: _json(status, body))

    def response(self, status: int, body: object) -> object:
        """What a fault gives: JSON, as InfluxDB does."""
        return _json(status, body)

    def fault(self, fault: Fault | None) -> None:
        """Let this answer in the server's place where it wants to."""
        self._fault = fault

    def slow(self, seconds: float) -> None:
        """Wait so long before each request is passed on."""
        self._delay = seconds

    def drop_connections(self) -> None:
        """Hang up on whoever asks."""
        self._drops = True

    def heal(self) -> None:
        """Be a proxy that nobody notices."""
        self._fault, self._delay, self._drops = None, 0.0, False

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def stop(self) -> None:
        """Hang up and end the thread."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, incoming: web.Request) -> web.StreamResponse:
        request = Request(
            incoming.method, incoming.path, dict(incoming.query), incoming.headers, await incoming.read()
        )
        self.requests[request.path] += 1
        self.longest_url = max(self.longest_url, len(incoming.raw_path))
        if request.path == "/api/v2/write":
            self.last_write = request
        if self._delay:
            await asyncio.sleep(self._delay)
        if self._drops:
            assert incoming.transport is not None
            incoming.transport.abort()
            return web.Response()
        answer = self._fault(request) if self._fault else None
        return answer if isinstance(answer, web.Response) else await self._pass_on(request)

    async def _pass_on(self, request: Request) -> web.Response:
        path, query = request.path, dict(request.query)
        if self._maps_writes and path == "/api/v2/write":
            path, query = "/write", {"db": query["bucket"], "precision": query.get("precision", "ns")}
        headers = {key: value for key, value in request.headers.items() if key.lower() not in _HOP_HEADERS}
        try:
            async with self._session.request(
                request.method, f"{self.upstream}{path}", params=query, headers=headers, data=request.body
            ) as answer:
                answer_headers = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_HEADERS}
                return web.Response(status=answer.status, headers=answer_headers, body=await answer.read())
        except aiohttp.ClientError as error:
            return _json(502, {"error": f"upstream: {type(error).__name__}"})


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


def _is_delete(request: Request) -> bool:
    return request.query.get("q", "").upper().startswith("DELETE")


def _is_write(request: Request, holding: bytes) -> bool:
    if request.path != "/api/v2/write":
        return False
    is_packed = request.headers.get("Content-Encoding") == "gzip"
    return holding in (gzip.decompress(request.body) if is_packed else request.body)
