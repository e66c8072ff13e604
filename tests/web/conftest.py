"""Fixtures for the tests of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import ApiUnderTest, api_under_test
from tests.support.databases import Database


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture
async def api(tmp_path: Path, database: Database) -> AsyncIterator[ApiUnderTest]:
    """An API on an empty database."""
    environ = {"MONCTL_HOST_PW": "x", "DATABASE_PW": "hidden"}
    async with api_under_test(tmp_path, database=database, environ=environ) as api:
        yield api
