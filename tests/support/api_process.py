"""The API in a process of its own, on a real socket, so that what an attack costs it can be measured."""

import asyncio
import contextlib
import multiprocessing
import os
import re
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from monctl import event_loop
from monctl.logs import configure_logging
from monctl.settings.settings import LogSettings
from tests.support.api import api_under_test
from tests.support.certificates import self_signed
from web.dependencies import WebOptions
from web.http.connections import ConnectionLimits
from web.http.server import Certificate, WebServer, listening_socket

_START_SECONDS = 60


@dataclass
class ApiProcess:
    """A running one; `pid` is its process, `port` where it listens."""

    pid: int
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def megabytes(self) -> float:
        """The most memory that it has had so far."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert match is not None
        return int(match[1]) / 1024

    def resident_megabytes(self) -> float:
        """The memory that it has now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert match is not None
        return int(match[1]) / 1024

    def cpu_seconds(self) -> float:
        """The time that it has worked so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self, *, seconds: float = 10.0, source: str | None = None) -> socket.socket:
        """A connection, from an address of this machine."""
        origin = None if source is None else (source, 0)
        return socket.create_connection(("127.0.0.1", self.port), seconds, source_address=origin)

    def health(self) -> httpx.Response:
        """What an honest client gets."""
        return httpx.get(f"{self.url}/healthz", timeout=10)

    @contextlib.contextmanager
    def honest_client(
        self, seconds: float = 6.0, *, path: str = "/healthz", **options: Any
    ) -> Iterator[None]:
        """An honest client who asks on meanwhile, each time anew; each of its answers must come in time."""
        is_over = threading.Event()
        worst: list[float] = []
        errors: list[str] = []

        def ask() -> None:
            while not (is_over.wait(0.02) and worst):
                started = time.monotonic()
                try:
                    answer = httpx.get(f"{self.url}{path}", timeout=10, **options)
                    if answer.status_code >= 400:
                        errors.append(f"{answer.status_code} {answer.text}")
                except httpx.TransportError as error:
                    errors.append(repr(error))
                worst.append(time.monotonic() - started)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield
        finally:
            is_over.set()
            asking.join()
        assert not errors, errors
        assert worst
        assert max(worst) < seconds, max(worst)


@contextlib.contextmanager
def api_process(
    folder: Path,
    *,
    limits: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    proxies: list[str] | None = None,
    descriptors: int | None = None,
    parts: Callable[[], dict[str, Any]] | None = None,
    is_tls: bool = False,
) -> Iterator[ApiProcess]:
    """Run one; `limits` of ConnectionLimits, `options` of WebOptions, `descriptors` that it may have.

    `parts`: makes further parts of the API, in that process.
    """
    given = {
        "limits": limits or {},
        "options": options or {},
        "proxies": proxies or [],
        "parts": parts,
        "is_tls": is_tls,
        "descriptors": descriptors,
    }
    log = folder / "api.log"
    # forked, since to import it all anew takes seconds
    context = multiprocessing.get_context("fork")
    port, port_in_process = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(folder, log, given, port_in_process))
    process.start()
    try:
        assert port.poll(_START_SECONDS), log.read_text()
        assert process.pid is not None
        yield ApiProcess(process.pid, port.recv(), log)
    finally:
        process.kill()
        process.join()
        port.close()
        port_in_process.close()


def _run(folder: Path, log: Path, given: Mapping[str, Any], port: Connection) -> None:
    """What the process does, until it is killed."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(descriptor, number)
    configure_logging(LogSettings(file=log))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = given["descriptors"] or hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    event_loop.run(_serve(folder, given, port))


async def _serve(folder: Path, given: Mapping[str, Any], port: Connection) -> None:
    options = {"rate_limit": "1000000/minute", **given["options"]}
    parts = given["parts"]() if given["parts"] else {}
    async with api_under_test(folder, options=WebOptions(**options), **parts) as api:
        server = WebServer(
            api.app,
            listening_socket("127.0.0.1", 0),
            limits=ConnectionLimits(**given["limits"]),
            proxies=given["proxies"],
            certificate=_certificate(folder) if given["is_tls"] else None,
            on_stop=api.parts.live.close,
        )
        port.send(server.address[1])
        async with asyncio.TaskGroup() as group:
            group.create_task(api.parts.live.run())
            group.create_task(server.run())


def _certificate(folder: Path) -> Certificate:
    certificate, key = self_signed(folder)
    return Certificate(certificate=certificate, key=key)
