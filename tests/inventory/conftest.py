"""A database for the tests of this room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, create_engine

from inventory import table


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite file with the host table in it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'monctl.db'}")
    tables = [SQLModel.metadata.tables[name] for name in ("host", "inventory_revision")]
    assert table.HostRow.__tablename__ == tables[0].name
    SQLModel.metadata.create_all(engine, tables=tables)
    yield engine
    engine.dispose()
