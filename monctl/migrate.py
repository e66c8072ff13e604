"""Brings a database's schema up to date, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from monctl.database import present_revision
from monctl.errors import DatabaseUnusable

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; raises DatabaseUnusable for a schema of a newer monctl."""
    present = present_revision(engine)
    if present is not None and present not in revisions():
        url = engine.url.render_as_string()
        raise DatabaseUnusable(f"database {url} was made by a newer monctl: upgrade this one")
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revisions() -> list[str]:
    """Every revision that this monctl knows, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
