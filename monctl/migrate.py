"""Brings a database's schema up to date, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from monctl.database import present_revision
from monctl.errors import DatabaseUnusable

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the missing migrations, all or none; raises DatabaseUnusable for a schema of a newer monctl."""
    present = present_revision(engine)
    if present is not None and present not in revisions():
        url = engine.url.render_as_string()
        raise DatabaseUnusable(f"database {url} was made by a newer monctl: upgrade this one")
    config = _config()
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            _begin_sqlite(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that holds changes of the schema too, which Python's sqlite3 would not."""
    connection.detach()  # so that no other user gets a connection with this setting
    connection.connection.dbapi_connection.isolation_level = None  # type: ignore[union-attr]
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def revisions() -> list[str]:
    """Every revision that this monctl knows, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
