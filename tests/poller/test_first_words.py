"""Other servers at the port of an SSH server are told by what they speak; what they say is cleaned."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from metrics.results import Outcome
from poller.errors import PollFailed
from poller.ssh.failures.first_words import foreign_server
from poller.ssh.way.dial import Dialer

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def _server(says: bytes) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _failure(dial: Callable[[Dialer], Awaitable[object]]) -> PollFailed:
    dialer = Dialer()
    try:
        with pytest.raises(PollFailed) as caught:
            await dial(dialer)
    finally:
        dialer.close()
    return caught.value


@pytest.mark.parametrize(
    ("says", "protocol"),
    [
        (b"220 mail.example.com ESMTP\x1b[31m Postfix\r\n", "SMTP or FTP"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "HTTP"),
        (b"* OK IMAP4rev1\r\n", "IMAP"),
        (b"+OK POP3\r\n", "POP3"),
        (b"RFB 003.008\n", "VNC"),
        (b"\xff\xfd\x18\xff\xfd\x20", "Telnet"),
        (b"\x4a\0\0\0\x0a8.0.36\0", "MySQL"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "TLS"),
    ],
)
async def test_a_server_of_another_kind_is_told_by_what_it_speaks(says: bytes, protocol: str) -> None:
    async with _server(says) as port:
        failure = await _failure(lambda dialer: dialer.open_to_banner("127.0.0.1", port, timeout=5))
    assert failure.outcome is Outcome.UNREACHABLE
    assert f"127.0.0.1:{port} is no SSH server: it speaks {protocol}" in failure.detail
    assert failure.detail.isprintable()
    assert "port" in failure.advice


async def test_a_web_server_is_told_though_it_waits_for_us_to_begin() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        port = server.server_port
        failure = await _failure(lambda dialer: dialer.open_to_banner("127.0.0.1", port, timeout=1.5))
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
    assert "it speaks HTTP" in failure.detail


async def test_a_server_that_never_speaks_is_late_all_the_same() -> None:
    async with _server(b"") as port:
        failure = await _failure(lambda dialer: dialer.open_to_banner("127.0.0.1", port, timeout=1.2))
    assert failure.outcome is Outcome.TIMEOUT
    assert "says nothing within 1.2 s" in failure.detail


@pytest.mark.parametrize(
    "first", [b"SSH-2.0-OpenSSH_9.2", b"Welcome to this host\r\nSSH-2.0-x", b"2", b"\0" * 64]
)
async def test_what_may_be_an_ssh_server_is_left_to_say_more(first: bytes) -> None:
    assert foreign_server(first, "h:22") is None
