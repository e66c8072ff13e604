"""The table of silences."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime


class SilenceRow(SQLModel, table=True):
    """A silence; `ends_at` is None for a recurring one without end.

    `matchers`: `{"hosts": [selector], "rules": [pattern], "labels": {name: pattern}}`, what is left out
    matches all. `schedule`: None for a one-off, else `{"weekdays": [0-6], "start": "22:00", "end": "06:00",
    "time_zone": "Europe/Berlin"}`, Monday being 0 and the weekday that of the window's start.
    """

    __tablename__ = "silence"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    matchers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    schedule: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    comment: str = Field(default="", max_length=1000)
    created_by: str = Field(max_length=128)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    ends_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True, index=True))
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
