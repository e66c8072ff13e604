"""Parts that a setting or the state of a file decides on, imported when they are decided on.

Each brings libraries along (SQLAlchemy, Alembic, psycopg, NumPy, Jinja2) that take longer to import than a
command that does without them runs. Nowhere else is anything imported but at the top of a module.
"""

import importlib
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """A part, and the module that it is."""

    DATABASE = "foundation.database.database"
    POSTGRESQL = "foundation.database.postgresql"
    MIGRATIONS = "foundation.database.migrations.upgrade"
    HOST_TABLE = "inventory.host_table.repository"
    FIRING_ALERTS = "monctl.firing"
    ENVIRONMENT = "monctl.settings_environment"
    RULES = "alerts.rules.document"
    RULE_SCHEMA = "alerts.rules.keys"
    STORED_LATEST = "monctl.stored_latest"
    SQLITE_STORE = "metrics.stores.sqlite.store"
    INFLUX_STORE = "metrics.stores.influx.store"


def load(part: Part) -> Any:
    """The module of a part."""
    return importlib.import_module(part.value)
