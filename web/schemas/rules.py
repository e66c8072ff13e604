"""Rules in requests and answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.rules.keys import KEYS
from alerts.rules.names import RULE_NAME_PATTERN
from web.schemas.records import json_body

SPEC_EXAMPLE: dict[str, Any] = {
    "when": "disk.used_percent > 90",
    "clear": "disk.used_percent < 85",
    "for": "5m",
    "severity": "critical",
    "hosts": ["web-*", "tag:env=prod"],
    "labels": {"path": "/var*"},
}
_SeverityName = Literal["info", "warning", "critical"]


class EscalationView(BaseModel):
    """Who is told when nobody acknowledges an alert."""

    after_seconds: float
    channels: list[str]


class RuleView(BaseModel):
    """A rule: what is written of it (`spec`), and every field with defaults worked in.

    The fields are missing where the rule cannot be used at present; `problems` says why.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    owner: Literal["default", "file", "api"] = Field(
        description="Who may change it: it ships with monctl, monctl.yaml, or API and command line."
    )
    file: str | None = Field(description="The file that owns it.")
    line: int | None = Field(description="Its line there.")
    version: int = Field(description="Grows with every change; the ETag. 0: as it ships.")
    created_at: datetime | None
    updated_at: datetime | None
    overrides_default: bool = Field(description="Its keys are laid over a rule that ships.")
    spec: dict[str, Any] = Field(description="As written.")
    problems: list[str] = Field(description="Why it cannot be used.")
    enabled: bool | None = None
    when: str | None = None
    clear: str | None = Field(default=None, description="null: when `when` is not true; or `never`.")
    for_seconds: float | None = None
    severity: _SeverityName | None = None
    hosts: list[str] | None = Field(default=None, description="Selectors; empty: all hosts.")
    labels: dict[str, list[str]] | None = Field(default=None, description="Label to patterns.")
    channels: list[str] | None = Field(default=None, description="null: all.")
    repeat_seconds: float | None = None
    escalate: EscalationView | None = None
    title: str | None = None
    message: str | None = None
    help: str | None = None


class ReplayedReading(BaseModel):
    """One comparison of the rule, and what stood on its sides."""

    model_config = ConfigDict(extra="allow")


class ReplayedAlert(BaseModel):
    """An alert that there would have been; times that were not reached are null."""

    host: str
    labels: dict[str, str]
    pending_at: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    readings: list[ReplayedReading]


class RuleTestView(BaseModel):
    """What a rule would have done."""

    rule: str
    start: datetime
    end: datetime
    step_seconds: float = Field(description="How finely the history was looked at.")
    hosts: int = Field(description="How many hosts the rule is about.")
    alerts: list[ReplayedAlert]
    truncated: bool = Field(description="There were more alerts than are given.")


def spec_body(*, is_new: bool = False, is_patch: bool = False) -> dict[str, Any]:
    """The `openapi_extra=` of a route whose body is a rule."""
    properties: dict[str, Any] = {name: key.schema for name, key in KEYS.items()}
    if is_patch:
        return json_body(properties, {"for": "10m", "repeat": None})
    if not is_new:
        return json_body(properties, SPEC_EXAMPLE)
    name = {"type": "string", "pattern": RULE_NAME_PATTERN, "description": "Unique."}
    example = {"name": "var-almost-full", **SPEC_EXAMPLE}
    return json_body({"name": name} | properties, example, required=["name"])


def replay_body() -> dict[str, Any]:
    """The `openapi_extra=` of the route that replays a rule."""
    moment = {"anyOf": [{"type": "string"}, {"type": "number"}]}
    properties: dict[str, Any] = {
        "name": {
            "type": "string",
            "pattern": RULE_NAME_PATTERN,
            "description": "Alone: the rule of that name. With other keys: what to call the rule they make.",
        },
        "start": moment | {"description": "RFC 3339, unix seconds, or -24h; -7d by default."},
        "end": moment | {"description": "As `start`; now by default."},
        "step": {
            "anyOf": [{"type": "string"}, {"type": "number"}],
            "description": "How finely to look, such as 1m; auto by default.",
        },
    } | {name: key.schema for name, key in KEYS.items()}
    return json_body(properties, {"when": "cpu.usage_active > 90", "for": "5m", "start": "-7d"})
