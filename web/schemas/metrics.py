"""Metrics in answers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from metrics.catalog import UNITS
from metrics.current.host_state import HostState
from metrics.results import Outcome

Number = int | float

_UNITS: dict[str, JsonValue] = {"enum": [*sorted(UNITS)]}


class PointView(BaseModel):
    """The newest values of one label set."""

    model_config = ConfigDict(extra="forbid")

    labels: dict[str, str] = Field(examples=[{"cpu": "cpu-total"}])
    fields: dict[str, Number] = Field(examples=[{"usage_active": 12.5}])


class ProcessView(BaseModel):
    """A process among the first by CPU or memory."""

    model_config = ConfigDict(extra="forbid")

    pid: int
    user: str
    name: str
    cpu_percent: float | None = Field(description="Percent of one core; null at first sight.")
    rss: int = Field(description="Resident memory in bytes.")


class TopProcessesView(BaseModel):
    """The first processes of a host, largest first."""

    model_config = ConfigDict(extra="forbid")

    cpu: list[ProcessView]
    memory: list[ProcessView]


class CurrentHostView(BaseModel):
    """What is last known of one host; times are null, and `metrics` empty, where it was never polled."""

    model_config = ConfigDict(extra="forbid")

    host: str
    state: HostState
    reason: Outcome | None = Field(description="Why it is late or down; null where it is neither.")
    detail: str = Field(description="One sentence on what failed; empty when all went well.")
    time: datetime | None = Field(description="The last poll, failed or not.")
    ok_time: datetime | None = Field(description="The last good poll.")
    age_seconds: float | None = Field(ge=0, description="Since `time`.")
    tags: dict[str, str]
    metrics: dict[str, list[PointView]] = Field(
        description="Measurement -> its points.",
        examples=[{"cpu": [{"labels": {"cpu": "cpu-total"}, "fields": {"usage_active": 12.5}}]}],
    )
    errors: dict[str, str] = Field(description="Collector -> what went wrong at its last run.")
    top_processes: TopProcessesView | None = Field(description="Null in a summary.")
    facts: dict[str, Any] | None = Field(description="What the host said of itself; null in a summary.")


class CurrentView(BaseModel):
    """The fleet at `time`."""

    model_config = ConfigDict(extra="forbid")

    time: datetime
    hosts: list[CurrentHostView] = Field(description="By name.")


class SeriesView(BaseModel):
    """One line of history."""

    model_config = ConfigDict(extra="forbid")

    host: str
    labels: dict[str, str]
    points: list[tuple[float, Number | None]] = Field(
        description="[unix seconds of the bucket's start, value], ascending; a gap is null.",
        examples=[[[1767225600.0, 12.5], [1767225660.0, None]]],
    )


class HistoryView(BaseModel):
    """One metric over time; buckets are whole and start at multiples of the step."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(examples=["cpu.usage_active"])
    unit: str = Field(examples=["percent"], json_schema_extra=_UNITS)
    step_seconds: float = Field(gt=0)
    series: list[SeriesView] = Field(description="By host and labels.")


class HistoriesView(BaseModel):
    """Several metrics, in the order in which they were asked for."""

    model_config = ConfigDict(extra="forbid")

    items: list[HistoryView]


class MetricView(BaseModel):
    """One metric of the catalogue."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="`measurement.field`.", examples=["cpu.usage_active"])
    measurement: str
    field: str
    unit: str = Field(examples=["percent"], json_schema_extra=_UNITS)
    type: Literal["int", "float"]
    kind: Literal["gauge", "counter"]
    help: str
    labels: list[str] = Field(description="The names of its labels.")
