"""Checks of a host, its steps told one by one."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from access.roles import Role
from inventory.host import HostSpec
from tests.support.api import TOKENS, ApiUnderTest, api_under_test
from web.http.server import WebServer, listening_socket

pytestmark = pytest.mark.anyio

EVENTS = {"Accept": "text/event-stream"}


async def _add(api: ApiUnderTest, name: str) -> None:
    assert (await api.call("POST", "/hosts", json={"name": name, "address": "10.0.0.9"})).status_code == 201


def _told(text: str) -> list[tuple[str, Any]]:
    frames = [dict(line.split(": ", 1) for line in one.split("\n")) for one in text.strip().split("\n\n")]
    return [(one["event"], json.loads(one["data"])) for one in frames]


async def test_those_who_accept_events_get_the_same_steps_as_events(api: ApiUnderTest) -> None:
    await _add(api, "bad-1")
    answer = await api.call("POST", "/hosts/bad-1/check", role=Role.OPERATOR, headers=EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = await api.call("POST", "/hosts/bad-1/check", role=Role.OPERATOR)
    *steps, result = [json.loads(line) for line in lines.text.splitlines()]
    assert _told(answer.text) == [*(("step", step) for step in steps), ("result", result)]
    assert result == {"host": "bad-1", "ok": False}


async def test_a_host_that_is_not_there_is_a_problem_and_no_stream(api: ApiUnderTest) -> None:
    answer = await api.call("POST", "/hosts/nobody/check", headers=EVENTS)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


class _Patient:
    """Makes the second step when it is told to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.ended = asyncio.Event()

    async def check(self, host: HostSpec) -> AsyncIterator[Mapping[str, Any]]:
        try:
            yield {"step": "dns", "ok": True, "reason": None, "detail": "", "advice": ""}
            await self.go_on.wait()
            yield {"step": "tcp", "ok": True, "reason": None, "detail": "", "advice": ""}
        finally:
            self.ended.set()


@pytest.mark.parametrize("accepted", ["text/event-stream", "application/x-ndjson"])
async def test_a_step_is_told_before_the_next_is_done(tmp_path: Path, accepted: str) -> None:
    checker = _Patient()
    async with api_under_test(tmp_path, checker=checker) as api:
        await _add(api, "web-9")
        server = WebServer(api.app, listening_socket("127.0.0.1", 0))
        running = asyncio.create_task(server.run())
        host, port = server.address
        headers = {"Accept": accepted, "Authorization": f"Bearer {TOKENS[Role.OPERATOR]}"}
        async with (
            asyncio.timeout(20),
            httpx.AsyncClient(base_url=f"http://{host}:{port}/api/v1") as client,
            client.stream("POST", "/hosts/web-9/check", headers=headers) as answer,
        ):
            chunks = answer.aiter_text()
            first = await anext(chunks)
            assert '"dns"' in first
            assert '"tcp"' not in first
            checker.go_on.set()
            rest = "".join([chunk async for chunk in chunks])
            assert '"tcp"' in rest
            assert rest.rstrip().endswith('{"host":"web-9","ok":true}')
            await checker.ended.wait()
        running.cancel()
        await asyncio.wait([running])
