"""Runs the migrations on the connection that `monctl.database` opened."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from inventory import table
from web.access import tables as access_tables
from web.audit import table as audit_table

TABLES = (table, access_tables, audit_table)
"""The modules whose import fills the metadata."""


def run_migrations(connection: Connection) -> None:
    """Bring one database up to date."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_migrations(context.config.attributes["connection"])
