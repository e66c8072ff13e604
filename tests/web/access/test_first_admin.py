"""The user of the first start."""

import subprocess
import sys
from pathlib import Path

import pytest

from access.errors import AccountInvalid, LastAdmin
from access.first_admin import ensure_admin
from access.roles import Role
from access.users import Users
from tests.support.databases import Database
from tests.web.access.people import PASSWORD, TEST, Door
from web.auth.opening import open_access

pytestmark = pytest.mark.anyio

_ROOT = Path(__file__).parent.parent.parent.parent
_START = """
import sys
from pathlib import Path
from foundation.database.database import open_database
from web.auth.opening import open_access
from access.first_admin import ensure_admin

engine = open_database(sys.argv[1], data_dir=Path(sys.argv[2]))
sys.stdin.readline()
access = open_access(engine)
print(ensure_admin(access.accounts.users, password=None), access.accounts.tokens._secret.hex())
"""
_CHANGE = """
import sys
from pathlib import Path
from foundation.database.database import open_database
from web.auth.opening import open_access
from access.audit.log import Actor
from access.errors import LastAdmin

users = open_access(open_database(sys.argv[1], data_dir=Path(sys.argv[2]))).accounts.users
sys.stdin.readline()
try:
    users.change(sys.argv[3], is_active=False, actor=Actor("test"))
except LastAdmin:
    print("refused")
"""


def _arguments(database: Database) -> list[str]:
    return [database.url, str(database.folder)]


def _at_once(script: str, *arguments: list[str]) -> list[str]:
    """Run the script in several processes that go on at the same time; what each prints."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, *given],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for given in arguments
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return said


async def test_an_admin_is_made_only_where_there_is_nobody(door: Door) -> None:
    users = door.accounts.users
    assert ensure_admin(users, password=PASSWORD) is None
    assert "admin" not in [user.name for user in users.page()[0]]


@pytest.fixture
def empty(door: Door) -> Users:
    with door.accounts.users._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM account")
    return door.accounts.users


async def test_the_random_password_is_told_once_and_works(empty: Users, door: Door) -> None:
    password = ensure_admin(empty, password=None)
    assert password is not None
    assert len(password) >= 20
    assert ensure_admin(empty, password=None) is None
    answer = await door.log_in("admin", password)
    assert answer.json()["role"] == "admin"


async def test_the_password_given_is_used_and_not_told(empty: Users, door: Door) -> None:
    assert ensure_admin(empty, password=PASSWORD) is None
    assert (await door.log_in("admin")).status_code == 200


async def test_a_short_password_is_an_error_that_names_the_variable(empty: Users) -> None:
    with pytest.raises(AccountInvalid, match="MONCTL_ADMIN_PASSWORD: must have at least 8 characters"):
        ensure_admin(empty, password="short")
    assert empty.is_empty()


async def test_a_password_given_later_does_not_matter(door: Door) -> None:
    assert ensure_admin(door.accounts.users, password="short") is None


def test_of_several_first_starts_at_once_one_makes_the_admin(database: Database) -> None:
    database.open().dispose()
    said = [line.split() for line in _at_once(_START, *[_arguments(database)] * 3)]
    assert sorted(password == "None" for password, _ in said) == [False, True, True]
    assert len({secret for _, secret in said}) == 1


def test_two_processes_do_not_take_away_the_last_two_admins_between_them(database: Database) -> None:
    engine = database.open()
    users = open_access(engine).accounts.users
    for name in ("a", "b"):
        users.add(name, PASSWORD, Role.ADMIN, actor=TEST)
    said = _at_once(_CHANGE, [*_arguments(database), "a"], [*_arguments(database), "b"])
    assert sorted(said) == ["", "refused"]
    left = [user.name for user in users.page()[0] if user.is_active]
    with pytest.raises(LastAdmin):
        users.remove(left[0], actor=TEST)
    engine.dispose()
