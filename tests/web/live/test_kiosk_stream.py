"""The live stream of those who look without a log-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from access.roles import Role
from metrics.results import Outcome, PollResult
from tests.inventory.loading import load
from tests.support.api import TOKENS, ApiUnderTest, api_under_test
from tests.web.live.listening import Clock, Listener
from web.dependencies import WebOptions
from web.http.server import WebServer, listening_socket
from web.live.hub import LiveHub
from web.live.streams import EventGroup

pytestmark = pytest.mark.anyio

SECRET = "s3cret"
HOSTS = "hosts:\n  web-1: {address: a, tags: {token: s3cret}}\n  web-2: b\n"
KIOSK = WebOptions(rate_limit="100000/minute", kiosk=True)


@asynccontextmanager
async def _listening(
    api: ApiUnderTest, hub: LiveHub, query: str = "", **headers: str
) -> AsyncIterator[Listener]:
    server = WebServer(api.app, listening_socket("127.0.0.1", 0), on_stop=hub.close)
    host, port = server.address
    running = asyncio.create_task(server.run())
    try:
        async with (
            httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=10) as client,
            client.stream("GET", f"/api/v1/live{query}", headers=headers) as response,
        ):
            assert response.status_code == 200, (await response.aread()).decode()
            yield Listener(response)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_the_stream_of_a_kiosk_tells_no_more_than_its_other_answers(tmp_path: Path) -> None:
    clock = Clock()
    async with api_under_test(tmp_path, options=KIOSK, clock=clock) as api:
        api.parts.repository.sync_file(load(HOSTS))
        hub = LiveHub(api.fleet, clock=clock)
        object.__setattr__(api.parts, "live", hub)
        async with _listening(api, hub) as listener:
            snapshot = await listener.next()
            bad = PollResult(
                host="web-1",
                time=clock.now,
                outcome=Outcome.DNS,
                duration=0.1,
                detail=SECRET,
                errors={"a": SECRET},
            )
            api.fleet.current.accept(bad)
            hub.accept(bad)
            hub.publish("alert", {"note": SECRET}, group=EventGroup.ALERTS)
            hub.publish("alert", {"note": SECRET}, group=EventGroup.ALERTS, kiosk_data={"id": 1})
            clock.now += 1
            await hub.tick()
            told, state, samples = await listener.take(3)
        assert (snapshot.name, snapshot.hosts()) == ("snapshot", ["web-1", "web-2"])
        assert (told.name, told.data) == ("alert", {"id": 1})
        assert (state.data["state"], state.data["reason"], state.data["detail"]) == ("down", "dns", "")
        assert samples.hosts() == ["web-1"]
        assert SECRET not in json.dumps([event.data for event in (snapshot, told, state, samples)])


async def test_a_viewers_stream_beside_a_kiosks_tells_everything(tmp_path: Path) -> None:
    clock = Clock()
    async with api_under_test(tmp_path, options=KIOSK, clock=clock) as api:
        api.parts.repository.sync_file(load(HOSTS))
        hub = LiveHub(api.fleet, clock=clock)
        object.__setattr__(api.parts, "live", hub)
        token = f"Bearer {TOKENS[Role.VIEWER]}"
        async with _listening(api, hub, Authorization=token) as listener:
            assert (await listener.next()).data["hosts"][0]["tags"] == {"token": SECRET}
            hub.publish("alert", {"note": SECRET}, group=EventGroup.ALERTS, kiosk_data={"id": 1})
            await hub.tick()
            assert (await listener.next()).data == {"note": SECRET}


async def test_kiosks_cannot_keep_out_those_who_log_in(tmp_path: Path) -> None:
    clock = Clock()
    async with api_under_test(tmp_path, options=KIOSK, clock=clock) as api:
        hub = LiveHub(api.fleet, clock=clock, max_clients=3, max_kiosks=1)
        object.__setattr__(api.parts, "live", hub)
        async with _listening(api, hub):
            refused = await api.call("GET", "/live", role=None)
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:monctl:problem:live-full")
            assert "1 kiosks listen already" in refused.json()["detail"]
            assert hub.clients == 1
