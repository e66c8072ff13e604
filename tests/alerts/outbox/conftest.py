"""A database with the outbox in it, and what works on it in time that a test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monctl.database import open_database
from tests.alerts.outbox.bench import Bench


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the daemon uses."""
    return "asyncio"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    engine = open_database("sqlite", data_dir=tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    """An outbox with two channels, and alerts to tell of."""
    return Bench(engine, tmp_path)
