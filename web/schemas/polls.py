"""How polls went, in answers."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from metrics.results import Outcome


class PollRunView(BaseModel):
    """Polls one after another that ended alike."""

    model_config = ConfigDict(extra="forbid")

    time: datetime = Field(description="Of the first of them: when the outcome changed.")
    last_time: datetime = Field(description="Of the last of them so far.")
    outcome: Outcome
    detail: str = Field(description="One sentence on what failed, the last time; empty when all went well.")
    errors: dict[str, str] = Field(description="Collector -> what went wrong, the last time.")
    polls: int = Field(ge=1, description="How many were seen.")
    duration_seconds: float | None = Field(description="Of the last; null where another process polls.")


class PollLogView(BaseModel):
    """The last runs of one host."""

    model_config = ConfigDict(extra="forbid")

    host: str
    since: datetime = Field(description="When this process began to look; it knows nothing from before.")
    items: list[PollRunView] = Field(description="The newest first.")
