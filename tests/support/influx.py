"""A real InfluxDB for tests, behind a proxy that can be told to fail.

Without MONCTL_TEST_INFLUX_URL it is Debian's influxd. With it (and _TOKEN, _ORG, _BUCKET) the proxy stands
before that server, and nothing in the tests depends on which of them answers.
"""

import asyncio
import contextlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.errors import StoreError
from metrics.stores.influx.store import InfluxStore
from metrics.stores.influx.target import InfluxTarget
from tests.support.influx_proxy import InfluxProxy, Request
from tests.support.influxd import INFLUXD, Influxd, running_influxd

__all__ = [
    "INFLUXD",
    "InfluxProxy",
    "InfluxServer",
    "Influxd",
    "Request",
    "influx_bucket",
    "influx_proxy",
    "running_influxd",
]

URL = os.environ.get("MONCTL_TEST_INFLUX_URL")
TOKEN = os.environ.get("MONCTL_TEST_INFLUX_TOKEN", "test-token-4c1f9a")
ORG = os.environ.get("MONCTL_TEST_INFLUX_ORG", "monctl")
BUCKET = os.environ.get("MONCTL_TEST_INFLUX_BUCKET", "monctl_test")


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
        bucket_id = json.loads(server._request("GET", "/api/v2/buckets", where))["buckets"][0]["id"]
        server._request("DELETE", f"/api/v2/buckets/{bucket_id}", {})
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
