"""API keys: what they are, and when they end."""

import asyncio
import hashlib
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from access.accounts import Accounts
from access.credentials.keys import Keys
from access.errors import AccountExists, AccountInvalid, AccountUnknown
from access.roles import Role
from inventory.names import check_name
from tests.web.access.people import PASSWORD, TEST, Door

pytestmark = pytest.mark.anyio


@pytest.fixture
def keys(door: Door) -> Keys:
    return door.accounts.keys


async def _role(door: Door, key: str) -> Role | None:
    door.accounts.forget_cached()
    found = await door.accounts.identify_key(key)
    return None if found is None else found.role


async def test_only_the_digest_of_a_key_is_stored(keys: Keys) -> None:
    row, key = keys.create("ci", Role.OPERATOR, actor=TEST)
    assert re.fullmatch(r"mctl_[A-Za-z0-9_-]{43}", key)
    assert row.digest == hashlib.sha256(key.encode()).hexdigest()
    assert keys.create("ci-2", Role.OPERATOR, actor=TEST)[1] != key


async def test_a_key_is_known_with_its_role_and_host(keys: Keys, door: Door) -> None:
    _, key = keys.create("pusher", Role.COLLECTOR, actor=TEST, host="web 9")
    who = await door.accounts.identify(key)
    assert who is not None
    assert (who.actor, who.role, who.host, who.session) == ("key:pusher", "collector", "web 9", None)
    assert await door.accounts.identify_key(key[:-1]) is None
    assert await door.accounts.identify_key(key[:-1] + ("A" if key[-1] != "A" else "B")) is None


async def test_a_key_ends_with_its_time_also_while_it_is_in_memory(door: Door) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    real = door.accounts
    keys = Keys(real.keys._engine, door.api.parts.audit, check_host_name=check_name, clock=lambda: now[0])
    accounts = Accounts(real.users, keys, real.tokens, clock=lambda: now[0])
    _, key = keys.create("short", Role.VIEWER, actor=TEST, expires_at=now[0] + timedelta(seconds=10))
    assert await accounts.identify_key(key) is not None
    now[0] += timedelta(seconds=10)
    assert await accounts.identify_key(key) is None
    accounts.forget_cached()
    assert await accounts.identify_key(key) is None
    await accounts.settle()


async def test_a_revoked_key_is_refused(keys: Keys, door: Door) -> None:
    _, key = keys.create("ci", Role.VIEWER, actor=TEST)
    assert await _role(door, key) is Role.VIEWER
    keys.revoke("ci", actor=TEST)
    assert await _role(door, key) is None
    with pytest.raises(AccountUnknown):
        keys.revoke("ci", actor=TEST)


async def test_a_key_may_be_revoked_while_its_use_is_being_written(keys: Keys, door: Door) -> None:
    for _ in range(20):
        row, key = keys.create("ci", Role.VIEWER, actor=TEST)
        writing = asyncio.gather(*(asyncio.to_thread(keys.note_use, row.id or 0) for _ in range(3)))
        await asyncio.to_thread(keys.revoke, "ci", actor=TEST)
        await writing
        assert await _role(door, key) is None


async def test_a_key_has_no_more_than_its_owners_present_role(keys: Keys, door: Door) -> None:
    users = door.accounts.users
    owner = users.add("anna", PASSWORD, Role.ADMIN, actor=TEST)
    _, admin = keys.create("admin", Role.ADMIN, actor=TEST, owner_id=owner.id)
    _, viewer = keys.create("viewer", Role.VIEWER, actor=TEST, owner_id=owner.id)
    _, collector = keys.create("collector", Role.COLLECTOR, actor=TEST, owner_id=owner.id)
    made = (admin, viewer, collector)
    assert [await _role(door, key) for key in made] == ["admin", "viewer", "collector"]
    users.change("anna", role=Role.OPERATOR, actor=TEST)
    assert [await _role(door, key) for key in made] == ["operator", "viewer", None]
    users.change("anna", is_active=False, actor=TEST)
    assert [await _role(door, key) for key in made] == [None, None, None]
    users.change("anna", is_active=True, role=Role.ADMIN, actor=TEST)
    assert [await _role(door, key) for key in made] == ["admin", "viewer", "collector"]
    users.remove("anna", actor=TEST)
    assert [await _role(door, key) for key in made] == [None, None, None]


async def test_what_cannot_be_a_key_is_refused(keys: Keys) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(AccountInvalid, match="host"):
        keys.create("a", Role.VIEWER, actor=TEST, host="web-1")
    with pytest.raises(AccountInvalid, match="host"):
        keys.create("a", Role.COLLECTOR, actor=TEST, host="web/1")
    with pytest.raises(AccountInvalid, match="expires_at"):
        keys.create("a", Role.VIEWER, actor=TEST, expires_at=past)
    with pytest.raises(AccountInvalid, match="expires_at"):
        keys.create("a", Role.VIEWER, actor=TEST, expires_at=datetime.max.replace(tzinfo=UTC))
    with pytest.raises(AccountInvalid, match="name"):
        keys.create("a b", Role.VIEWER, actor=TEST)
    with pytest.raises(AccountInvalid, match="owner"):
        keys.create("a", Role.VIEWER, actor=TEST, owner_id=999)
    keys.create("a", Role.VIEWER, actor=TEST)
    with pytest.raises(AccountExists):
        keys.create("a", Role.VIEWER, actor=TEST)
    assert keys.page()[1] == 1


async def test_the_last_use_is_kept_to_a_minute(door: Door) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    keys = Keys(
        door.accounts.keys._engine, door.api.parts.audit, check_host_name=check_name, clock=lambda: now[0]
    )
    row, key = keys.create("ci", Role.VIEWER, actor=TEST)
    await door.accounts.identify_key(key)
    await door.accounts.settle()
    assert keys.page()[0][0].last_used_at is not None
    with keys._engine.begin() as connection:
        connection.execute(text("UPDATE api_key SET last_used_at = NULL"))
    keys.note_use(row.id or 0)
    first, now[0] = now[0], now[0] + timedelta(seconds=59)
    keys.note_use(row.id or 0)
    assert keys.page()[0][0].last_used_at == first
    now[0] += timedelta(seconds=1)
    keys.note_use(row.id or 0)
    assert keys.page()[0][0].last_used_at == first + timedelta(seconds=60)


async def test_a_request_is_served_though_the_last_use_cannot_be_written(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    class DiskFull(Exception):
        pass

    class FullKeys(Keys):
        def note_use(self, number: int) -> None:
            raise DiskFull("no space left")

    real = door.accounts
    keys = FullKeys(real.keys._engine, door.api.parts.audit, check_host_name=check_name)
    accounts = Accounts(real.users, keys, real.tokens, unavailable=(DiskFull,))
    _, key = keys.create("ci", Role.VIEWER, actor=TEST)
    assert await accounts.identify_key(key) is not None
    await accounts.settle()
    assert "the use of key ci cannot be kept: no space left" in caplog.text


async def test_a_use_that_cannot_be_written_in_time_holds_up_no_stop(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    class SlowKeys(Keys):
        def note_use(self, number: int) -> None:
            gate.wait(20)

    monkeypatch.setattr("access.accounts._SETTLE_SECONDS", 0.05)
    real = door.accounts
    keys = SlowKeys(real.keys._engine, door.api.parts.audit, check_host_name=check_name)
    accounts = Accounts(real.users, keys, real.tokens)
    _, key = keys.create("ci", Role.VIEWER, actor=TEST)
    assert await accounts.identify_key(key) is not None
    async with asyncio.timeout(10):
        await accounts.settle()
    gate.set()
