"""The table of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime


class AuditRow(SQLModel, table=True):
    """One change: when, who, from where, what. `id` grows with time; rows are never changed."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    time: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    actor: str = Field(max_length=128, index=True)
    address: str | None = Field(default=None, max_length=64)
    action: str = Field(max_length=64)
    target: str = Field(max_length=253, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
