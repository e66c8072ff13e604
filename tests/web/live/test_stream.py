"""What a client of the live stream hears, over a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from access.identity import Identity
from access.roles import Role
from tests.support.api import TOKENS
from tests.web.live.listening import START, Served, failed, good, names, served
from web.live import response
from web.live.streams import EventGroup

pytestmark = pytest.mark.anyio


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as live:
        yield live


async def test_the_first_event_is_the_document_of_current_values(live: Served) -> None:
    await live.happens(good("web-1"), failed("db-1"))
    for query in ("?fields=summary", "?fields=all", "?host=web-*&fields=all"):
        document = (await live.api.call("GET", f"/metrics/current{query}")).json()
        async with live.listening(query) as listener:
            first = await listener.next()
        assert first.name == "snapshot"
        assert first.data == document


async def test_samples_are_the_hosts_that_gave_a_result(live: Served) -> None:
    async with live.listening() as listener, live.listening("?fields=all") as full:
        await listener.next()
        await full.next()
        await live.happens(good("web-1"), good("web-2"), good("db-1"))
        await listener.take(4)  # the samples, and three hosts that are pending no more
        await full.take(4)
        await live.happens(good("web-2", START + 1, active=77.0))
        samples, all_fields = await listener.next(), await full.next()
        assert (samples.name, samples.hosts()) == ("samples", ["web-2"])
        for event, query in ((samples, "summary"), (all_fields, "all")):
            current = await live.api.call("GET", f"/metrics/current?host=web-2&fields={query}")
            assert event.data == current.json()


async def test_a_look_without_news_sends_nothing(live: Served) -> None:
    async with live.listening() as listener:
        await listener.next()
        await live.happens()
        await live.happens(good("web-1"))
        assert names(await listener.take(2)) == ["state", "samples"]


async def test_a_change_of_state_is_told_with_the_one_before(live: Served) -> None:
    await live.happens(good("web-1"))
    async with live.listening("?events=states") as listener:
        await listener.next()
        await live.happens(failed("web-1", START + 1))
        event = await listener.next()
        assert event.name == "state"
        assert event.data == {
            "time": "2026-05-28T20:26:42.000Z",
            "host": "web-1",
            "state": "down",
            "reason": "refused",
            "detail": "refused by a:22",
            "previous": "ok",
        }


async def test_a_host_that_falls_silent_is_told_to_be_late_once(live: Served) -> None:
    await live.happens(good("web-1"))
    async with live.listening("?events=states") as listener:
        await listener.next()
        await live.happens(seconds=15)
        await live.happens(seconds=15)
        await live.happens(good("web-2", START + 31))
        events = await listener.take(2)
    assert [(event.data["host"], event.data["state"], event.data["previous"]) for event in events] == [
        ("web-1", "late", "ok"),
        ("web-2", "ok", "pending"),
    ]


async def test_alerts_are_told_to_those_who_want_them(live: Served) -> None:
    async with (
        live.listening("?events=samples,alerts") as wants,
        live.listening("?events=samples") as does_not,
    ):
        for listener in (wants, does_not):
            await listener.next()
        live.hub.publish("alert", {"rule": "full"}, group=EventGroup.ALERTS)
        await live.happens(good("web-1"))
        assert names(await wants.take(2)) == ["alert", "samples"]
        assert names(await does_not.take(1)) == ["samples"]


async def test_hosts_that_come_go_and_change_are_told(live: Served) -> None:
    async with live.listening("?events=samples") as listener:
        await listener.next()
        live.hosts("hosts:\n  web-1: {address: a, tags: {env: test}}\n  web-2: b\n  web-3: d\n")
        await live.happens()
        event = await listener.next()
    assert event.name == "inventory"
    del event.data["time"]
    assert event.data == {"added": ["web-3"], "removed": ["db-1"], "changed": ["web-1"]}


async def test_a_filtered_stream_has_its_hosts_alone(live: Served) -> None:
    async with live.listening("?tag=env:prod") as listener, live.listening("?host=db-1&host=web-2") as other:
        assert (await listener.next()).hosts() == ["web-1"]
        assert (await other.next()).hosts() == ["db-1", "web-2"]
        await live.happens(good("web-1"), good("web-2"), good("db-1"))
        first = {event.name: event for event in await listener.take(2)}
        assert first["state"].data["host"] == "web-1"
        assert first["samples"].hosts() == ["web-1"]
        assert [event.data.get("host") for event in await other.take(2)] == ["db-1", "web-2"]
        assert (await other.next()).hosts() == ["db-1", "web-2"]


async def test_a_host_that_leaves_the_choice_is_removed_from_the_stream(live: Served) -> None:
    async with live.listening("?tag=env:prod") as listener:
        await listener.next()
        live.hosts("hosts:\n  web-1: {address: a}\n  web-2: {address: b, tags: {env: prod}}\n")
        await live.happens()
        event = await listener.next()
    assert (event.data["added"], event.data["removed"]) == (["web-2"], ["web-1"])


async def test_another_rooms_event_reaches_everyone_it_concerns(live: Served) -> None:
    async with live.listening() as everyone, live.listening("?host=db-1") as other:
        await everyone.next()
        await other.next()
        live.hub.publish("alert", {"rule": "full"}, host=live.api.fleet.hosts["web-1"])
        live.hub.publish("alert", {"rule": "cut\noff"})
        await live.happens()
        assert [event.data["rule"] for event in await everyone.take(2)] == ["full", "cut\noff"]
        assert (await other.next()).data == {"rule": "cut\noff"}


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(live: Served) -> None:
    async with live.listening() as listener, live.listening() as staying:
        await listener.next()
        await live.happens(good("web-1"))
        seen = (await listener.take(2))[-1]
        await staying.take(3)
        await listener.response.aclose()
        await live.happens(failed("db-1"))
        await live.happens(good("web-2"))
        missed = await staying.take(4)
        async with live.listening(last=seen.id) as again:
            assert await again.take(4) == missed
            await live.happens(good("web-1", START + 9))
            assert (await again.next()).hosts() == ["web-1"]


async def test_resuming_works_when_nobody_listened_meanwhile(live: Served) -> None:
    async with live.listening() as listener:
        last = (await listener.next()).id
    await live.happens(good("web-1"), seconds=30)
    async with live.listening(last=last) as again:
        assert names(await again.take(2)) == ["state", "samples"]


@pytest.mark.parametrize(
    "last", ["0badcafe-0", "x", "-", "EPOCH-" + "9" * 5000, "EPOCH-²", "EPOCH--1", "EPOCH"]
)
async def test_an_unknown_id_gets_a_snapshot(live: Served, last: str) -> None:
    async with live.listening() as listener:
        epoch = (await listener.next()).id.split("-")[0]
    async with live.listening(last=last.replace("EPOCH", epoch)) as listener:
        assert (await listener.next()).name == "snapshot"


async def test_an_id_of_the_future_or_too_long_ago_gets_a_snapshot(live: Served) -> None:
    async with live.listening() as listener:
        last = (await listener.next()).id
        future = last.split("-")[0] + "-99"
        await live.happens(good("web-1"))
        for _ in range(7):
            await live.happens(good("web-1"), seconds=10)
    for unusable in (last, future):
        async with live.listening(last=unusable) as again:
            assert (await again.next()).name == "snapshot"


async def test_an_id_from_before_a_sleep_gets_a_snapshot(live: Served) -> None:
    async with live.listening() as listener:
        last = (await listener.next()).id
    await _until_alone(live)
    await live.happens(seconds=100)
    await live.happens(good("web-1"))
    async with live.listening(last=last) as again:
        assert (await again.next()).name == "snapshot"


async def test_a_client_that_does_not_read_is_dropped_and_the_others_go_on(live: Served) -> None:
    many = "".join(f"  n{number}: x\n" for number in range(400))
    live.hosts(f"hosts:\n{many}")
    results = [good(f"n{number}") for number in range(400)]
    with socket.create_connection(("127.0.0.1", live.port)) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = (
            f"GET /api/v1/live?fields=all HTTP/1.1\r\nHost: x\r\nX-API-Key: {TOKENS[Role.VIEWER]}\r\n\r\n"
        )
        stuck.sendall(request.encode())
        async with live.listening("?events=samples") as listener:
            await listener.next()
            assert live.hub.clients == 2
            for _ in range(300):
                await live.happens(*results)
                assert len((await listener.next()).hosts()) == 400
                if live.hub.dropped:
                    break
            assert (live.hub.dropped, live.hub.clients) == (1, 1)


async def test_revoked_credentials_end_the_stream(live: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response.LiveResponse.__init__, "__kwdefaults__", {"check_seconds": 0.05})
    identify = live.api.parts.accounts.identify
    is_revoked = False

    async def revocable(token: str) -> Identity | None:
        return None if is_revoked else await identify(token)

    monkeypatch.setattr(live.api.parts.accounts, "identify", revocable)
    async with live.listening() as listener:
        await listener.next()
        await live.happens(good("web-1"))
        assert len(await listener.take(2)) == 2
        is_revoked = True
        await listener.end()
    assert live.hub.clients == 0


async def test_closing_ends_every_stream_and_admits_no_more(live: Served) -> None:
    async with live.listening() as listener:
        await listener.next()
        live.hub.close()
        await listener.end()
    refused = await live.api.call("GET", "/live")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "10"


async def test_a_server_that_stops_does_not_wait_for_streams(live: Served) -> None:
    async with live.listening() as listener:
        await listener.next()
        live.server.cancel()
        await listener.end()
        done, _ = await asyncio.wait([live.server], timeout=5)
        assert done


async def test_too_many_clients_are_refused_until_one_goes(tmp_path: Path) -> None:
    async with served(tmp_path, max_clients=1) as live:
        async with live.listening() as listener:
            await listener.next()
            refused = await live.api.call("GET", "/live")
            assert refused.status_code == 503
            assert refused.json()["type"] == "urn:monctl:problem:live-full"
        await _until_alone(live)
        async with live.listening() as listener:
            assert (await listener.next()).name == "snapshot"


@pytest.mark.parametrize(
    ("query", "status"),
    [("?host=nobody", 404), ("?events=noise", 422), ("?fields=some", 422), ("?tag=prod", 422)],
)
async def test_a_wrong_question_is_refused(live: Served, query: str, status: int) -> None:
    assert (await live.api.call("GET", f"/live{query}")).status_code == status


async def test_only_those_who_may_read_may_listen(live: Served) -> None:
    assert (await live.api.call("GET", "/live", role=None)).status_code == 401
    assert (await live.api.call("GET", "/live", role=Role.COLLECTOR)).status_code == 403


async def _until_alone(live: Served) -> None:
    async with asyncio.timeout(5):
        while live.hub.clients:
            await asyncio.sleep(0.01)
