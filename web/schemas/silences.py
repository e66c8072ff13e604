"""Silences in requests and answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.silences.document import MAX_COMMENT_CHARACTERS, MAX_PATTERN_CHARACTERS, MAX_PATTERNS
from alerts.silences.schedule_document import WEEKDAYS
from alerts.silences.silence import SilenceState
from foundation.documents.durations import DURATION_PATTERN
from web.schemas.records import json_body

_EXAMPLE: dict[str, Any] = {
    "hosts": ["web-*", "tag:env=test"],
    "rules": ["disk-*"],
    "labels": {"path": "/var*"},
    "duration": "2h",
    "comment": "moving to new disks",
}


class ScheduleView(BaseModel):
    """A window on some weekdays, each the weekday of the window's start."""

    model_config = ConfigDict(extra="forbid")

    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    start: str = Field(examples=["22:00"])
    end: str = Field(description="Not after `start`: of the next day.", examples=["06:00"])
    time_zone: str = Field(examples=["Europe/Berlin"])


class SilenceView(BaseModel):
    """A silence: alerts that match hosts, rules and labels, where given, are not told while it is active."""

    model_config = ConfigDict(extra="forbid")

    id: int
    state: SilenceState = Field(description="One that comes back is pending between its windows.")
    hosts: list[str] = Field(description="Any of them; empty: all.")
    rules: list[str] = Field(description="Any of them; empty: all.")
    labels: dict[str, str] = Field(description="All of them.")
    everything: bool
    comment: str
    created_by: str = Field(examples=["user:alice"])
    created_at: datetime
    starts_at: datetime
    ends_at: datetime | None = Field(description="Null for one that comes back without end.")
    schedule: ScheduleView | None = Field(description="Null for one that is active all the time.")
    next_change_at: datetime | None = Field(description="When it next begins or ends to silence.")
    alerts: list[int] = Field(
        description="The ids of the open alerts that it covers now; none unless active."
    )


def silence_body() -> dict[str, Any]:
    """The `openapi_extra=` of the routes that make a silence, and tell what one would cover."""
    pattern = {"type": "string", "minLength": 1, "maxLength": MAX_PATTERN_CHARACTERS}
    patterns = {"type": "array", "items": pattern, "maxItems": MAX_PATTERNS}
    moment = {"type": "string", "format": "date-time"}
    weekdays = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "minItems": 1}
    clock = {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}
    schedule = {
        "type": "object",
        "description": "Only in these windows. An end that is not after the start is one of the next day.",
        "additionalProperties": False,
        "required": ["start", "end"],
        "properties": {
            "weekdays": {
                "description": "Of the window's start, perhaps a text such as `mon-fri`; every day without.",
                "anyOf": [weekdays, {"type": "string"}],
            },
            "start": clock,
            "end": clock,
            "time_zone": {"type": "string", "default": "UTC", "examples": ["Europe/Berlin"]},
        },
    }
    properties: dict[str, Any] = {
        "hosts": patterns | {"description": "Names, patterns and tags (`tag:env=prod`), any of them."},
        "rules": patterns | {"description": "Names and patterns, any of them."},
        "labels": {
            "type": "object",
            "description": "Label -> pattern, all of them.",
            "additionalProperties": pattern,
            "maxProperties": MAX_PATTERNS,
        },
        "everything": {
            "type": "boolean",
            "description": "Silence all that there is; needed where hosts, rules and labels are left out.",
        },
        "comment": {"type": "string", "maxLength": MAX_COMMENT_CHARACTERS},
        "starts_at": moment | {"description": "Now without."},
        "ends_at": moment,
        "duration": {
            "description": "In place of `ends_at`.",
            "anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"type": "number", "minimum": 0}],
        },
        "schedule": schedule,
    }
    return json_body(properties, _EXAMPLE)
