"""The database of inventory, users and alerts: opened and migrated here, handed to whoever needs it."""

import contextlib
import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from monctl.errors import DatabaseUnusable

_BUSY_SECONDS = 10.0
_MIGRATIONS = Path(__file__).parent / "migrations"

log = logging.getLogger(__name__)


def open_database(url: str, *, data_dir: Path) -> Engine:
    """An engine on the migrated database; `sqlite` stands for `monctl.db` in the data directory.

    Raises DatabaseUnusable when it cannot be reached, is not ours, or comes from a newer monctl.
    """
    if url == "sqlite":
        data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
        url = f"sqlite:///{data_dir / 'monctl.db'}"
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS} if url.startswith("sqlite") else {})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _migrate(engine)
    except (OperationalError, DatabaseError) as error:
        engine.dispose()
        raise DatabaseUnusable(f"database {engine.url.render_as_string()}: {error.orig}") from error
    return engine


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other processes from migrating the same SQLite file; PostgreSQL's transactions need no help."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    """Bring the schema up to date; a second process that does the same at the same time waits its turn."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present == script.get_current_head():
        return
    known = {revision.revision for revision in script.walk_revisions()}
    if present is not None and present not in known:
        raise DatabaseUnusable(
            f"database {engine.url.render_as_string()} was made by a newer monctl: upgrade this one"
        )
    with _alone(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    log.info("database schema is now at revision %s", script.get_current_head())
