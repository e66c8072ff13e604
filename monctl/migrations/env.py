"""Runs the migrations on the connection that `monctl.database` opened."""

from alembic import context
from sqlalchemy import Connection

from monctl.tables import all_tables


def run_migrations(connection: Connection) -> None:
    """Bring one database up to date."""
    context.configure(connection=connection, target_metadata=all_tables(), render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_migrations(context.config.attributes["connection"])
