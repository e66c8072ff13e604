"""Runs the migrations on the connection that `monctl.database` opened."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from alerts import revision as alert_revision
from alerts.book import table as alert_table
from alerts.channels import table as channel_table
from alerts.outbox import table as outbox_tables
from alerts.rules import table as rule_table
from alerts.silences import table as silence_table
from inventory import table
from web.access import tables as access_tables
from web.audit import table as audit_table

TABLES = (
    table,
    access_tables,
    audit_table,
    alert_revision,
    rule_table,
    channel_table,
    silence_table,
    alert_table,
    outbox_tables,
)
"""The modules whose import fills the metadata."""


def run_migrations(connection: Connection) -> None:
    """Bring one database up to date."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_migrations(context.config.attributes["connection"])
