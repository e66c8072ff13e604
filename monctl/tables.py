"""All tables of the database, wherever in the rooms they are declared."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from access import tables as access_tables
from access.audit import table as audit_table
from alerts import revision as alert_revision
from alerts import tables as alert_tables
from alerts.channels import table as channel_table
from alerts.rules import table as rule_table
from alerts.silences import table as silence_table
from inventory.host_table import table as host_table

MODULES = (
    host_table,
    access_tables,
    audit_table,
    alert_revision,
    rule_table,
    channel_table,
    silence_table,
    alert_tables,
)
"""The modules whose import fills the metadata."""


def all_tables() -> MetaData:
    """The metadata of all tables, which the migrations must arrive at."""
    return SQLModel.metadata
