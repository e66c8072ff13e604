"""Which databases there are, and what they are called."""

SQLITE = "sqlite"
"""What the settings call the database in the data directory."""

DATABASE_NAME = "monctl.db"
"""The SQLite database in the data directory."""

POSTGRESQL_MODULE = "foundation.database.drivers.postgresql"
"""Imported late: psycopg is not needed for SQLite."""
