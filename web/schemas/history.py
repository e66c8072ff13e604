"""Many questions for history in one request, and their answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat

from web.schemas.metrics import HistoryView, Number, SeriesView
from web.schemas.problems import ProblemView

_TIME = "RFC 3339, unix seconds, a span back from now, or `now`."


class HistoryQuestionRequest(BaseModel):
    """One metric of some hosts over some time."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "hosts": ["web-1"],
                "metric": "cpu.usage_active",
                "start": "-24h",
                "labels": {"cpu": "cpu-total"},
                "band": True,
            }
        },
    )

    hosts: list[str] = Field(
        default_factory=list,
        description="Names, patterns (`web-*`) and tags (`tag:env=prod`); all hosts without.",
    )
    metric: str = Field(description="`measurement.field`, see GET /metrics/catalog.")
    start: str | StrictFloat = Field(default="-24h", description=f"Inclusive. {_TIME}")
    end: str | StrictFloat = Field(default="now", description=f"Exclusive. {_TIME}")
    step: str | StrictFloat = Field(
        default="auto", description="A bucket's width (`5m`, or seconds); `auto`: up to 720 buckets."
    )
    aggregate: Literal["mean", "min", "max", "last"] = "mean"
    labels: dict[str, str] = Field(
        default_factory=dict, description="Only series with all of these.", examples=[{"cpu": "cpu-total"}]
    )
    band: StrictBool = Field(
        default=False, description="Give each bucket's least and greatest value as well."
    )


class BandedSeriesView(SeriesView):
    """One line of history."""

    band: list[tuple[Number | None, Number | None]] | None = Field(
        default=None,
        description="[least, greatest] of each point's bucket, in the order of `points`; where asked for.",
    )


class BandedHistoryView(HistoryView):
    """The answer to one question."""

    series: list[BandedSeriesView]  # type: ignore[assignment]  # with more keys than the parent's


class HistoryProblemView(BaseModel):
    """Why one question has no answer."""

    model_config = ConfigDict(extra="forbid")

    problem: ProblemView


class HistoryAnswersView(BaseModel):
    """An answer for each question, in their order."""

    model_config = ConfigDict(extra="forbid")

    answers: list[BandedHistoryView | HistoryProblemView]


def batch_body(max_questions: int) -> dict[str, Any]:
    """The `openapi_extra=` of the route that takes questions."""
    question = HistoryQuestionRequest.model_json_schema()
    questions = {"type": "array", "minItems": 1, "maxItems": max_questions, "items": question}
    schema = {
        "type": "object",
        "properties": {"questions": questions},
        "required": ["questions"],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
