"""Guessing, shutting others out by guessing, and logging a browser in from another site."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import api_under_test
from tests.web.access.people import PASSWORD, Door
from web.auth.devices import DEVICE_COOKIE, DEVICE_SECONDS, Devices
from web.auth.login_limits import LoginLimits
from web.auth.turns import Turns
from web.dependencies import WebOptions
from web.http.problems import HttpProblem
from web.live.streams import Stream

pytestmark = pytest.mark.anyio

LOGIN = {"username": "vera", "password": PASSWORD}
WRONG = {"username": "vera", "password": "wrong password"}
PACE = 0.2


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """An API with users, at which turns come quickly."""
    logins = LoginLimits(turns=Turns(pace_seconds=PACE, wait_seconds=3.0))
    options = WebOptions(rate_limit="100000/minute", own_origins=("https://monctl.example.com",))
    async with api_under_test(tmp_path, logins=logins, options=options) as api:
        yield Door(api)


async def _guess(door: Door, *, addresses: int, times: int) -> None:
    for number in range(addresses):
        for _ in range(times):
            answer = await door.log_in("vera", "wrong password", address=f"198.51.100.{number}")
            assert answer.status_code == 401


async def test_twenty_failures_from_two_addresses_only_slow_the_right_password_down(door: Door) -> None:
    await _guess(door, addresses=2, times=10)
    started = time.monotonic()
    assert (await door.log_in("vera", address="203.0.113.1")).status_code == 200
    assert PACE / 2 < time.monotonic() - started < 10
    assert (await door.log_in("oscar", address="203.0.113.1")).status_code == 200


async def test_a_device_that_has_logged_in_before_does_not_wait(door: Door) -> None:
    answer = await door.ask("POST", "/auth/session", json=LOGIN, address="203.0.113.1")
    cookie = {"Cookie": f"{DEVICE_COOKIE}={answer.cookies[DEVICE_COOKIE]}"}
    await _guess(door, addresses=2, times=10)
    for _ in range(10):  # its address may be used up as well
        await door.ask("POST", "/auth/session", json=WRONG | {"username": "nobody"}, address="203.0.113.1")
    assert (await door.log_in("vera", address="203.0.113.1")).status_code == 429
    again = await door.ask("POST", "/auth/session", json=LOGIN, address="203.0.113.1", headers=cookie)
    assert again.status_code == 200
    assert DEVICE_COOKIE not in again.cookies  # it keeps the one that it has


async def test_a_device_is_no_way_round_the_limits(door: Door) -> None:
    answer = await door.ask("POST", "/auth/session", json=LOGIN)
    cookie = {"Cookie": f"{DEVICE_COOKIE}={answer.cookies[DEVICE_COOKIE]}"}
    statuses = [
        (
            await door.ask("POST", "/auth/session", json=WRONG, headers=cookie, address=f"198.51.100.{n}")
        ).status_code
        for n in range(11)
    ]
    assert statuses == [401] * 10 + [429]
    assert (await door.ask("GET", "/auth/me", headers=cookie)).status_code == 401


def test_the_cookie_of_a_device_is_of_one_user_and_ends() -> None:
    devices = Devices(b"secret")
    cookie = devices.cookie("vera", now=1000.0)
    assert devices.device_of(cookie, "vera", now=1000.0) is not None
    assert devices.device_of(cookie, "oscar", now=1000.0) is None
    assert devices.device_of(cookie, "vera", now=1001.0 + DEVICE_SECONDS) is None
    assert Devices(b"another").device_of(cookie, "vera", now=1000.0) is None
    for garbage in (None, "", "..", "a.b.c", "ä.1.b", "a" * 10_000, cookie + "0", cookie.replace(".", "..")):
        assert devices.device_of(garbage, "vera", now=1000.0) is None


async def test_guesses_of_many_addresses_come_one_at_a_time_and_the_right_one_among_them() -> None:
    turns = Turns(pace_seconds=0.01, wait_seconds=20.0)
    waiting = [asyncio.create_task(turns.wait("vera", f"address {number}")) for number in range(30)]
    started = time.monotonic()
    await asyncio.sleep(0)
    await turns.wait("vera", "the right one")
    assert time.monotonic() - started >= 0.01
    await asyncio.gather(*waiting)
    assert time.monotonic() - started >= 0.2


async def test_a_queue_that_is_full_takes_whoever_comes_by_lot() -> None:
    turns = Turns(pace_seconds=0.5, wait_seconds=1.0)
    waiting = [asyncio.create_task(turns.wait("vera", f"address {number}")) for number in range(200)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(one, HttpProblem) for one in results) >= 190
    assert any(one is None for one in results)
    await asyncio.sleep(0.6)
    assert not turns._waiting


async def test_an_address_waits_once() -> None:
    turns = Turns(pace_seconds=0.05)
    first = asyncio.create_task(turns.wait("vera", "a"))
    await asyncio.sleep(0)
    with pytest.raises(HttpProblem) as refusal:
        await turns.wait("vera", "a")
    assert refusal.value.status == 429
    await first


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://monctl.test"}, 200),
        ({"Origin": "https://monctl.example.com", "Sec-Fetch-Site": "same-site"}, 200),
        ({"Origin": "http://10.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://monctl.test", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_no_page_of_another_site_logs_a_browser_in(
    door: Door, headers: dict[str, str], status: int
) -> None:
    answer = await door.ask("POST", "/auth/session", json=LOGIN, headers=headers)
    assert answer.status_code == status
    assert (answer.headers.get("set-cookie") is not None) is (status == 200)


async def test_nobody_takes_all_live_streams(door: Door) -> None:
    live = door.api.parts.live
    stream = Stream()
    for _ in range(20):
        live.admit(stream, who="user:vera")
    with pytest.raises(HttpProblem) as refusal:
        live.admit(stream, who="user:vera")
    assert (refusal.value.status, "Retry-After" in refusal.value.headers) == (503, True)
    live.admit(stream, who="user:oscar")
