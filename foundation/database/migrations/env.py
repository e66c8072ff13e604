"""Runs the migrations on the connection that `foundation.database.database` opened."""

from alembic import context
from sqlalchemy import Connection


def run_migrations(connection: Connection) -> None:
    """Bring one database up to date."""
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_migrations(context.config.attributes["connection"])
