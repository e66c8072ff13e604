"""Fixtures for the tests of what enemies send."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"
