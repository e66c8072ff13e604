"""Brings a database's schema up to date, with Alembic."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from foundation.database.drivers.driver_errors import POSTGRESQL, shown_url
from foundation.database.drivers.sqlite import begin_sqlite
from foundation.database.errors import DatabaseUnusable
from foundation.database.kinds import POSTGRESQL_MODULE
from foundation.database.migrations.schema_revision import present_revision
from foundation.late_import import late_import

_FOLDER = Path(__file__).parent


def upgrade(engine: Engine) -> None:
    """Run the missing migrations, all or none; raises DatabaseUnusable for a schema of a newer monctl."""
    with upgraded(engine):
        pass


@contextlib.contextmanager
def upgraded(engine: Engine) -> Iterator[Connection]:
    """A transaction in which the missing migrations have run; both are committed together, or neither is.

    Raises DatabaseUnusable for a schema of a newer monctl.
    """
    revision = present_revision(engine)
    if revision is not None and revision not in revisions():
        database = shown_url(engine.url)
        raise DatabaseUnusable(f"database {database} was made by a newer monctl: upgrade this one")
    config = _config()
    with engine.connect() as connection, connection.begin():
        _begin(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        yield connection


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        begin_sqlite(connection)
    elif connection.dialect.name == POSTGRESQL:
        late_import(POSTGRESQL_MODULE).take_migration_lock(connection)


def revisions() -> list[str]:
    """Every revision that this monctl knows, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
