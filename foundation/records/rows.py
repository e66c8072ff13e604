"""Columns that the tables of records share."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime
from foundation.records.owner import Owner


class RecordRow(SQLModel):
    """A record with a unique name; `version` grows with every change."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    updated_at: datetime = Field(sa_type=UtcDateTime, nullable=False)


class OwnedRow(RecordRow):
    """A record that a file or the API owns.

    `source_file`, `source_line`: where a file-owned one stands. `spec`: as written, its `${…}` references
    kept and never resolved; it stands alone.
    """

    owner: str = Field(default=Owner.API.value, max_length=8)
    source_file: str | None = Field(default=None)
    source_line: int | None = Field(default=None)
    spec: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, nullable=False)
