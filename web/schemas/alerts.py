"""Alerts in requests and answers."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from alerts.notice import NoticeKind
from alerts.severity import Severity
from alerts.states import AlertState, Resolution
from alerts.tables import NotificationStatus
from metrics.results import Outcome
from web.schemas.metrics import TopProcessesView

MAX_NOTE_CHARACTERS = 1000
NOTE_PATTERN = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
"""Text, also on several lines."""


class ReadingView(BaseModel):
    """One comparison of a rule, and what stood on its sides."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(examples=["cpu.usage_active > 90"])
    metric: str | None = Field(description="The metric on the left; null where there is another thing.")
    value: float | str | None = Field(description="What the left side was.")
    operator: str = Field(examples=[">"])
    threshold: float | str | None = Field(description="What the right side was.")
    unit: str = Field(description="Of the metrics' catalogue; empty where none is known.")
    labels: dict[str, str]


class AcknowledgementView(BaseModel):
    """Who knows of an alert."""

    model_config = ConfigDict(extra="forbid")

    at: datetime
    by: str = Field(examples=["user:alice"])
    note: str | None


class AlertView(BaseModel):
    """An alert."""

    model_config = ConfigDict(extra="forbid")

    id: int
    rule: str
    host: str = Field(description="Empty for an alert of the poller itself.")
    labels: dict[str, str] = Field(examples=[{"path": "/var"}])
    tags: dict[str, str] = Field(description="Those of the host.")
    state: AlertState
    severity: Severity
    summary: str = Field(description="One line.", examples=["cpu.usage_active 97.3 % > 90 %"])
    since: datetime = Field(description="When the rule became true.")
    fired_at: datetime | None = Field(description="When it had been true for long enough.")
    resolved_at: datetime | None
    resolution: Resolution | None = Field(description="Why it is over.")
    reason: Outcome | None = Field(description="Why a host is down.")
    detail: str
    readings: list[ReadingView] = Field(description="What was compared when it fired.")
    cleared_readings: list[ReadingView] | None = Field(description="The same when it cleared.")
    members: list[str] = Field(description="Hosts that it stands for.")
    top_processes: TopProcessesView | None = Field(description="When it fired.")
    is_flapping: bool
    acknowledged: AcknowledgementView | None
    silenced_by: int | None = Field(description="The silence that covers it now.")
    notified_at: datetime | None = Field(description="Of the last message of it.")
    escalated_at: datetime | None


class NotificationView(BaseModel):
    """One thing to tell one channel of an alert, and what became of it."""

    model_config = ConfigDict(extra="forbid")

    id: int
    channel: str
    kind: NoticeKind
    status: NotificationStatus
    attempts: int
    error: str | None = Field(
        description="Why the last attempt failed, or why it was dropped; a service's words are for admins."
    )
    silence: int | None = Field(description="The silence that covered it.")
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None


class AlertStoryView(AlertView):
    """An alert with all that was to be told of it, the oldest first."""

    notifications: list[NotificationView]


class AcknowledgeRequest(BaseModel):
    """What to write to an acknowledgement."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"note": "a new disk comes on Monday"}}
    )

    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS, pattern=NOTE_PATTERN)
