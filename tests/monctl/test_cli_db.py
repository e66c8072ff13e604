"""`monctl db migrate-to`: everything is in the other database afterwards, or nothing is."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, insert, inspect, select, text

from access.audit.log import Actor
from access.credentials.passwords import Verifier
from access.roles import Role
from foundation.database.database import connect_database, open_database
from foundation.database.drivers.postgresql import text_without_nul
from foundation.database.errors import DatabaseUnusable
from inventory.host_table.repository import HostRepository
from monctl.cli.upkeep.db import without_password
from monctl.cli.upkeep.db_copy import copy_database
from monctl.daemon.lock import daemon_lock
from monctl.tables import all_tables
from tests.support.commands import Commands
from tests.support.databases import KINDS, SQLITE, Cluster, Database
from tests.support.filled_database import PASSWORD, fill
from tests.support.postgres import PASSWORD as DATABASE_PASSWORD
from web.auth.opening import open_access

ENVIRON = {"DATABASE_PASSWORD": DATABASE_PASSWORD}
EMPTY_TABLES = {"alembic_version"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database in use."""
    database = Database(SQLITE, tmp_path_factory.mktemp("filled"))
    engine = database.open()
    fill(database, engine)
    engine.dispose()
    return database.folder / "monctl.db"


@pytest.fixture
def source(commands: Commands, filled: Path) -> Iterator[Engine]:
    """The database of an installation in use."""
    database = Database(SQLITE, commands.folder / "data")
    database.folder.mkdir()
    shutil.copy(filled, database.folder)
    engine = database.open()
    yield engine
    engine.dispose()


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, its password in a variable."""
    if request.param == SQLITE:
        yield f"sqlite:///{tmp_path}/other.db"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.server.create_database()
    yield url.replace(DATABASE_PASSWORD, "${DATABASE_PASSWORD}")
    cluster.server.drop_database(url)


def _opened(target: str, folder: Path) -> Engine:
    return connect_database(target.replace("${DATABASE_PASSWORD}", DATABASE_PASSWORD), data_dir=folder)


def _rows(engine: Engine, table: Table) -> Sequence[Mapping[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


def _without_nul(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text_without_nul(value) if isinstance(value, str) else value for name, value in row.items()}


def test_every_row_of_every_table_is_in_the_other_database(
    commands: Commands, source: Engine, target: str
) -> None:
    done = commands.run("db", "migrate-to", target, "--json", environ=ENVIRON)
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    copy = _opened(target, commands.folder)
    counted = {table["name"]: table["rows"] for table in told["tables"]}
    assert counted.keys() == set(inspect(source).get_table_names()) - {"alembic_version"}
    for table in all_tables().sorted_tables:
        rows = _rows(source, table)
        assert rows, f"the test has nothing in {table.name}"
        wanted = rows if copy.dialect.name == SQLITE else [_without_nul(row) for row in rows]
        assert _rows(copy, table) == wanted
        assert counted[table.name] == len(rows)
    assert told["rows"] == sum(counted.values())
    assert told["database"] == target
    assert DATABASE_PASSWORD not in done.stdout
    copy.dispose()


def test_ids_go_on_after_the_last_that_was_ever_given(
    commands: Commands, source: Engine, target: str
) -> None:
    assert commands.run("db", "migrate-to", target, environ=ENVIRON).exit_code == 0
    copy = _opened(target, commands.folder)
    for table in all_tables().sorted_tables:
        row = _rows(source, table)[-1]
        fresh = {name: value for name, value in row.items() if name != "id"}
        fresh |= {name: "fresh" for name in ("name", "digest") if name in fresh}
        following = []
        for engine in (source, copy):
            with engine.begin() as connection:
                if table.name in ("inventory_revision", "alert_revision", "signing_key"):
                    continue  # their ids are their names
                wanted = insert(table).values(fresh).returning(table.c.id)
                following.append(connection.execute(wanted).scalar_one())
        if table.name == "account" and copy.dialect.name != SQLITE:
            assert following[0] <= following[1]
        elif following:
            assert following[0] == following[1], table.name
    copy.dispose()


def test_the_copy_is_an_installation_that_works(commands: Commands, source: Engine, target: str) -> None:
    assert commands.run("db", "migrate-to", target, environ=ENVIRON).exit_code == 0
    (commands.folder / "monctl.yaml").write_text(f"database: {target}\n")
    source.dispose()
    (commands.folder / "data" / "monctl.db").unlink()
    listed = commands.run("hosts", "list", "--json", environ=ENVIRON)
    assert [host["name"] for host in json.loads(listed.stdout)["items"]] == ["web-1", "web-2"]
    copy = _opened(target, commands.folder)
    users = open_access(copy).accounts.users
    assert asyncio.run(Verifier().verify(PASSWORD, users.get("vera").password_hash))[0]
    users.add("fresh", PASSWORD, Role.VIEWER, actor=Actor("test"))
    HostRepository(copy, environ={}).add("web-3", {})
    copy.dispose()


def test_people_are_shown_a_table_and_the_line_to_write(
    commands: Commands, source: Engine, target: str
) -> None:
    done = commands.run("db", "migrate-to", target, environ=ENVIRON)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["TABLE", "ROWS"]
    assert "account 2" in [" ".join(line.split()) for line in lines]
    assert lines[-1] == f"database: {target}"
    assert f"Now write into {commands.folder}/monctl.yaml:" in done.stderr
    assert "monctl.db, is not used any more then" in done.stderr


def test_a_database_that_holds_something_is_refused_with_the_tables_name(
    commands: Commands, source: Engine, target: str
) -> None:
    copy = _opened(target, commands.folder)
    open_database(copy.url.render_as_string(hide_password=False), data_dir=commands.folder).dispose()
    HostRepository(copy, environ={}).add("own", {})
    done = commands.run("db", "migrate-to", target, environ=ENVIRON)
    assert done.exit_code == 2
    assert "is not empty: make a new database for monctl" in done.stderr
    assert "the table host" in done.stderr or "the table inventory_revision" in done.stderr
    assert [host.name for host in HostRepository(copy, environ={}).list()] == ["own"]
    copy.dispose()


def test_a_failure_leaves_the_other_database_as_it_was(
    commands: Commands, source: Engine, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("monctl.cli.upkeep.db_copy.continue_ids", _fail_at("delivery"))
        done = commands.run("db", "migrate-to", target, environ=ENVIRON)
    assert done.exit_code == 2
    copy = _opened(target, commands.folder)
    assert set(inspect(copy).get_table_names()) <= EMPTY_TABLES
    assert commands.run("db", "migrate-to", target, environ=ENVIRON).exit_code == 0
    copy.dispose()


def _fail_at(name: str) -> Any:
    def fail(connection: Any, table: Table, last: int) -> None:
        if table.name == name:
            raise DatabaseUnusable("the test says so")

    return fail


def test_a_row_that_arrives_otherwise_than_it_left_is_found(
    commands: Commands, source: Engine, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monctl.cli.upkeep.db_copy._Copy._insert", _insert_spoilt)
    done = commands.run("db", "migrate-to", target, environ=ENVIRON)
    assert done.exit_code == 2
    assert "table account: what was copied differs from what was read; nothing was changed" in done.stderr
    copy = _opened(target, commands.folder)
    assert set(inspect(copy).get_table_names()) <= EMPTY_TABLES
    copy.dispose()


def _insert_spoilt(self: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    if table.name == "account":
        rows = [{**row, "role": "admin"} for row in rows]
    self._new.execute(insert(table), rows)


@pytest.mark.postgresql
def test_text_that_does_not_fit_is_named_with_its_row(
    commands: Commands, source: Engine, postgres: Cluster
) -> None:
    with source.begin() as connection:
        connection.execute(text("UPDATE account SET name = :name WHERE id = 2"), {"name": "x" * 65})
    url = postgres.server.create_database()
    done = commands.run("db", "migrate-to", url)
    assert done.exit_code == 2
    assert "table account: row 2: name has 65 characters, of 64 at most; nothing was changed" in done.stderr
    assert DATABASE_PASSWORD not in done.stderr
    postgres.server.drop_database(url)


def test_the_daemons_database_is_not_copied_while_it_runs(
    commands: Commands, source: Engine, tmp_path: Path
) -> None:
    with daemon_lock(commands.folder / "data"):
        done = commands.run("db", "migrate-to", f"sqlite:///{tmp_path}/other.db")
    assert done.exit_code == 2
    assert "monctl poll already runs on" in done.stderr
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize("url", ["sqlite", "sqlite:///{folder}/data/monctl.db", "sqlite:///{folder}/link.db"])
def test_a_database_is_not_copied_onto_itself(commands: Commands, source: Engine, url: str) -> None:
    (commands.folder / "link.db").symlink_to(commands.folder / "data" / "monctl.db")
    done = commands.run("db", "migrate-to", url.format(folder=commands.folder))
    assert done.exit_code == 2
    assert "that is the one which is in use" in done.stderr
    assert len(HostRepository(source, environ={}).list()) == 2


def test_nobody_writes_into_the_old_database_meanwhile(
    commands: Commands, source: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []

    def try_to_write(connection: Any, table: Table, last: int) -> None:
        if table.name == "host":
            other = open_database("sqlite", data_dir=commands.folder / "data")
            with other.connect() as writer:
                writer.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    writer.exec_driver_sql("UPDATE host SET version = 9")
                except DatabaseUnusable as error:
                    found.append(str(error).rpartition(": ")[2])
            other.dispose()

    monkeypatch.setattr("monctl.cli.upkeep.db_copy.continue_ids", try_to_write)
    assert commands.run("db", "migrate-to", f"sqlite:///{tmp_path}/other.db").exit_code == 0
    assert found == ["database is locked"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("postgresql://u:hunter2@h:5432/d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:hun@ter:2@h/d?sslmode=require", "postgresql://u:***@h/d?sslmode=require"),
        ("postgresql://u:${PW}@h/d", "postgresql://u:${PW}@h/d"),
        ("postgresql://u:x${PW}@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:${PW:-hunter2}@h/d", "postgresql://u:***@h/d"),
        ("postgresql:///d?password=hunter2&host=/run", "postgresql:///d?password=***&host=/run"),
        ("${DATABASE_URL}", "${DATABASE_URL}"),
        ("postgresql://h/d", "postgresql://h/d"),
    ],
)
def test_the_line_to_write_shows_no_password_but_its_variable(written: str, shown: str) -> None:
    assert without_password(written) == shown


def test_a_variable_that_is_not_set_is_named(commands: Commands) -> None:
    done = commands.run("db", "migrate-to", "postgresql://u:${NO_SUCH_VARIABLE}@h/d")
    assert done.exit_code == 2
    assert "the environment variable NO_SUCH_VARIABLE is not set" in done.stderr


def test_the_count_of_rows_is_told_while_it_goes_on(source: Engine, tmp_path: Path) -> None:
    target = connect_database(f"sqlite:///{tmp_path}/other.db", data_dir=tmp_path)
    told: list[tuple[int, int]] = []
    copied = copy_database(source, target, progress=lambda done, total: told.append((done, total)))
    total = 2 * sum(table.rows for table in copied)
    assert told == sorted(told)
    assert {each for _, each in told} == {total}
    assert told[-1] == (total, total)
    with target.connect() as connection:
        for table in all_tables().sorted_tables:
            counted = connection.scalar(select(func.count()).select_from(table))
            assert counted == next(each.rows for each in copied if each.name == table.name)
    target.dispose()
