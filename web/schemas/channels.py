"""Channels in requests and answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.document import MAX_URL_CHARACTERS
from alerts.channels.names import NAME_PATTERN
from alerts.severity import Severity

_URL_HELP = (
    "An Apprise URL. Secrets are not written into it: they are environment variables of monctl, such as "
    "`${MONCTL_CHANNEL_OPS}`."
)


class DeliveryView(BaseModel):
    """The last attempt to send something to a channel."""

    time: datetime
    ok: bool
    seconds: float
    error: str | None = Field(
        description="Why it did not arrive; for admins also what the service of a file's channel said."
    )


class ChannelView(BaseModel):
    """A channel. Its URL is never shown."""

    model_config = ConfigDict(extra="forbid")

    name: str
    owner: Literal["file", "api"] = Field(
        description="Who may change it: monctl.yaml, or API and command line."
    )
    file: str | None = Field(description="The file that owns it.")
    line: int | None = Field(description="Its line there, where that is known.")
    scheme: str = Field(examples=["slack"], description="That of its URL.")
    service: str | None = Field(examples=["Slack"], description="What is behind the scheme.")
    min_severity: Severity = Field(description="The least that goes there.")
    version: int = Field(description="Grows with every change; the ETag.")
    problem: str | None = Field(description="Why it cannot be used at present.")
    created_at: datetime | None
    updated_at: datetime | None
    last_delivery: DeliveryView | None


class ChannelRequest(BaseModel):
    """A channel to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "ops", "url": "${MONCTL_CHANNEL_OPS}", "min_severity": "warning"}
        },
    )

    name: str = Field(pattern=NAME_PATTERN)
    url: str = Field(min_length=1, max_length=MAX_URL_CHARACTERS, description=_URL_HELP)
    min_severity: Severity = Field(default=Severity.INFO, description="The least that goes there.")


class ChannelPatch(BaseModel):
    """What to change of a channel; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"min_severity": "critical"}})

    url: str | None = Field(default=None, min_length=1, max_length=MAX_URL_CHARACTERS, description=_URL_HELP)
    min_severity: Severity | None = None


class ChannelTestView(BaseModel):
    """How a test message fared."""

    channel: str
    ok: bool
    seconds: float
    answer: str = Field(
        description="Why it did not arrive, nothing when all went well; for admins also what the service "
        "of a channel of monctl.yaml said, without secrets."
    )
