"""The table of rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime, sorted_text


class RuleRow(SQLModel, table=True):
    """A rule of monctl.yaml or of the API; those that ship are in no table.

    `spec`: the rule as written, without its name. A row with the name of a rule that ships lays its keys over
    that one (`{"enabled": false}` switches it off). `version` grows with every change.
    """

    __tablename__ = "rule"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(sorted_text(128), nullable=False, unique=True, index=True))
    owner: str = Field(max_length=8)
    source_file: str | None = Field(default=None)
    source_line: int | None = Field(default=None)
    spec: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    version: int = Field(default=1)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
