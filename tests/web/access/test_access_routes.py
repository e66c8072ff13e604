"""Users, keys and the audit log over the API."""

from typing import Any

import pytest

from tests.web.access.people import PASSWORD, Door

pytestmark = pytest.mark.anyio


async def _as_root(door: Door, method: str, path: str, **arguments: Any) -> Any:
    return await door.ask(method, path, headers=await door.token("root"), **arguments)


async def test_a_user_is_made_read_changed_and_removed(door: Door) -> None:
    wanted = {"name": "alice", "password": PASSWORD, "role": "operator"}
    made = await _as_root(door, "POST", "/users", json=wanted)
    assert made.status_code == 201
    assert made.json().keys() == {"name", "role", "is_active", "created_at", "last_login_at"}
    assert (await _as_root(door, "POST", "/users", json=wanted)).status_code == 409
    assert (await _as_root(door, "GET", "/users/alice")).json() == made.json()
    patched = await _as_root(door, "PATCH", "/users/alice", json={"role": "viewer", "is_active": False})
    assert (patched.json()["role"], patched.json()["is_active"]) == ("viewer", False)
    assert (await _as_root(door, "DELETE", "/users/alice")).status_code == 204
    assert (await _as_root(door, "GET", "/users/alice")).status_code == 404
    last = await _as_root(door, "DELETE", "/users/root")
    assert (last.status_code, last.json()["type"]) == (409, "urn:monctl:problem:last-admin")


@pytest.mark.parametrize(
    "patch", [{"password": "with\na line"}, {"password": "short"}, {"role": "collector"}, {"admin": True}]
)
async def test_a_change_that_is_partly_wrong_changes_nothing(door: Door, patch: dict[str, Any]) -> None:
    answer = await _as_root(door, "PATCH", "/users/vera", json={"role": "operator", **patch})
    assert answer.status_code == 422
    assert (await _as_root(door, "GET", "/users/vera")).json()["role"] == "viewer"


async def test_lists_come_in_pages(door: Door) -> None:
    page = (await _as_root(door, "GET", "/users?limit=2&offset=1")).json()
    assert [user["name"] for user in page["items"]] == ["root", "vera"]
    assert (page["total"], page["offset"], page["limit"]) == (3, 1, 2)
    for query in ("limit=0", "limit=1001", "offset=-1", "limit=x"):
        for path in ("/users", "/keys", "/audit"):
            assert (await _as_root(door, "GET", f"{path}?{query}")).status_code == 422


async def test_a_key_is_shown_once_and_goes_with_whoever_made_it(door: Door) -> None:
    wanted = {"name": "ci", "role": "operator", "expires_at": "2099-01-01T00:00:00+02:00"}
    made = (await _as_root(door, "POST", "/keys", json=wanted)).json()
    assert made["expires_at"] == "2098-12-31T22:00:00Z"
    listed = (await _as_root(door, "GET", "/keys")).json()["items"]
    assert [key["name"] for key in listed] == ["ci"]
    assert made["key"] not in str(listed)
    owner = door.accounts.keys.page()[0][0].owner_id
    assert owner == door.accounts.users.get("root").id
    assert await door.status({"X-API-Key": made["key"]}) == 200
    assert (await _as_root(door, "DELETE", "/keys/ci")).status_code == 204
    assert await door.status({"X-API-Key": made["key"]}) == 401
    assert (await _as_root(door, "DELETE", "/keys/ci")).status_code == 404


async def test_a_key_made_with_a_key_goes_with_the_same_user(door: Door) -> None:
    first = (await _as_root(door, "POST", "/keys", json={"name": "a", "role": "admin"})).json()["key"]
    await door.ask("POST", "/keys", headers={"X-API-Key": first}, json={"name": "b", "role": "viewer"})
    owners = {key.owner_id for key in door.accounts.keys.page()[0]}
    assert owners == {door.accounts.users.get("root").id}


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"expires_at": "9999-12-31T23:59:59-23:59"},
        {"expires_at": "0001-01-01T00:00:00+23:59"},
        {"expires_at": "9999-12-31T23:59:59"},
        {"expires_at": "soon"},
        {"role": "root"},
        {"host": "web-1"},
        {"role": "collector", "host": "web/1"},
        {"role": "collector", "host": "a\x00b"},
        {"name": "../x"},
        {"name": "a" * 65},
        {"owner_id": 1},
    ],
)
async def test_a_key_that_cannot_be_is_refused(door: Door, changes: dict[str, Any]) -> None:
    answer = await _as_root(door, "POST", "/keys", json={"name": "a", "role": "viewer", **changes})
    assert answer.status_code == 422, answer.text
    assert (await _as_root(door, "GET", "/keys")).json()["total"] == 0


async def test_a_password_of_half_a_character_is_refused(door: Door) -> None:
    body = b'{"name": "alice", "password": "\\ud800 is half a character"}'
    sent = {"Content-Type": "application/json"} | await door.token("root")
    assert (await door.ask("POST", "/users", headers=sent, content=body)).status_code == 422
    login = b'{"username": "vera", "password": "\\ud800"}'
    answer = await door.ask("POST", "/auth/session", headers=sent, content=login)
    assert answer.status_code in {401, 422}


async def test_the_audit_log_says_who_changed_what_and_from_where(door: Door) -> None:
    await _as_root(door, "POST", "/keys", json={"name": "ci", "role": "viewer"}, address="10.0.0.7")
    entries = (await _as_root(door, "GET", "/audit?target=ci")).json()
    assert entries["total"] == 1
    entry = entries["items"][0]
    assert (entry["actor"], entry["address"], entry["action"]) == ("user:root", "10.0.0.7", "key.create")
    assert entry["detail"]["role"] == "viewer"
    assert (await _as_root(door, "GET", "/audit?actor=user:root")).json()["items"] == [entry]
    assert (await _as_root(door, "GET", "/audit?actor=user:vera")).json()["total"] == 0
    assert (await _as_root(door, "GET", "/audit?target=a%00b")).status_code == 422
