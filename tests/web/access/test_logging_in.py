"""Log-ins: what they say, and how often they may fail."""

import asyncio
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from access.credentials.passwords import Verifier
from access.roles import Role
from tests.support.api import api_under_test
from tests.support.databases import Database
from tests.web.access.people import PASSWORD, TEST, Door
from web.dependencies import WebOptions

pytestmark = pytest.mark.anyio


async def test_a_log_in_gives_a_token_with_its_life_and_role(door: Door) -> None:
    answer = await door.log_in("oscar")
    document = answer.json()
    assert (document["token_type"], document["expires_in"], document["role"]) == ("bearer", 3600, "operator")
    me = await door.ask("GET", "/auth/me", headers={"Authorization": f"bearer {document['access_token']}"})
    assert me.json() == {"name": "oscar", "kind": "user", "role": "operator", "csrf_token": None}
    assert door.accounts.users.get("oscar").last_login_at is not None


async def test_a_refusal_does_not_say_what_was_wrong(door: Door) -> None:
    door.accounts.users.add("gone", PASSWORD, Role.VIEWER, actor=TEST)
    door.accounts.users.change("gone", is_active=False, actor=TEST)
    pairs = (("vera", "wrong password"), ("nobody", PASSWORD), ("gone", PASSWORD), ("a\x00b", PASSWORD))
    answers = [await door.log_in(*pair) for pair in pairs]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert "www-authenticate" in answers[0].headers


async def test_an_unknown_name_costs_a_verification_too(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[bool] = []
    real = Verifier.verify

    async def counted(self: Verifier, password: str, known: str | None) -> tuple[bool, str | None]:
        verified.append(known is None)
        return await real(self, password, known)

    monkeypatch.setattr(Verifier, "verify", counted)
    await door.log_in("nobody")
    await door.log_in("vera")
    assert verified == [True, False]
    assert await Verifier().verify("nobody has this password", None) == (False, None)


async def test_the_eleventh_failure_of_an_address_is_refused_before_its_password_is_looked_at(
    door: Door,
) -> None:
    for number in range(10):
        assert (await door.log_in(f"user{number}", address="10.0.0.1")).status_code == 401
    refused = await door.log_in("vera", address="10.0.0.1")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 300
    assert refused.json()["type"] == "urn:monctl:problem:too-many-requests"
    assert (await door.log_in("vera", address="10.0.0.2")).status_code == 200


async def test_successes_do_not_count(door: Door) -> None:
    for _ in range(9):
        await door.log_in("nobody")
    assert {(await door.log_in("vera")).status_code for _ in range(12)} == {200}
    assert (await door.log_in("nobody")).status_code == 401
    assert (await door.log_in("vera")).status_code == 429


async def test_guesses_made_all_at_once_get_no_further(door: Door) -> None:
    answers = await asyncio.gather(*(door.log_in("vera", f"guess number {n}") for n in range(40)))
    assert sum(answer.status_code == 401 for answer in answers) == 10
    assert sum(answer.status_code == 429 for answer in answers) == 30


async def test_the_addresses_of_one_ipv6_network_are_one(door: Door) -> None:
    for number in range(10):
        await door.log_in("nobody", address=f"2001:db8::{number + 1}")
    assert (await door.log_in("vera", address="2001:db8::ffff")).status_code == 429
    assert (await door.log_in("vera", address="2001:db8:0:1::1")).status_code == 200


async def test_sessions_and_password_changes_share_the_limit(door: Door) -> None:
    token = await door.token("vera")
    wrong = {"current_password": "wrong password", "new_password": "another pass phrase"}
    for _ in range(5):
        assert (await door.ask("POST", "/auth/password", headers=token, json=wrong)).status_code == 403
        login = {"username": "vera", "password": "wrong password"}
        assert (await door.ask("POST", "/auth/session", json=login)).status_code == 401
    assert (await door.ask("POST", "/auth/password", headers=token, json=wrong)).status_code == 429


async def test_log_ins_keep_to_the_general_limit_of_an_address(tmp_path: Path, database: Database) -> None:
    options = WebOptions(rate_limit="3/minute")
    async with api_under_test(tmp_path, database=database, options=options) as api:
        door = Door(api)
        assert [(await door.log_in("vera")).status_code for _ in range(4)] == [200, 200, 200, 429]


async def test_a_hash_of_outdated_cost_is_replaced_at_the_next_log_in(door: Door) -> None:
    old = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1),)).hash(PASSWORD)
    with door.accounts.users._engine.begin() as connection:
        connection.execute(text("UPDATE account SET password_hash = :old WHERE name = 'vera'"), {"old": old})
    assert (await door.log_in("vera", "wrong password")).status_code == 401
    assert door.accounts.users.get("vera").password_hash == old
    assert (await door.log_in("vera")).status_code == 200
    assert "m=8,t=1" in door.accounts.users.get("vera").password_hash
    assert (await door.log_in("vera")).status_code == 200


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"data": {"username": "vera"}},
        {"json": {"username": "vera", "password": PASSWORD}},
        {"content": b"\xff\xfe=\x00", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {"files": {"username": b"vera", "password": b"x"}},
    ],
)
async def test_a_form_that_is_none_is_a_clear_4xx(door: Door, arguments: dict[str, object]) -> None:
    answer = await door.ask("POST", "/auth/token", **arguments)  # type: ignore[arg-type]
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_session_cannot_be_opened_by_a_form_of_another_site(door: Door) -> None:
    body = b'{"username": "vera", "password": "a long pass phrase"}'
    answer = await door.ask("POST", "/auth/session", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422
