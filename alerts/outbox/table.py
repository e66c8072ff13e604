"""The tables of what is to be told, and of the attempts to tell it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from foundation.database.columns import UtcDateTime


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
    """One thing to tell one channel of one alert: the outbox.

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
