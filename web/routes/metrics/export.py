"""Stored values as one CSV file."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from metrics.catalog import METRICS
from metrics.store import Aggregate
from web.dependencies import AppDependencies
from web.history.export import POINTS_AT_ONCE, export_rows
from web.history.measurements import find_metrics
from web.history.questions import MAX_METRICS, complete_question
from web.history.work import HeldStream
from web.routes.guard import GuardedRoute, Viewer, counted_as
from web.routes.metrics.questions import HostsAndTime
from web.schemas.problems import problems

router = APIRouter(tags=["metrics"], route_class=GuardedRoute)

_EXAMPLE = """\
time,host,metric,labels,value
2026-01-31T08:00:00Z,web-1,cpu.usage_active,cpu=cpu-total,12.5
"""
_FILE = {
    "description": "The file; it comes while it is made.",
    "content": {"text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
}


@router.get(
    "/metrics/export",
    operation_id="export_metrics",
    summary="Export stored values as CSV",
    response_class=StreamingResponse,
    responses={**problems(s404="There is no host of that name; `suggestion` names the nearest."), 200: _FILE},
)
async def export_metrics(
    request: Request,
    parts: AppDependencies,
    who: Viewer,
    question: HostsAndTime,
    metric: Annotated[
        list[str] | None,
        Query(
            description="`measurement.field`; all metrics without.",
            examples=["cpu.usage_active"],
            max_length=MAX_METRICS,
        ),
    ] = None,
    step: Annotated[
        str, Query(description="A bucket's width, at least 1s; 1s gives every stored value of slower polls.")
    ] = "1s",
    aggregate: Annotated[Aggregate, Query(description="How a bucket's values become one.")] = Aggregate.LAST,
    label: Annotated[
        list[str] | None, Query(description="As in GET /metrics/history.", examples=["cpu:cpu-total"])
    ] = None,
) -> StreamingResponse:
    r"""Columns `time,host,metric,labels,value`, rows by host, metric and time.

    Times are those of the buckets' starts, in UTC. `labels` is `name=value;name=value`, with `\` before `\`,
    `;` and `=` within a value. A host or labels that a spreadsheet could take for a formula (beginning with
    `=`, `+`, `-` or `@`) are preceded by `'`.
    Values older than the raw retention come as the rollups that are left of them.
    """
    metrics = find_metrics(metric) if metric else list(METRICS.values())
    chosen_step = "1s" if step == "auto" else step
    complete = complete_question(question, metrics, step=chosen_step, labels=label or [])
    time_of_export = datetime.fromtimestamp(parts.clock(), UTC).strftime("%Y%m%dT%H%M%SZ")
    claim = parts.work.claim(counted_as(request, who))
    await claim.take(POINTS_AT_ONCE)
    return HeldStream(
        export_rows(parts.store, complete, metrics, aggregate),
        claim,
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="monctl-metrics-{time_of_export}.csv"'},
    )
