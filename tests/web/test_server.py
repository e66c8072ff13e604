"""Serving: certificates that are renewed under it, and other origins."""

import asyncio
import ssl
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.support.api import api_under_test
from tests.support.certificates import self_signed
from web.dependencies import WebOptions
from web.http.server import Certificate, WebServer, listening_socket

pytestmark = pytest.mark.anyio


def _shown(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=5)


async def test_a_renewed_certificate_is_shown_and_a_broken_one_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key = self_signed(tmp_path)
    first = certificate.read_text()
    server = WebServer(
        PlainTextResponse("ok"),
        listening_socket("127.0.0.1", 0),
        certificate=Certificate(certificate=certificate, key=key),
        renewal_seconds=0.05,
    )
    running = asyncio.create_task(server.run())
    try:
        async with asyncio.timeout(20):
            while await asyncio.to_thread(_shown, server.address[1]) != first:
                await asyncio.sleep(0.05)
            certificate.write_text("broken")
            while "cannot be used" not in caplog.text:
                await asyncio.sleep(0.05)
            assert await asyncio.to_thread(_shown, server.address[1]) == first
            self_signed(tmp_path)
            while await asyncio.to_thread(_shown, server.address[1]) == first:
                await asyncio.sleep(0.05)
        assert await asyncio.to_thread(_shown, server.address[1]) == certificate.read_text()
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_an_answer_under_way_when_it_is_stopped_is_given_and_no_other_begun() -> None:
    asked, gate = asyncio.Event(), asyncio.Event()
    stops: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await gate.wait()
        await PlainTextResponse("all of it")(scope, receive, send)

    sock = listening_socket("127.0.0.1", 0)
    server = WebServer(app, sock, on_stop=lambda: stops.append("told"))
    running = asyncio.create_task(server.run())
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(b"GET / HTTP/1.1\r\nHost: web-1\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(20):
        await asked.wait()
        running.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert (await reader.read()).endswith(b"all of it")
        await asyncio.wait([running])
    writer.close()
    assert running.cancelled()
    assert (stops, sock.fileno()) == (["told"], -1)


async def test_pages_of_other_origins_may_ask_only_where_they_are_named(tmp_path: Path) -> None:
    options = WebOptions(cors_origins=("https://wall.example.com",))
    async with api_under_test(tmp_path, options=options) as api:
        for origin, allowed in (("https://wall.example.com", True), ("https://evil.example.com", False)):
            answer = await api.call("GET", "/hosts", headers={"Origin": origin})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
            assert "access-control-allow-credentials" not in answer.headers
