"""A real InfluxDB for tests, behind a proxy that can be told to fail.

`running_influxd` is Debian's influxd, whose storage engine and InfluxQL are real but which lacks the write
address of version 2; the proxy maps that. With MONCTL_TEST_INFLUX_URL set (and _TOKEN, _ORG, _BUCKET) the
proxy stands before that server instead.
"""

import asyncio
import contextlib
import gzip
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from metrics.errors import StoreError
from metrics.influx.store import InfluxStore
from metrics.influx.target import InfluxTarget
from tests.support.sshd import free_port

INFLUXD = shutil.which("influxd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

URL = os.environ.get("MONCTL_TEST_INFLUX_URL")
TOKEN = os.environ.get("MONCTL_TEST_INFLUX_TOKEN", "test-token-4c1f9a")
ORG = os.environ.get("MONCTL_TEST_INFLUX_ORG", "monctl")
BUCKET = os.environ.get("MONCTL_TEST_INFLUX_BUCKET", "monctl_test")

_HOP_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})
_START_SECONDS = 20.0

_CONFIG = """\
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
"""


@dataclass
class Influxd:
    """Debian's influxd in a folder of its own, on 127.0.0.1."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self.process is not None
        return self.process.pid

    def start(self) -> "Influxd":
        """Start and wait until it answers."""
        assert INFLUXD is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "influxdb.conf"
        config.write_text(_CONFIG.format(folder=self.folder, port=self.port, rpc=free_port()))
        with (self.folder / "influxd.log").open("ab") as log:
            self.process = subprocess.Popen(
                [INFLUXD, "-config", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()
        return self

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal; what it has answered to stays in its folder."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def restart(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Stop and start on the same port."""
        self.stop(how)
        self.start()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/ping", timeout=1):
                return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError((self.folder / "influxd.log").read_text()[-2000:])


@contextlib.contextmanager
def running_influxd(folder: Path, *, port: int | None = None) -> Iterator[Influxd]:
    """A started server that is stopped at the end.

    Give a folder on a small file system, and it runs out of space as any server would.
    """
    server = Influxd(folder) if port is None else Influxd(folder, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


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
                kept = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_HEADERS}
                return web.Response(status=answer.status, headers=kept, body=await answer.read())
        except aiohttp.ClientError as error:
            return _json(502, {"error": f"upstream: {type(error).__name__}"})


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


def _is_delete(request: Request) -> bool:
    return request.query.get("q", "").upper().startswith("DELETE")


def _is_write(request: Request, holding: bytes) -> bool:
    if request.path != "/api/v2/write":
        return False
    packed = request.headers.get("Content-Encoding") == "gzip"
    return holding in (gzip.decompress(request.body) if packed else request.body)


@dataclass(frozen=True)
class InfluxServer:
    """A server as a test uses it: through `proxy`, with a bucket of the test's own."""

    proxy: InfluxProxy
    org: str
    token: str
    bucket: str
    is_given: bool = False

    @property
    def url(self) -> str:
        """The proxy's."""
        return self.proxy.url

    @property
    def target(self) -> InfluxTarget:
        """The bucket, kept for ever: the contract's times are years ago."""
        return InfluxTarget(url=self.url, org=self.org, bucket=self.bucket, token=self.token)

    def query(self, influxql: str) -> list[dict[str, Any]]:
        """The rows of a statement's answer, tags among them."""
        method = "GET" if influxql.upper().startswith(("SELECT", "SHOW")) else "POST"
        document = json.loads(
            self._request(method, "/query", {"db": self.bucket, "epoch": "ms", "q": influxql})
        )
        (result,) = document["results"]
        assert "error" not in result, result
        return [
            (series.get("tags") or {}) | dict(zip(series["columns"], row, strict=True))
            for series in result.get("series", [])
            for row in series["values"]
        ]

    def write(self, lines: str) -> None:
        """Write line protocol by hand, nanoseconds."""
        where = {"org": self.org, "bucket": self.bucket, "precision": "ns"}
        self._request("POST", "/api/v2/write", where, lines.encode())

    def drop(self) -> None:
        """Remove the bucket, or what is in one that was there before."""
        if self.is_given:
            for row in self.query('SHOW TAG VALUES FROM "monctl_host" WITH KEY = "host"'):
                with contextlib.suppress(AssertionError, OSError):
                    self.query(f"DELETE WHERE \"host\" = '{row['value']}'")
        else:
            _drop_bucket(self)

    def _request(self, method: str, path: str, query: Mapping[str, str], body: bytes | None = None) -> bytes:
        url = f"{self.proxy.upstream if path != '/api/v2/write' else self.url}{path}?"
        request = urllib.request.Request(
            url + urllib.parse.urlencode(query),
            method=method,
            data=body,
            headers={"Authorization": f"Token {self.token}", "Accept": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                content: bytes = response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise OSError(f"{error.code}: {error.read().decode()}") from None
        return content


def _drop_bucket(server: InfluxServer) -> None:
    """Remove a bucket that a test made, in whichever way the server has; one that was never made is fine."""
    with contextlib.suppress(AssertionError, OSError):
        server.query(f'DROP DATABASE "{server.bucket}"')
        return
    with contextlib.suppress(OSError, KeyError, IndexError):
        where = {"org": server.org, "name": server.bucket}
        found = json.loads(server._request("GET", "/api/v2/buckets", where))["buckets"][0]["id"]
        server._request("DELETE", f"/api/v2/buckets/{found}", {})
        return
    with contextlib.suppress(OSError):
        server._request("DELETE", "/api/v3/configure/database", {"db": server.bucket})


@contextlib.contextmanager
def influx_proxy(folder: Path) -> Iterator[InfluxProxy]:
    """A proxy before the server of the environment, or else before an influxd of its own in `folder`."""
    with contextlib.ExitStack() as stack:
        upstream = URL or stack.enter_context(running_influxd(folder)).url
        proxy = InfluxProxy(upstream, maps_writes=URL is None)
        proxy.start()
        stack.callback(proxy.stop)
        yield proxy


@contextlib.contextmanager
def influx_bucket(proxy: InfluxProxy, *, makes: bool = True) -> Iterator[InfluxServer]:
    """A bucket that nobody else uses, not made yet (a store makes it); removed at the end.

    Where the token may not make buckets, the given one, emptied before and after.
    """
    proxy.heal()
    server = InfluxServer(proxy, ORG, TOKEN, f"{BUCKET}_{uuid.uuid4().hex[:10]}")
    if not makes or not _may_make_buckets(server):
        server = InfluxServer(proxy, ORG, TOKEN, BUCKET, is_given=True)
        server.drop()
    try:
        yield server
    finally:
        proxy.heal()
        server.drop()


def _may_make_buckets(server: InfluxServer) -> bool:
    """Whether a store can make the server's bucket, which it has done afterwards."""

    async def make() -> bool:
        store = await InfluxStore.open(server.target)
        try:
            await store.latest()
        except StoreError:
            return False
        finally:
            await store.close()
        return True

    return asyncio.run(make())
