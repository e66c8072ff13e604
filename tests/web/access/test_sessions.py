"""Browser sessions: cookies, CSRF, renewal, log-out."""

import time
from pathlib import Path

import pytest

from access.credentials.tokens import SESSION_SECONDS, Tokens, signing_secret
from tests.support.api import api_under_test
from tests.web.access.people import PASSWORD, Door, cookie_of
from web.dependencies import WebOptions

pytestmark = pytest.mark.anyio

NEW = "another pass phrase"


def _past(door: Door, seconds: float) -> Tokens:
    """What made tokens some seconds ago."""
    secret = signing_secret(door.accounts.users._engine)
    return Tokens(secret, seconds=3600, clock=lambda: time.time() - seconds)


def _cookie(door: Door, *, age: float, start: float | None = None) -> dict[str, str]:
    row = door.accounts.users.get("vera")
    token = _past(door, age).make(row.id or 0, row.token_version, session="s", session_start=start)
    return {"Cookie": f"monctl_session={token}"}


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(door: Door) -> None:
    answer = await door.ask("POST", "/auth/session", json={"username": "vera", "password": PASSWORD})
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "secure" not in attributes
    assert answer.json().keys() == {"name", "role", "csrf_token"}
    assert cookie_of(answer).partition("=")[2] not in answer.text


async def test_the_cookie_goes_over_tls_only_where_there_is_tls(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, options=WebOptions(is_https=True)) as api:
        door = Door(api)
        answer = await door.ask("POST", "/auth/session", json={"username": "vera", "password": PASSWORD})
        assert "; Secure" in answer.headers["set-cookie"]


async def test_the_cookie_goes_over_tls_only_where_a_proxy_speaks_it(door: Door) -> None:
    # the server takes the scheme of X-Forwarded-Proto from proxies that it trusts
    login = {"username": "vera", "password": PASSWORD}
    url = "https://monctl.test/api/v1/auth/session"
    assert "; Secure" in (await door.api.client.post(url, json=login)).headers["set-cookie"]


async def test_reading_with_the_cookie_needs_nothing_else(door: Door) -> None:
    cookie, csrf = await door.session("vera")
    me = (await door.ask("GET", "/auth/me", headers=cookie)).json()
    assert me == {"name": "vera", "kind": "user", "role": "viewer", "csrf_token": csrf}


async def test_a_change_with_the_cookie_needs_its_csrf_token(door: Door) -> None:
    cookie, csrf = await door.session("root")
    _, others = await door.session("root")
    key = {"name": "ci", "role": "viewer"}
    for shown in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": others}):
        answer = await door.ask("POST", "/keys", headers=cookie | shown, json=key)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:monctl:problem:csrf")
    strange = [("Cookie", cookie["Cookie"]), ("X-CSRF-Token", "ä".encode())]
    assert (await door.ask("POST", "/keys", headers=strange, json=key)).status_code == 403
    answer = await door.ask("POST", "/keys", headers=cookie | {"X-CSRF-Token": csrf}, json=key)
    assert answer.status_code == 201


async def test_a_token_or_key_needs_no_csrf_token(door: Door) -> None:
    answer = await door.ask(
        "POST", "/keys", headers=await door.token("root"), json={"name": "a", "role": "admin"}
    )
    key = answer.json()["key"]
    made = {"name": "b", "role": "viewer"}
    assert (await door.ask("POST", "/keys", headers={"X-API-Key": key}, json=made)).status_code == 201


async def test_logging_out_takes_the_cookie_away_and_ends_copies_of_it(door: Door) -> None:
    cookie, csrf = await door.session("vera")
    other, _ = await door.session("vera")
    assert await door.status(cookie, path="/auth/session", method="DELETE") == 403
    assert await door.status(cookie) == 200
    answer = await door.ask("DELETE", "/auth/session", headers=cookie | {"X-CSRF-Token": csrf})
    assert answer.status_code == 204
    assert cookie_of(answer) == 'monctl_session=""'
    assert await door.status(cookie) == 401
    assert await door.status(other) == 200


async def test_only_a_session_can_be_logged_out_of(door: Door) -> None:
    assert await door.status(await door.token("vera"), path="/auth/session", method="DELETE") == 409
    assert await door.status({}, path="/auth/session", method="DELETE") == 401


