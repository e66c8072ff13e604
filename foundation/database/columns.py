"""Columns that behave the same on every database."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, TypeDecorator

LAST_ID = 2**31 - 1
"""The greatest id that a row can have; PostgreSQL does not let a greater one be looked for."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC times on every database, also on those that forget the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time as the database stores it; raises ValueError for one without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time as the program uses it, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sorted_text(characters: int) -> String:
    """The type of a column that lists are sorted by: by code point on every database.

    PostgreSQL would sort by the language of the server.
    """
    return String(characters).with_variant(String(characters, collation="C"), "postgresql")
