"""Fixtures for the tests of access."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import api_under_test
from tests.support.databases import Database
from tests.web.access.people import Door


@pytest.fixture
async def door(tmp_path: Path, database: Database) -> AsyncIterator[Door]:
    """An API whose users are root (admin), oscar (operator) and vera (viewer)."""
    async with api_under_test(tmp_path, database=database) as api:
        yield Door(api)
