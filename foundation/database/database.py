"""The database of inventory, users and alerts: opened and migrated here, handed to whoever needs it."""

import contextlib
import logging
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from foundation.database.drivers.driver_errors import is_postgresql, shown_url, translator, unusable
from foundation.database.drivers.sqlite import migrating_alone, sqlite_engine, sqlite_url
from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import POSTGRESQL_MODULE, SQLITE
from foundation.database.migrations import HEAD
from foundation.database.migrations.schema_revision import present_revision
from foundation.late_import import late_import

_MIGRATIONS_MODULE = "foundation.database.migrations.upgrade"
"""Imported late: Alembic takes longer to import than most commands take to run."""

log = logging.getLogger(__name__)


def open_database(url: str, *, data_dir: Path) -> Engine:
    """An engine on the migrated database; `sqlite` stands for `monctl.db` in the data directory.

    Raises DatabaseUnusable when it cannot be reached, is not ours, or comes from a newer monctl; the engine
    raises it too, in place of SQLAlchemy's errors, when the database fails later.
    """
    engine = connect_database(url, data_dir=data_dir)
    try:
        _migrate(engine)
    except (DatabaseUnusable, OSError) as error:
        engine.dispose()
        if isinstance(error, OSError):
            raise unusable(shown_database(engine), error) from error
        raise
    return engine


def connect_database(url: str, *, data_dir: Path) -> Engine:
    """An engine on a database as it is, which is not asked for anything yet; raises DatabaseUnusable."""
    try:
        engine = _engine(make_url(sqlite_url(data_dir) if url == SQLITE else url))
    except (ArgumentError, ValueError) as error:
        # neither the URL nor SQLAlchemy's words: a password may stand in both
        raise DatabaseUnusable("database: must be `sqlite` or a URL that SQLAlchemy knows") from error
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(
            f"database: must be `sqlite` or postgresql://… (there is no Python package {error.name})"
        ) from error
    event.listen(engine, "handle_error", translator(shown_database(engine)))
    return engine


def shown_database(engine: Engine) -> str:
    """How messages name a database: its URL without the password."""
    return shown_url(engine.url)


def _engine(url: URL) -> Engine:
    if is_postgresql(url):
        engine: Engine = late_import(POSTGRESQL_MODULE).postgresql_engine(url)
        return engine
    return sqlite_engine(url) if url.get_backend_name() == SQLITE else create_engine(url)


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date; a second process that does the same at the same time waits its turn."""
    if present_revision(engine) == HEAD:
        return
    with migrating_alone(engine) if engine.dialect.name == SQLITE else contextlib.nullcontext():
        late_import(_MIGRATIONS_MODULE).upgrade(engine)
    log.info("database schema is now at revision %s", HEAD)
