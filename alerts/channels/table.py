"""The table of channels that were made over the API; those of monctl.yaml are in no table."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime, sorted_text


class ChannelRow(SQLModel, table=True):
    """A channel: `url` as written, its `${…}` references kept and never resolved."""

    __tablename__ = "channel"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(sorted_text(64), nullable=False, unique=True, index=True))
    url: str
    min_severity: str = Field(max_length=16)
    version: int = Field(default=1)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    updated_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