async def test_a_session_is_renewed_when_half_of_its_tokens_life_is_over(door: Door) -> None:
    young = await door.ask("GET", "/auth/me", headers=_cookie(door, age=1700))
    assert "set-cookie" not in young.headers
    answer = await door.ask("GET", "/auth/me", headers=_cookie(door, age=1900))
    fresh = {"Cookie": cookie_of(answer)}
    claims = door.accounts.tokens.read(fresh["Cookie"].partition("=")[2])
    assert claims is not None
    assert (claims.session, claims.issued_at > time.time() - 60) == ("s", True)
    assert claims.session_start == pytest.approx(time.time() - 1900, abs=60)
    assert (await door.ask("GET", "/auth/me", headers=fresh)).json() == answer.json()


async def test_a_session_ends_after_thirty_days_however_often_it_was_renewed(door: Door) -> None:
    almost = _cookie(door, age=10, start=time.time() - SESSION_SECONDS + 60)
    over = _cookie(door, age=10, start=time.time() - SESSION_SECONDS - 1)
    assert [await door.status(almost), await door.status(over)] == [200, 401]


async def test_a_new_password_of_ones_own_ends_the_other_tokens(door: Door) -> None:
    cookie, csrf = await door.session("vera")
    other, _ = await door.session("vera")
    token = await door.token("vera")
    wanted = {"current_password": PASSWORD, "new_password": NEW}
    changes = cookie | {"X-CSRF-Token": csrf}
    answer = await door.ask("POST", "/auth/password", headers=changes, json=wanted)
    assert answer.status_code == 204
    assert [await door.status(each) for each in (cookie, other, token)] == [401, 401, 401]
    fresh = {"Cookie": cookie_of(answer)}
    assert (await door.ask("GET", "/auth/me", headers=fresh)).json()["csrf_token"] == csrf
    assert (await door.log_in("vera", NEW)).status_code == 200


async def test_a_new_password_needs_the_present_one(door: Door) -> None:
    token = await door.token("vera")
    for wanted, status in (
        ({"current_password": "wrong", "new_password": NEW}, 403),
        ({"current_password": PASSWORD, "new_password": "short"}, 422),
        ({"new_password": NEW}, 422),
    ):
        answer = await door.ask("POST", "/auth/password", headers=token, json=wanted)
        assert answer.status_code == status, answer.text
    assert await door.status(token) == 200


async def test_a_key_has_no_password_to_change(door: Door) -> None:
    root = await door.token("root")
    key = (await door.ask("POST", "/keys", headers=root, json={"name": "a", "role": "admin"})).json()["key"]
    wanted = {"current_password": PASSWORD, "new_password": NEW}
    answer = await door.ask("POST", "/auth/password", headers={"X-API-Key": key}, json=wanted)
    assert answer.status_code == 409


async def test_over_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    async with api_under_test(tmp_path, options=WebOptions(is_https=True)) as api:
        door = Door(api)
        login = {"username": "vera", "password": PASSWORD}
        answer = await door.ask("POST", "/auth/session", json=login)
        name, _, value = cookie_of(answer).partition("=")
        assert name == "__Host-monctl_session"
        attributes = [part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]]
        assert {"path=/", "secure"} <= set(attributes)
        assert not any(attribute.startswith("domain") for attribute in attributes)
        cookie = {"Cookie": f"__Host-monctl_session={value}"}
        assert await door.status(cookie) == 200
        # one that another host of the domain, or plain HTTP, could have set
        assert await door.status({"Cookie": f"monctl_session={value}"}) == 401
        csrf = {"X-CSRF-Token": answer.json()["csrf_token"]}
        answer = await door.ask("DELETE", "/auth/session", headers=cookie | csrf)
        removed_cookies = answer.headers.get_list("set-cookie")
        assert [line.partition("=")[0] for line in removed_cookies] == [
            "__Host-monctl_session",
            "monctl_session",
        ]
        assert all("Max-Age=0" in line and "Secure" in line for line in removed_cookies)


async def test_behind_a_proxy_that_speaks_tls_the_cookie_is_bound_to_the_host(door: Door) -> None:
    url = "https://monctl.test/api/v1/auth/session"
    answer = await door.api.client.post(url, json={"username": "vera", "password": PASSWORD})
    assert cookie_of(answer).startswith("__Host-monctl_session=")
