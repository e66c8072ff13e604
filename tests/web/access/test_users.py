"""The users of a database."""

import pytest
from sqlalchemy import text

from access.credentials.keys import Keys
from access.errors import AccountExists, AccountInvalid, AccountUnknown, LastAdmin
from access.roles import Role
from access.users import Users
from tests.web.access.people import PASSWORD, TEST, Door

pytestmark = pytest.mark.anyio


@pytest.fixture
def users(door: Door) -> Users:
    return door.accounts.users


@pytest.mark.parametrize("name", ["a", "Alice.B", "a@example.com", "9-lives", "x" * 64])
async def test_a_usual_name_is_accepted(users: Users, name: str) -> None:
    assert users.add(name, PASSWORD, Role.VIEWER, actor=TEST).name == name
    assert users.get(name).is_active


@pytest.mark.parametrize("name", ["", ".a", "-a", "a b", "a/b", "ä", "a\n", "a\x00", "x" * 65, "a:b"])
async def test_a_name_unfit_for_a_path_or_a_log_line_is_refused(users: Users, name: str) -> None:
    with pytest.raises(AccountInvalid, match="name"):
        users.add(name, PASSWORD, Role.VIEWER, actor=TEST)
    assert users.page()[1] == 3


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257, "12345678\n", "1234567\ud800"])
async def test_a_password_that_is_too_short_too_long_or_no_text_is_refused(
    users: Users, password: str
) -> None:
    with pytest.raises(AccountInvalid, match="password"):
        users.add("alice", password, Role.VIEWER, actor=TEST)
    with pytest.raises(AccountInvalid, match="password"):
        users.set_password("vera", password, actor=TEST)


async def test_a_password_is_stored_as_a_hash_of_argon2(users: Users) -> None:
    row = users.add("alice", PASSWORD, Role.VIEWER, actor=TEST)
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash


async def test_a_user_is_no_collector_and_has_a_name_of_its_own(users: Users) -> None:
    with pytest.raises(AccountInvalid, match="collector"):
        users.add("pusher", PASSWORD, Role.COLLECTOR, actor=TEST)
    with pytest.raises(AccountInvalid, match="collector"):
        users.change("vera", role=Role.COLLECTOR, actor=TEST)
    with pytest.raises(AccountExists):
        users.add("vera", PASSWORD, Role.VIEWER, actor=TEST)


async def test_the_last_active_admin_stays(users: Users) -> None:
    users.add("second", PASSWORD, Role.ADMIN, actor=TEST)
    users.change("second", is_active=False, actor=TEST)
    for change in (
        lambda: users.remove("root", actor=TEST),
        lambda: users.change("root", role=Role.OPERATOR, actor=TEST),
        lambda: users.change("root", is_active=False, actor=TEST),
    ):
        with pytest.raises(LastAdmin):
            change()
        assert (users.get("root").role, users.get("root").is_active) == ("admin", True)
    users.change("second", is_active=True, actor=TEST)
    users.remove("root", actor=TEST)
    with pytest.raises(LastAdmin):
        users.remove("second", actor=TEST)


async def test_others_may_be_changed_where_there_is_no_admin_at_all(users: Users, door: Door) -> None:
    with users._engine.begin() as connection:
        connection.execute(text("DELETE FROM account WHERE name = 'root'"))
    users.change("vera", role=Role.OPERATOR, actor=TEST)
    users.remove("oscar", actor=TEST)
    users.change("vera", role=Role.ADMIN, actor=TEST)
    with pytest.raises(LastAdmin):
        users.change("vera", role=Role.VIEWER, actor=TEST)


async def test_a_user_who_is_not_there_cannot_be_changed(users: Users) -> None:
    with pytest.raises(AccountUnknown):
        users.change("nobody", role=Role.VIEWER, actor=TEST)
    with pytest.raises(AccountUnknown):
        users.set_password("nobody", PASSWORD, actor=TEST)
    with pytest.raises(AccountUnknown):
        users.remove("nobody", actor=TEST)


async def test_whoever_goes_takes_along_the_keys_that_they_made(users: Users, door: Door) -> None:
    keys: Keys = door.accounts.keys
    keys.create("hers", Role.VIEWER, actor=TEST, owner_id=users.get("vera").id)
    keys.create("nobodys", Role.VIEWER, actor=TEST)
    users.remove("vera", actor=TEST)
    assert [key.name for key in keys.page()[0]] == ["nobodys"]


async def test_every_change_is_in_the_audit_log_without_any_password(users: Users, door: Door) -> None:
    users.add("alice", PASSWORD, Role.VIEWER, actor=TEST)
    users.change("alice", role=Role.OPERATOR, is_active=False, actor=TEST)
    users.change("alice", role=Role.OPERATOR, actor=TEST)  # as it is: no change
    users.set_password("alice", "another pass phrase", actor=TEST)
    users.remove("alice", actor=TEST)
    with pytest.raises(LastAdmin):
        users.remove("root", actor=TEST)
    entries, total = door.api.parts.audit.entries(target="alice")
    assert [entry.action for entry in reversed(entries)] == [
        "user.create",
        "user.update",
        "user.password",
        "user.delete",
    ]
    assert total == 4
    assert entries[2].detail == {"role": "operator", "is_active": False}
    assert "pass phrase" not in str([entry.detail for entry in entries])
    assert [entry.action for entry in door.api.parts.audit.entries(target="root")[0]] == ["user.create"]


async def test_a_log_in_with_a_password_changed_meanwhile_does_not_bring_the_old_hash_back(
    users: Users,
) -> None:
    verified = users.get("vera")
    users.set_password("vera", "another pass phrase", actor=TEST)
    changed = users.get("vera").password_hash
    users.logged_in(verified, fresh_hash=verified.password_hash)
    assert users.get("vera").password_hash == changed
