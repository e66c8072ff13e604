"""PostgreSQL: how it is connected to, what it does not take, and its failures in monctl's words."""

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import sqlalchemy.exc
from psycopg import errors
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from access.audit.log import Actor, AuditLog
from access.audit.table import AuditRow
from alerts.history.repository import AlertRepository
from alerts.silences.repository import SilenceRepository
from foundation.database.database import open_database, shown_database
from foundation.database.drivers.driver_errors import is_unusable, unusable
from foundation.database.errors import DatabaseUnusable
from foundation.records.errors import RecordUnknown
from inventory.host_table.repository import HostRepository
from tests.support.databases import Cluster
from tests.support.postgres import PASSWORD, Postgres, running_postgres

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgres: Cluster) -> Iterator[str]:
    """A migrated database."""
    url = postgres.take()
    yield url
    postgres.give_back(url)


@pytest.fixture
def opened(url: str, tmp_path: Path) -> Iterator[Engine]:
    """An engine on it."""
    engine = open_database(url, data_dir=tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server of the test's own, to be stopped and started."""
    with running_postgres() as server:
        yield server


def _setting(engine: Engine, name: str) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text(f"SHOW {name}")))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_each_usual_scheme_is_taken_and_shown_without_driver_and_password(
    url: str, tmp_path: Path, scheme: str
) -> None:
    engine = open_database(url.replace("postgresql", scheme, 1), data_dir=tmp_path)
    assert shown_database(engine) == url.replace(PASSWORD, "***")
    engine.dispose()


def test_a_session_gives_up_in_time_and_says_who_it_is(opened: Engine) -> None:
    wanted = {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
        "TimeZone": "UTC",
        "application_name": "monctl",
        "transaction_isolation": "read committed",
    }
    assert {name: _setting(opened, name) for name in wanted} == wanted


def test_what_the_url_says_holds_against_our_own_settings(url: str, tmp_path: Path) -> None:
    more = "?application_name=mine&options=-c%20statement_timeout%3D5s"
    engine = open_database(url + more, data_dir=tmp_path)
    assert [_setting(engine, name) for name in ("application_name", "statement_timeout")] == ["mine", "5s"]
    assert _setting(engine, "TimeZone") == "UTC"
    engine.dispose()


