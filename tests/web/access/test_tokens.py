"""Tokens: which are believed, and when they end."""

import asyncio
import base64
import json
import time
from typing import Any

import jwt
import pytest

from access.credentials.tokens import Tokens, signing_secret
from access.roles import Role
from tests.support.databases import Database
from tests.web.access.people import PASSWORD, TEST, Door
from web.auth.opening import open_access

pytestmark = pytest.mark.anyio


def _secret(door: Door) -> bytes:
    return signing_secret(door.accounts.users._engine)


def _claims(door: Door, **changes: Any) -> dict[str, Any]:
    row = door.accounts.users.get("root")
    now = int(time.time())
    claims = {
        "iss": "monctl",
        "aud": "monctl-api",
        "sub": str(row.id),
        "ver": row.token_version,
        "iat": now,
        "exp": now + 60,
        "jti": "x",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _segment(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


async def test_a_token_made_as_ours_are_is_believed(door: Door) -> None:
    """What the other tests change is the only thing wrong with their tokens."""
    assert await door.status(_bearer(jwt.encode(_claims(door), _secret(door), "HS256"))) == 200


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "ver", "iat", "exp", "jti"])
async def test_a_token_without_one_of_its_claims_is_refused(door: Door, missing: str) -> None:
    token = jwt.encode(_claims(door, **{missing: None}), _secret(door), "HS256")
    assert await door.status(_bearer(token)) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"sub": "999999"},
        {"sub": "root"},
        {"ver": 0},
        {"ver": "x"},
        {"exp": int(time.time()) - 1},
        {"exp": [1]},
        {"sid": "s"},
        {"sid": "s", "sst": time.time() - 31 * 86400},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(door: Door, changes: dict[str, Any]) -> None:
    token = jwt.encode(_claims(door, **changes), _secret(door), "HS256")
    assert await door.status(_bearer(token)) == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_token_signed_with_another_key_or_algorithm_is_refused(door: Door) -> None:
    claims, secret = _claims(door), _secret(door)
    body = _segment(json.dumps(claims).encode())
    good = jwt.encode(claims, secret, "HS256")
    signature = good.rpartition(".")[2]
    rsa, none, shouted = (_segment(json.dumps({"alg": name}).encode()) for name in ("RS256", "none", "NONE"))
    forged = [
        jwt.encode(claims, b"x" * 32, "HS256"),
        jwt.encode(claims, secret, "HS512"),
        jwt.encode(claims, secret, "HS384"),
        jwt.encode(claims, "", "none"),
        f"{rsa}.{body}.{signature}",
        f"{none}.{body}.",
        f"{shouted}.{body}.{signature}",
        good.removesuffix(signature),
        good[:-2],
        f"{good}.{good}",
    ]
    assert [await door.status(_bearer(token)) for token in forged] == [401] * len(forged)


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 1400,
        b'{"alg":' + b"[" * 1300,
        b'{"alg":["HS256"]}',
        b'{"alg":"HS256","crit":["x"]}',
        b'{"alg":"HS256","kid":{}}',
        b'{"alg":"HS256","b64":false}',
        b'{"alg":' + b"9" * 1000 + b"}",
        b"\xff\xfe",
        b"",
        b"null",
    ],
)
async def test_a_header_made_to_break_the_reader_is_refused(door: Door, header: bytes) -> None:
    token = f"{_segment(header)}.{_segment(b'{}')}.{_segment(b'x' * 32)}"
    assert await door.status(_bearer(token)) == 401


async def test_a_token_ends_with_its_life(door: Door) -> None:
    row = door.accounts.users.get("vera")
    then = Tokens(_secret(door), seconds=60, clock=lambda: time.time() - 61)
    assert await door.status(_bearer(then.make(row.id or 0, row.token_version))) == 401


async def test_a_new_password_ends_the_tokens_of_before_at_once(door: Door) -> None:
    vera, root = await door.token("vera"), await door.token("root")
    assert await door.status(vera) == 200
    answer = await door.ask("PATCH", "/users/vera", headers=root, json={"password": "another pass phrase"})
    assert answer.status_code == 200
    assert await door.status(vera) == 401
    assert (await door.log_in("vera")).status_code == 401
    assert (await door.log_in("vera", "another pass phrase")).status_code == 200


async def test_deactivation_ends_tokens_and_activation_brings_none_back(door: Door) -> None:
    vera, root = await door.token("vera"), await door.token("root")
    assert await door.status(vera) == 200
    await door.ask("PATCH", "/users/vera", headers=root, json={"is_active": False})
    assert await door.status(vera) == 401
    assert (await door.log_in("vera")).status_code == 401
    await door.ask("PATCH", "/users/vera", headers=root, json={"is_active": True})
    assert await door.status(vera) == 401
    assert await door.status(await door.token("vera")) == 200


async def test_a_token_of_a_removed_user_does_not_fit_the_next_user_who_gets_the_rows_id(
    door: Door, database: Database
) -> None:
    vera, root = await door.token("vera"), await door.token("root")
    number = door.accounts.users.get("vera").id
    assert await door.status(vera) == 200
    assert (await door.ask("DELETE", "/users/vera", headers=root)).status_code == 204
    assert await door.status(vera) == 401
    following = door.accounts.users.add("next", PASSWORD, Role.ADMIN, actor=TEST).id
    assert (following == number) is database.is_sqlite, "PostgreSQL gives no id twice"
    assert await door.status(vera) == 401


async def test_a_change_of_role_holds_for_tokens_that_are_out(door: Door) -> None:
    oscar, root = await door.token("oscar"), await door.token("root")
    assert await door.status(oscar, path="/users") == 403
    await door.ask("PATCH", "/users/oscar", headers=root, json={"role": "admin"})
    assert await door.status(oscar, path="/users") == 200
    await door.ask("PATCH", "/users/oscar", headers=root, json={"role": "viewer"})
    assert await door.status(oscar, path="/users") == 403


async def test_another_process_learns_of_a_change_within_two_seconds(door: Door) -> None:
    row = door.accounts.users.get("vera")
    token = door.accounts.token(row)
    other = open_access(door.accounts.users._engine).accounts
    assert await other.identify(token) is not None
    door.accounts.users.change("vera", is_active=False, actor=TEST)
    await asyncio.sleep(1.1)
    assert await other.identify(token) is None


async def test_what_the_database_said_before_a_change_is_not_kept_after_it(door: Door) -> None:
    """The lookup of a token is under way while its user is deactivated."""
    users, accounts = door.accounts.users, door.accounts
    token = accounts.token(users.get("vera"))
    asked = asyncio.get_running_loop().create_future()
    real = users.by_id

    def slow(number: int) -> Any:
        row = real(number)
        users.change("vera", is_active=False, actor=TEST)
        accounts.forget_cached()
        asked.get_loop().call_soon_threadsafe(asked.set_result, None)
        return row

    users.by_id = slow  # type: ignore[method-assign]
    await accounts.identify(token)
    await asked
    users.by_id = real  # type: ignore[method-assign]
    assert await accounts.identify(token) is None


async def test_all_processes_sign_with_one_secret(door: Door) -> None:
    assert len(_secret(door)) == 32
    assert _secret(door) == _secret(door)
