"""Serving an app: sockets bound before anything starts, TLS, and a stop that keeps nobody waiting."""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from foundation.stopping import run_until_stopped
from web.errors import ServerUnusable
from web.http.addresses import Networks, is_loopback
from web.http.connections import Connection, ConnectionLimits, Connections
from web.http.forwarded import ForwardedClients
from web.http.listener import Listener
from web.http.protocol import BoundedProtocol

_BACKLOG = 1024
_UNREAD_MILLISECONDS = 30_000
_GRACE_SECONDS = 1
_STOP_SECONDS = 2.0
_RELOAD_SECONDS = 30.0
_TICKS_PER_SECOND = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """PEM files; the key is in the certificate's file when `key` is None."""

    certificate: Path
    key: Path | None

    def stamp(self) -> tuple[int, ...]:
        """What changes when either file does."""
        files = [self.certificate, *([self.key] if self.key else [])]
        return tuple(file.stat().st_mtime_ns for file in files)


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket; `host` is a name or an address, empty for every address. Raises ServerUnusable."""
    where = f"{host or '*'}:{port}"
    try:
        family, address = _resolve(host, port)
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ServerUnusable(f"cannot listen on {where}: {error.strerror}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if host else 0)
        # a client that takes nothing must not hold its connection for ever; accepted sockets inherit it
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS)
        sock.bind(address)
        sock.listen(_BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ServerUnusable(
            f"cannot listen on {where}: {error.strerror}; choose another address with --listen HOST:PORT"
        ) from error
    return sock


class WebServer:
    """Runs an app on a bound socket until it is cancelled.

    `on_stop` is called first when it is to stop, so that streams that never end by themselves do. `proxies`:
    whose X-Forwarded-For is believed. `renewal_seconds`: how often the certificate's files are looked at.
    `limits`: what clients may take. Raises ServerUnusable for a certificate that cannot be used.
    """

    def __init__(
        self,
        app: ASGIApp,
        sock: socket.socket,
        *,
        certificate: Certificate | None = None,
        proxies: Sequence[str] = (),
        on_stop: Callable[[], None] = lambda: None,
        renewal_seconds: float = _RELOAD_SECONDS,
        limits: ConnectionLimits | None = None,
    ) -> None:
        self._renewal_seconds = renewal_seconds
        self._socket = sock
        self._certificate = certificate
        self._on_stop = on_stop
        self._limits = limits or ConnectionLimits()
        self._proxies = Networks(proxies)
        self._config = uvicorn.Config(
            ForwardedClients(app, proxies) if proxies else app,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",  # the daemon starts and stops what the app works with
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=certificate.certificate if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
            backlog=_BACKLOG,
            timeout_keep_alive=int(self._limits.idle_seconds),
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        try:
            self._config.load()
        except (OSError, ssl.SSLError) as error:
            raise ServerUnusable(_unusable(certificate, error)) from error

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        host, port, *_ = self._socket.getsockname()
        return str(host), int(port)

    async def run(self) -> None:
        """Serve until cancelled; then end open answers, within a bound."""
        server = _Server(self._config, Connections(self._limits, is_many=self._is_many))

        def stop() -> None:
            self._on_stop()
            server.should_exit = True

        async with asyncio.TaskGroup() as tasks:
            renewing = tasks.create_task(self._follow_certificate())
            try:
                serving = server.serve(sockets=[self._socket])
                await run_until_stopped(serving, stop=stop, seconds=_STOP_SECONDS)
            finally:
                renewing.cancel()
                self._socket.close()

    def _is_many(self, address: str) -> bool:
        """Whether many clients come from an address: through a proxy, also one here that nobody has named."""
        return is_loopback(address) or self._proxies.includes(address)

    async def _follow_certificate(self) -> None:
        """Take over a renewed certificate for new connections; one that cannot be used is told once."""
        if self._certificate is None or self._config.ssl is None:
            return
        stamp_in_use = self._certificate.stamp()
        while True:
            await asyncio.sleep(self._renewal_seconds)
            try:
                stamp = await asyncio.to_thread(self._certificate.stamp)
                if stamp == stamp_in_use:
                    continue
                stamp_in_use = stamp
                # the context is the one in use: connections made from now on get the new certificate
                self._config.ssl.load_cert_chain(self._certificate.certificate, self._certificate.key)
            except (OSError, ssl.SSLError) as error:
                log.error("%s; the old certificate stays in use", _unusable(self._certificate, error))
            else:
                log.info("the renewed certificate %s is in use", self._certificate.certificate)


class _Server(uvicorn.Server):
    """Uvicorn with a listener of its own, whose connections are counted and have their time."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on the sockets."""
        await self.lifespan.startup()
        listeners = [
            Listener(sock, self._connections, self._protocol, tls=self.config.ssl) for sock in sockets or ()
        ]
        self.servers = listeners  # type: ignore[assignment]  # what is asked of a server, a listener has
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Once a second, end connections that take too long."""
        if counter % _TICKS_PER_SECOND == 0:
            self._connections.sweep(time.monotonic())
        return await super().on_tick(counter)

    def _protocol(self, connection: Connection) -> BoundedProtocol:
        return BoundedProtocol(
            self.config,
            self.server_state,
            self.lifespan.state,
            connections=self._connections,
            connection=connection,
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: whoever runs the server handles them."""
        yield


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """Family and address; for every address one IPv6 socket takes both, for a name IPv4 comes first."""
    addresses = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    preferred = socket.AF_INET if host else socket.AF_INET6
    family, _, _, _, address = min(addresses, key=lambda one: one[0] != preferred)
    return family, address


def _unusable(certificate: Certificate | None, error: OSError) -> str:
    files = f"{certificate.certificate}" if certificate else "no certificate"
    key = f" with key {certificate.key}" if certificate and certificate.key else ""
    return f"TLS certificate {files}{key} cannot be used: {error.strerror or error.args[-1]}"
