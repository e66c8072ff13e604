"""The data of the live stream's events in the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field

from metrics.results import Outcome

State = Literal["ok", "late", "down", "paused", "pending"]


class LiveStateView(BaseModel):
    """The data of `event: state`: a host's state became another."""

    time: str = Field(examples=["2026-05-01T12:00:00.000Z"], description="RFC 3339, UTC.")
    host: str = Field(examples=["web-1"])
    state: State
    reason: Outcome | None = Field(examples=["refused"], description="The outcome that makes it so.")
    detail: str = Field(description="One sentence of the last poll.")
    previous: State | None = Field(description="The state before; null for a new host.")


class LiveInventoryView(BaseModel):
    """The data of `event: inventory`: hosts came, went or changed."""

    time: str = Field(examples=["2026-05-01T12:00:00.000Z"], description="RFC 3339, UTC.")
    added: list[str]
    removed: list[str]
    changed: list[str]
