"""Requests to one InfluxDB: writes through influxdb-client, everything else as plain HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.service.write_service import WriteService

from metrics.errors import StoreError, StoreUnavailable
from metrics.stores.influx.boundary import TIMEOUT_SECONDS, answer_error, translated
from metrics.stores.influx.target import InfluxTarget

MAX_ANSWER_BYTES = 512 * 1024 * 1024
"""The largest answer that is read."""

_CONNECTIONS = 8
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """The request was carried out."""
        return 200 <= self.status < 300


class InfluxConnection:
    """Talks to the server of a target; belongs to the event loop in which it is made."""

    def __init__(self, target: InfluxTarget) -> None:
        self.target = target
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, sock_connect=_CONNECT_SECONDS)
        # The client library only writes: it has no call for InfluxQL, nor for what InfluxDB 1 and 3 need.
        self._client = InfluxDBClientAsync(
            target.base,
            token=target.token.strip(),
            org=target.org,
            timeout=timeout,
            connection_pool_maxsize=_CONNECTIONS,
        )
        self._writes = WriteService(self._client.api_client)  # type: ignore[no-untyped-call]
        self._session = aiohttp.ClientSession(
            timeout=timeout,
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            headers={**target.headers, "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def write(self, compressed: bytes) -> None:
        """Write line protocol that is gzipped; raises WriteRefused and StoreUnavailable."""
        target = self.target
        with translated(target):
            await self._writes.post_write_async(  # type: ignore[no-untyped-call]
                target.org,
                target.bucket,
                compressed,
                precision="ns",
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )

    async def get(self, path: str, **parameters: str) -> HttpAnswer:
        """Ask for `path`, whatever the status; raises StoreUnavailable where there is no answer."""
        return await self._request("GET", path, parameters)

    async def post(self, path: str, json: object = None, **parameters: str) -> HttpAnswer:
        """Post to `path`, whatever the status; raises StoreUnavailable where there is no answer."""
        return await self._request("POST", path, parameters, json)

    def error(self, answer: HttpAnswer) -> StoreError:
        """The error for an answer that is not good."""
        return answer_error(self.target, answer.status, answer.body)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._client.close()  # type: ignore[no-untyped-call]

    async def _request(
        self, method: str, path: str, parameters: Mapping[str, str], json: object = None
    ) -> HttpAnswer:
        url = f"{self.target.base}{path}"
        with translated(self.target):
            async with self._session.request(method, url, params=parameters, json=json) as response:
                return HttpAnswer(response.status, await self._read_body(response), response.headers)

    async def _read_body(self, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_any():
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise StoreUnavailable(
                    f"{self.target.place}: an answer of more than {MAX_ANSWER_BYTES} bytes"
                )
            parts.append(part)
        return b"".join(parts)
