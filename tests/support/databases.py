"""The databases that monctl runs on: a test that asks for one of these fixtures runs once on each."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from foundation.database.database import open_database
from foundation.database.migrations import HEAD
from tests.support.postgres import Postgres, running_postgres

SQLITE = "sqlite"
KINDS = (SQLITE, pytest.param("postgresql", marks=pytest.mark.postgresql))


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database of the test's own; `url` as monctl.yaml would have it."""

    url: str
    folder: Path

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded one, a file in `folder`."""
        return self.url == SQLITE

    def stored_text(self) -> str:
        """All that is stored, to look for what must not be."""
        if self.is_sqlite:
            return "".join(path.read_bytes().decode("latin-1") for path in self.folder.glob("monctl.db*"))
        engine = self.open()
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            rows = [connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]
        engine.dispose()
        return repr(rows)

    def open(self) -> Engine:
        """A new engine on it, as another process would have one; to be disposed of."""
        return open_database(self.url, data_dir=self.folder)


_SCHEMA = """
    SELECT
        md5(string_agg(concat(table_name, column_name, data_type), ',' ORDER BY table_name, column_name)),
        string_agg(DISTINCT quote_ident(table_name), ', ') FILTER (WHERE table_name <> 'alembic_version')
    FROM information_schema.columns WHERE table_schema = 'public'
"""

_FIRST_IDS = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"


class Cluster:
    """A server and its databases, which are used again since a new one takes ten times as long to make."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._template = server.create_database()
        open_database(self._template, data_dir=server.folder).dispose()
        self._schema, self._tables = server.query(_SCHEMA, self._template)
        self._free: list[str] = []

    def take(self) -> str:
        """A migrated, empty database; its URL."""
        if self._free:
            return self._free.pop()
        return self.server.create_database(self._template.rpartition("/")[2])

    def give_back(self, url: str) -> None:
        """Empty a database for the next one, or drop it if its schema has been changed."""
        self.server.disconnect(url)
        if not self._is_as_made(url):
            self.server.drop_database(url)
            return
        # ten times as fast as TRUNCATE, which makes new files
        emptied = ";".join(f"DELETE FROM {table}" for table in self._tables.split(", "))
        self.server.execute(f"{emptied};{_FIRST_IDS}", database=url.rpartition("/")[2])
        self._free.append(url)

    def _is_as_made(self, url: str) -> bool:
        is_same = self.server.query(_SCHEMA, url) == (self._schema, self._tables)
        version = self.server.query("SELECT version_num FROM alembic_version", url) if is_same else None
        return bool(version == (HEAD,))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The server of all tests that do it no harm."""
    with running_postgres() as server:
        yield Cluster(server)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file: to copy it takes a hundredth of the time that the migrations take."""
    folder = tmp_path_factory.mktemp("template")
    open_database(SQLITE, data_dir=folder).dispose()
    return folder / "monctl.db"


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database, on each kind."""
    if request.param == SQLITE:
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "monctl.db")
        yield Database(SQLITE, tmp_path)
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.take()
    yield Database(url, tmp_path)
    cluster.give_back(url)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine on a migrated database, on each kind."""
    engine = database.open()
    yield engine
    engine.dispose()
