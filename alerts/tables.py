"""The tables of alerts, of the notifications of them, and of the attempts to deliver those.

They stand below the rooms that use them: the history joins alerts with their notifications, the outbox joins
notifications with their alerts, and channels show their last delivery.
"""

from datetime import datetime
from enum import StrEnum
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


class NotificationStatus(StrEnum):
    """What became of a notification; only a queued one is still to be sent.

    silenced: a silence covered it when it was due. failed: a day of attempts went wrong. dropped: there is
    nothing to tell any more (its channel is gone, or it says that something is over of which nobody heard).
    """

    QUEUED = "queued"
    SENT = "sent"
    SILENCED = "silenced"
    FAILED = "failed"
    DROPPED = "dropped"


class NotificationRow(SQLModel, table=True):
    """One notification of one alert to one channel: the outbox.

    `payload`: an `alerts.notice.Notice`. `due_at`: not before then. `claimed_by`, `claimed_until`: the lease
    of whoever sends it now. `delivery_id`: the last attempt. `error`: why the last attempt failed, or why it
    was dropped.
    """

    __tablename__ = "notification"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(index=True)
    channel: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=16)
    severity: str = Field(max_length=16)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    status: str = Field(default=NotificationStatus.QUEUED.value, max_length=16, index=True)
    attempts: int = Field(default=0)
    created_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    claimed_by: str | None = Field(default=None, max_length=255)
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime()))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), index=True))
    delivery_id: int | None = Field(default=None)
    silence_id: int | None = Field(default=None)
    error: str | None = Field(default=None)


class DeliveryRow(SQLModel, table=True):
    """One attempt to send one message, which may carry many notifications. `attempt` counts from 1."""

    __tablename__ = "delivery"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=64, index=True)
    time: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False, index=True))
    attempt: int
    is_sent: bool
    seconds: float
    notifications: int
    title: str = Field(max_length=255)
    error: str | None = Field(default=None)
