"""The host table and the counter that tells other processes that it has changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime, sorted_text
from inventory.host import Owner

REVISION_ID = 1
"""The key of the one row of `inventory_revision`."""


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
