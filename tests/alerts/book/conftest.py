"""A database for the tests of the book of alerts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monctl.database import open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite file."""
    engine = open_database("sqlite", data_dir=tmp_path)
    yield engine
    engine.dispose()
