"""The host table and the counter that tells other processes that it has changed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, String, TypeDecorator
from sqlmodel import Field, SQLModel

from inventory.host import Owner

REVISION_ID = 1
"""The key of the one row of `inventory_revision`."""

LAST_ID = 2**31 - 1
"""The greatest id that a row can have; PostgreSQL does not let a greater one be looked for."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC times on every database, also on those that forget the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a naive time is a mistake."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def sorted_text(characters: int) -> String:
    """The type of a column that lists are sorted by: by code point on every database.

    PostgreSQL would sort by the language of the server.
    """
    return String(characters).with_variant(String(characters, collation="C"), "postgresql")


class HostRow(SQLModel, table=True):
    """A host as it is stored.

    `source_file`, `source_line`: where a file-owned host stands. `spec`: the entry as written, its `${…}`
    references kept and never resolved; it stands alone, without defaults and groups. `paused`: what was last
    said by pause or resume, None to follow the entry. `version` grows with every change.
    """

    __tablename__ = "host"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(sorted_text(253), nullable=False, unique=True, index=True))
    owner: str = Field(default=Owner.API.value, max_length=8)
    source_file: str | None = Field(default=None)
    source_line: int | None = Field(default=None)
    spec: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    paused: bool | None = Field(default=None)
    version: int = Field(default=1)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class InventoryRevision(SQLModel, table=True):
    """One row whose number grows with every change to any host."""

    __tablename__ = "inventory_revision"

    id: int = Field(default=REVISION_ID, primary_key=True)
    revision: int = Field(default=0)
