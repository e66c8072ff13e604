"""An outbox, and what works on it in time that a test moves."""

import pytest
from sqlalchemy import Engine

from tests.alerts.outbox.bench import Bench
from tests.support.databases import Database


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture
def bench(database: Database, engine: Engine) -> Bench:
    """An outbox with two channels, and alerts to tell of."""
    return Bench(database, engine)
