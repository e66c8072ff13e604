"""The host table and the counter that tells other processes that it has changed."""

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import sorted_text
from foundation.records.rows import OwnedRow

REVISION_ID = 1
"""The key of the one row of `inventory_revision`."""


class HostRow(OwnedRow, table=True):
    """A host as it is stored.

    `spec`: the entry, without what defaults and groups gave it. `paused`: what was last said by pause or
    resume, None to follow the entry.
    """

    __tablename__ = "host"

    name: str = Field(sa_column=Column(sorted_text(253), nullable=False, unique=True, index=True))
    paused: bool | None = Field(default=None)


class InventoryRevision(SQLModel, table=True):
    """One row whose number grows with every change to any host."""

    __tablename__ = "inventory_revision"

    id: int = Field(default=REVISION_ID, primary_key=True)
    revision: int = Field(default=0)
