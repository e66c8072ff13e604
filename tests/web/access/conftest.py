"""Fixtures for the tests of access."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.support.api import api_under_test
from tests.support.databases import Database
from tests.web.access.people import Door


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at the least cost there is: what is tested is not how long it takes."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(PasswordHash, "recommended", lambda: cheap)


@pytest.fixture
async def door(tmp_path: Path, database: Database) -> AsyncIterator[Door]:
    """An API whose users are root (admin), oscar (operator) and vera (viewer)."""
    async with api_under_test(tmp_path, database=database) as api:
        yield Door(api)
