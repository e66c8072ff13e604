"""Parts that a setting or the state of a file decides on, imported when they are decided on.

Each brings libraries along (SQLAlchemy, Alembic, psycopg, NumPy, Jinja2) that take longer to import than a
command that does without them runs.
"""

from enum import StrEnum


class LateModule(StrEnum):
    """For `late_import`."""

    DATABASE = "foundation.database.database"
    HOST_TABLE = "inventory.host_table.repository"
    FIRING_ALERTS = "monctl.glance.firing"
    ENVIRONMENT = "monctl.settings.environment"
    RULES = "alerts.rules.document"
    RULE_SCHEMA = "alerts.rules.keys"
    STORED_LATEST = "monctl.glance.latest"
    SQLITE_STORE = "metrics.stores.sqlite.store"
    INFLUX_STORE = "metrics.stores.influx.store"
