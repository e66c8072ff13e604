"""Credentials shown in odd ways: never an error of ours, never let in."""

from typing import Any

import pytest

from access.roles import Role
from tests.web.access.people import TEST, Door

pytestmark = pytest.mark.anyio


def _key(door: Door) -> str:
    return door.accounts.keys.create("ci", Role.VIEWER, actor=TEST)[1]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic cm9vdDphIGxvbmcgcGFzcyBwaHJhc2U=",
        b"Bearer " + b"x" * 100_000,
        b"Bearer " + b"." * 100_000,
        b"Bearer mctl_" + b"x" * 100_000,
        b"Bearer \xff\xfe\xc3\xa4",
        b"Bearer mctl_" + b"\xc3\xa4" * 21 + b"x",
        b"Bearer a.b.c",
        b"Bearer mctl_",
        b"Token x",
        b"\xc3\xa4",
    ],
)
async def test_an_authorization_that_is_none_is_answered_401(door: Door, value: bytes) -> None:
    answer = await door.ask("GET", "/auth/me", headers=[(b"Authorization", value)])
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("value", [b"", b"x", b"mctl_", b"\xff" * 48, b"mctl_" + b"x" * 43, b"x" * 100_000])
async def test_an_api_key_that_is_none_is_answered_401(door: Door, value: bytes) -> None:
    assert await door.status([(b"X-API-Key", value)]) == 401


async def test_a_key_works_in_either_header_and_a_token_only_as_bearer(door: Door) -> None:
    key, token = _key(door), await door.token("vera")
    assert await door.status({"X-API-Key": key}) == 200
    assert await door.status({"Authorization": f"Bearer {key}"}) == 200
    assert await door.status({"Authorization": f"BEARER {key}"}) == 200
    assert await door.status({"X-API-Key": token["Authorization"].removeprefix("Bearer ")}) == 401


async def test_a_header_given_twice_is_refused_whichever_of_them_is_good(door: Door) -> None:
    key, token = _key(door), (await door.token("vera"))["Authorization"]
    for first, second in ((token, "Bearer x"), ("Bearer x", token), (token, token)):
        assert await door.status([("Authorization", first), ("Authorization", second)]) == 401
    assert await door.status([("X-API-Key", key), ("X-API-Key", "x")]) == 401


async def test_a_bad_key_is_not_made_good_by_a_token_or_a_cookie_beside_it(door: Door) -> None:
    token, (cookie, _) = await door.token("vera"), await door.session("vera")
    assert await door.status(token | {"X-API-Key": "x"}) == 401
    assert await door.status(cookie | {"Authorization": "Bearer x"}) == 401
    assert await door.status(cookie | {"X-API-Key": "x"}) == 401
    assert await door.status(cookie | {"Authorization": "Basic eDp5"}) == 401


async def test_with_a_key_and_a_token_the_key_decides(door: Door) -> None:
    both = (await door.token("root")) | {"X-API-Key": _key(door)}
    answer = await door.ask("GET", "/auth/me", headers=both)
    assert (answer.json()["name"], answer.json()["kind"]) == ("ci", "key")
    assert await door.status(both, path="/users") == 403


@pytest.mark.parametrize("kind", ["key", "token", "nothing", "garbage", "long"])
async def test_a_cookie_holds_a_sessions_token_or_nothing(door: Door, kind: str) -> None:
    token = (await door.token("vera"))["Authorization"].removeprefix("Bearer ")
    values = {"key": _key(door), "token": token, "nothing": "", "garbage": "a.b.c", "long": "x" * 50_000}
    assert await door.status({"Cookie": f"monctl_session={values[kind]}"}) == 401


@pytest.mark.parametrize(
    "path", ["/users/../users", "/Users", "/users/", "//users", "/users;x", "/users%2f", "/%75sers"]
)
async def test_no_spelling_of_a_path_leads_past_its_gate(door: Door, path: str) -> None:
    answer = await door.ask("GET", path, headers=await door.token("vera"))
    assert answer.status_code in {403, 404}
    override: dict[str, Any] = await door.token("vera")
    for header in ("X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL"):
        answer = await door.ask("GET", path, headers=override | {header: "/api/v1/auth/me"})
        assert answer.status_code in {403, 404}


async def test_a_forwarded_address_is_not_believed_by_the_app_itself(door: Door) -> None:
    form = {"username": "nobody", "password": "x"}
    for number in range(10):
        await door.ask("POST", "/auth/token", data=form, headers={"X-Forwarded-For": f"10.9.9.{number}"})
    assert (await door.log_in("vera")).status_code == 429
