"""The table of alerts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime


class AlertRow(SQLModel, table=True):
    """One alert, from the moment its rule became true.

    `host`: "" for an alert of the poller itself. `since`: when the rule became true. `readings`: what was
    compared when it fired, `cleared_readings` when it cleared (see `alerts.notice.Reading`). `members`: the
    hosts that it stands for (those behind a jump host that is down; all of them when the poller is cut off).
    `notified_at`: of the last firing or repeat message. `revision` grows over all alerts with each change.
    """

    __tablename__ = "alert"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    rule: str = Field(max_length=128, index=True)
    host: str = Field(max_length=253, index=True)
    labels: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    tags: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = Field(max_length=16, index=True)
    severity: str = Field(max_length=16)
    since: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    fired_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), index=True))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), index=True))
    resolution: str | None = Field(default=None, max_length=16)
    reason: str | None = Field(default=None, max_length=32)
    detail: str = Field(default="")
    readings: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    cleared_readings: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    top: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    members: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    is_flapping: bool = Field(default=False)
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    acknowledged_by: str | None = Field(default=None, max_length=128)
    note: str | None = Field(default=None, max_length=1000)
    notified_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    escalated_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    revision: int = Field(default=0, index=True)
