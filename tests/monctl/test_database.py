"""The database: made and migrated by itself, refused with a reason when it is not ours."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from foundation.database import migrations as migration_scripts
from foundation.database.database import open_database
from foundation.database.errors import DatabaseUnusable
from foundation.database.migrations import HEAD
from foundation.database.migrations.schema_revision import present_revision
from inventory.host_table.repository import HostRepository
from monctl.tables import all_tables
from tests.support.databases import KINDS, SQLITE, Cluster, Database


@pytest.fixture
def migrations() -> Config:
    """Alembic's view of the migrations that ship with the package."""
    config = Config()
    config.set_main_option("script_location", migration_scripts.__path__[0])
    return config


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """What the settings say of a database that nobody has opened yet, on each kind."""
    if request.param == SQLITE:
        yield SQLITE
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.server.create_database()
    yield url
    cluster.server.drop_database(url)


def test_a_new_database_is_brought_to_the_newest_revision_by_itself(tmp_path: Path, empty_url: str) -> None:
    engine = open_database(empty_url, data_dir=tmp_path)
    assert (tmp_path / "monctl.db").is_file() is (empty_url == SQLITE)
    assert present_revision(engine) == HEAD
    assert {"host", "inventory_revision"} <= _tables(engine)
    engine.dispose()


def test_the_newest_revision_is_the_one_that_alembic_names(migrations: Config) -> None:
    assert ScriptDirectory.from_config(migrations).get_heads() == [HEAD]


def test_models_and_migrations_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []


def test_opening_again_keeps_what_is_there(database: Database, engine: Engine) -> None:
    HostRepository(engine, environ={}).add("web-1", {"address": "10.0.0.1"})
    again = database.open()
    assert [host.name for host in HostRepository(again, environ={}).list()] == ["web-1"]
    again.dispose()


def test_an_explicit_url_is_taken_as_it_is(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/other.db", data_dir=tmp_path / "data")
    assert (tmp_path / "other.db").is_file()
    assert not (tmp_path / "data").exists()
    engine.dispose()


def test_a_downgrade_leads_back_to_nothing_and_an_upgrade_to_the_same_again(
    engine: Engine, migrations: Config
) -> None:
    with engine.begin() as connection:
        migrations.attributes["connection"] = connection
        command.downgrade(migrations, "base")
    assert _tables(engine) == {"alembic_version"}
    with engine.begin() as connection:
        migrations.attributes["connection"] = connection
        command.upgrade(migrations, "head")
    assert present_revision(engine) == HEAD
    HostRepository(engine, environ={}).add("web-1", {})


def test_the_database_of_a_newer_monctl_is_refused_and_left_alone(database: Database, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match=r"monctl\S+ was made by a newer monctl: upgrade this one"):
        database.open()
    assert present_revision(engine) == "9999"


@pytest.mark.parametrize("content", [b"\x00garbage" * 1000, b"hosts: {}\n" * 100])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "monctl.db").write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=rf"{tmp_path}/monctl\.db: file is not a database"):
        open_database("sqlite", data_dir=tmp_path)
    assert (tmp_path / "monctl.db").read_bytes() == content


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnusable, match=r"data directory .*/file: file exists"):
        open_database("sqlite", data_dir=tmp_path / "file")


@pytest.mark.parametrize(
    "url", ["nonsense", "bogus://user:hunter2@host/db", "sqlite+bogus://user:hunter2@host/db", "pass:hunter2"]
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        open_database(url, data_dir=tmp_path)
    assert "hunter2" not in str(caught.value)


def test_a_database_that_breaks_while_it_is_open_is_named(database: Database, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE host"))
    said = r"no such table: host" if database.is_sqlite else r'relation "host" does not exist'
    with pytest.raises(DatabaseUnusable, match=rf"monctl\S+: {said}$"):
        HostRepository(engine, environ={}).list()


def test_a_migration_that_is_cut_short_leaves_no_half_of_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "monctl.db")) as connection:
        connection.execute("CREATE TABLE inventory_revision (something INTEGER)")
    for _ in range(2):
        with pytest.raises(DatabaseUnusable, match="table inventory_revision already exists"):
            open_database("sqlite", data_dir=tmp_path)
    with closing(sqlite3.connect(tmp_path / "monctl.db")) as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert "host" not in found


_OPEN = """
import sys
from pathlib import Path
from foundation.database.database import open_database
from foundation.database.migrations.schema_revision import present_revision
for line in sys.stdin:
    url, folder = line.split()
    print(present_revision(open_database(url, data_dir=Path(folder))), flush=True)
"""


def test_processes_that_migrate_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Several new databases, since who comes first differs each time."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_opening_process()) for _ in range(3)]
        for number in range(12):
            for process in processes:
                _tell(process, f"sqlite {tmp_path / str(number)}")
            assert [_answer(process) for process in processes] == [HEAD] * len(processes)


@pytest.mark.postgresql
def test_processes_that_migrate_one_postgresql_at_once_wait_for_each_other(
    tmp_path: Path, postgres: Cluster
) -> None:
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_opening_process()) for _ in range(3)]
        for _ in range(6):
            url = postgres.server.create_database()
            for process in processes:
                _tell(process, f"{url} {tmp_path}")
            assert [_answer(process) for process in processes] == [HEAD] * len(processes)
            postgres.server.drop_database(url)


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _opening_process() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _OPEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