def test_a_password_in_the_urls_query_is_shown_nowhere(url: str, tmp_path: Path) -> None:
    engine = open_database(url.replace(f":{PASSWORD}@", "@") + f"?password={PASSWORD}", data_dir=tmp_path)
    assert PASSWORD not in shown_database(engine)
    engine.dispose()
    with pytest.raises(DatabaseUnusable) as caught:
        open_database("postgresql://me@127.0.0.1:1/x?password=hunter2&sslpassword=hunter2", data_dir=tmp_path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "other", "said"),
    [
        (PASSWORD, "wrong-hunter2", 'password authentication failed for user "monctl" (are user and'),
        ("/monctl_", "/nowhere_", "does not exist (make it: CREATE DATABASE "),
        ("127.0.0.1:", "127.0.0.9:", "Connection refused (is PostgreSQL running there?)"),
        ("127.0.0.1", "no.such.host.invalid", "(is the host's name right"),
        (f":{PASSWORD}@", "@", "no password supplied (write postgresql://USER:PASSWORD@HOST/DATABASE)"),
    ],
)
def test_a_connection_that_fails_is_told_in_one_line_with_the_next_step(
    url: str, tmp_path: Path, part: str, other: str, said: str
) -> None:
    wrong = url.replace(part, other)
    with pytest.raises(DatabaseUnusable) as caught:
        open_database(wrong, data_dir=tmp_path)
    told = str(caught.value)
    assert said in told
    assert "\n" not in told
    assert "hunter2" not in told
    assert PASSWORD not in told
    assert told.startswith(f"database {wrong.replace('wrong-hunter2', '***').replace(PASSWORD, '***')}: ")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg2://u:hunter2@h/d", "write postgresql://…, monctl brings its own driver"),
        ("postgresql+asyncpg://u:hunter2@h/d", "write postgresql://…, monctl brings its own driver"),
        ("postgresql://u:hunter2@h:port/d", "must be `sqlite` or a URL"),
        ("postgresql://u:hunter2@127.0.0.1/d?nonsense=1", 'invalid connection option "nonsense"'),
    ],
)
def test_a_url_that_cannot_be_used_is_refused(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        open_database(url, data_dir=tmp_path)
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_database_of_another_encoding_is_refused(postgres: Cluster, tmp_path: Path) -> None:
    made = "CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0 OWNER monctl"
    postgres.server.execute(made)
    try:
        with pytest.raises(DatabaseUnusable, match="database old: its encoding is LATIN1, which cannot"):
            open_database(postgres.server.url("old"), data_dir=tmp_path)
    finally:
        postgres.server.execute("DROP DATABASE old")


def test_a_user_without_rights_is_told_to_become_the_owner(postgres: Cluster, tmp_path: Path) -> None:
    postgres.server.execute("CREATE DATABASE others TEMPLATE template0")
    try:
        with pytest.raises(
            DatabaseUnusable, match=r"permission denied for schema public \(the user must own"
        ):
            open_database(postgres.server.url("others"), data_dir=tmp_path)
    finally:
        postgres.server.execute("DROP DATABASE others")


def test_text_and_numbers_that_postgresql_does_not_know_are_written_as_what_it_does(opened: Engine) -> None:
    audit = AuditLog(opened)
    audit.write(Actor("user:a\x00b"), "test", "n\x00", value=math.nan, text="\x00", deep=[{"x": math.inf}])
    (row,), total = audit.entries(target="n\x00")
    assert total == 1
    assert (row.actor, row.target) == ("user:a\ufffdb", "n\ufffd")
    assert row.detail == {"value": None, "text": "\x00", "deep": [{"x": None}]}


def test_an_id_that_no_row_can_have_is_unknown(opened: Engine) -> None:
    for number in (2**31, 2**63, 2**70):
        with pytest.raises(RecordUnknown):
            AlertRepository(opened).get(number)
        with pytest.raises(RecordUnknown):
            SilenceRepository(opened).get(number)


def test_names_are_sorted_by_code_point_whatever_the_language_of_the_server(opened: Engine) -> None:
    with opened.connect() as connection:
        found = connection.execute(
            text(
                "SELECT DISTINCT collation_name FROM information_schema.columns WHERE column_name = 'name'"
                " AND table_name IN ('host', 'rule', 'channel', 'account', 'api_key')"
            )
        )
        assert found.scalars().all() == ["C"]


def test_a_statement_that_waits_too_long_for_another_is_the_databases_failure(
    opened: Engine, url: str, tmp_path: Path
) -> None:
    hurried = open_database(f"{url}?options=-c%20statement_timeout%3D200ms", data_dir=tmp_path)
    with opened.begin() as connection:
        connection.execute(text("LOCK TABLE host"))
        with pytest.raises(DatabaseUnusable, match="canceling statement due to statement timeout"):
            HostRepository(hurried, environ={}).list()
    assert HostRepository(hurried, environ={}).list() == ()
    hurried.dispose()


def test_of_two_that_wait_for_each_other_one_is_told_so_and_may_try_again(opened: Engine) -> None:
    audit = AuditLog(opened)
    for name in ("a", "b"):
        audit.write(Actor("test"), "test", name)
    met = threading.Barrier(2)
    ended: list[str] = []

    def change(first: str, second: str) -> None:
        try:
            with opened.begin() as connection:
                for target in (first, second):
                    statement = text("UPDATE audit SET action = 'x' WHERE target = :target")
                    connection.execute(statement, {"target": target})
                    if target == first:
                        met.wait(10)
        except DatabaseUnusable as error:
            ended.append(str(error).rpartition(": ")[2])
        else:
            ended.append("")

    threads = [threading.Thread(target=change, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["", "deadlock detected"]


def test_an_engine_outlives_a_crash_of_the_server(own_postgres: Postgres, tmp_path: Path) -> None:
    engine = open_database(own_postgres.create_database(), data_dir=tmp_path)
    repository = HostRepository(engine, environ={})
    repository.add("web-1", {})
    with engine.connect() as connection:
        own_postgres.stop("immediate")
        with pytest.raises(DatabaseUnusable):
            connection.execute(text("SELECT 1"))
    with pytest.raises(DatabaseUnusable, match="is PostgreSQL running there"):
        repository.list()
    own_postgres.start()
    assert [host.name for host in repository.list()] == ["web-1"]
    engine.dispose()


def test_a_session_that_an_administrator_ends_costs_at_most_one_transaction(
    opened: Engine, url: str, postgres: Cluster
) -> None:
    with opened.connect() as connection:
        connection.execute(text("SELECT 1"))
        postgres.server.disconnect(url)
        with pytest.raises(DatabaseUnusable, match="terminating connection"):
            connection.execute(text("SELECT 1"))
    assert HostRepository(opened, environ={}).list() == ()
    with opened.connect():
        pass
    postgres.server.disconnect(url)  # of one that nobody uses now, nobody notices
    assert HostRepository(opened, environ={}).list() == ()


def _every_error() -> list[type[psycopg.Error]]:
    """All classes of psycopg, those for one SQLSTATE included."""
    found: list[type[psycopg.Error]] = []
    waiting: list[type[psycopg.Error]] = [psycopg.Error]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.append(kind)
            waiting += kind.__subclasses__()
    return found


_LEFT_ALONE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.NotSupportedError,
    psycopg.ProgrammingError,
)
"""What a statement did wrong, which whoever wrote it must hear of."""

_SCHEMA = {
    errors.InvalidSchemaName,
    errors.InsufficientPrivilege,
    errors.DuplicateColumn,
    errors.UndefinedColumn,
    errors.UndefinedObject,
    errors.DuplicateObject,
    errors.DatatypeMismatch,
    errors.WrongObjectType,
    errors.UndefinedTable,
    errors.DuplicateTable,
}


def _context(opened: Engine, error: psycopg.Error, **changes: Any) -> Any:
    """What SQLAlchemy tells its listeners of an error within a statement."""
    wrapped = sqlalchemy.exc.DBAPIError.instance("SELECT", {}, error, psycopg.Error, dialect=opened.dialect)
    given = {
        "is_pre_ping": False,
        "engine": opened,
        "connection": object(),
        "is_disconnect": False,
        "dialect": opened.dialect,
        "original_exception": error,
        "sqlalchemy_exception": wrapped,
    }
    return SimpleNamespace(**(given | changes))


def test_every_error_of_psycopg_is_either_the_databases_or_a_statements(opened: Engine) -> None:
    kinds = _every_error()
    assert len(kinds) > 200
    for kind in kinds:
        if kind is psycopg.Error:
            continue  # nothing raises it itself
        is_ours = issubclass(kind, _LEFT_ALONE) and kind not in _SCHEMA
        context = _context(opened, kind("hunter"))
        assert is_unusable(context) is not is_ours, kind
        assert is_unusable(_context(opened, kind("x"), is_disconnect=True)), kind
        assert is_unusable(_context(opened, kind("x"), connection=None)), kind
        assert not is_unusable(_context(opened, kind("x"), is_pre_ping=True)), kind


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            'connection failed: FATAL:  role "x" does not exist',
            'role "x" does not exist (make it: CREATE ROLE "x"',
        ),
        (
            "connection timeout expired\nMultiple connection attempts failed",
            "connection timeout expired (is the",
        ),
        (
            "consuming input failed: server closed\n\tThis probably means",
            "consuming input failed: server closed",
        ),
        ("FATAL:  sorry, too many clients already", "sorry, too many clients already (raise max_connections"),
        ("", "Error"),
    ],
)
def test_of_a_long_message_the_line_is_told_that_matters(error: str, told: str) -> None:
    assert str(unusable("postgresql://h/d", psycopg.Error(error))).startswith(
        f"database postgresql://h/d: {told}"
    )


def test_rows_come_back_as_they_were_written(opened: Engine) -> None:
    hostile = [
        "",
        "'; DROP TABLE host; --",
        "%s %(x)s :name \\",
        "üñí 漢字 🦊",
        "\u202e\u200b",
        "\r\n\t",
        "{}",
        "NULL",
    ]
    audit = AuditLog(opened)
    for each in hostile:
        audit.write(Actor("test"), "test", each, text=each, nested={each: [each]})
    with Session(opened) as session:
        rows = session.exec(select(AuditRow).order_by(col(AuditRow.id))).all()
    assert [row.target for row in rows] == hostile
    assert [row.detail for row in rows] == [{"text": each, "nested": {each: [each]}} for each in hostile]
