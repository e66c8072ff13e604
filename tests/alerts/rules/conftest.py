"""A database for the tests of rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, create_engine

from alerts import revision
from alerts.rules import table


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite file with the rule table in it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'monctl.db'}")
    names = (table.RuleRow.__tablename__, revision.AlertRevision.__tablename__)
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables[str(name)] for name in names])
    yield engine
    engine.dispose()
