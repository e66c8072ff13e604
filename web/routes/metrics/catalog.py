"""Which metrics there are."""

from typing import Any

from fastapi import APIRouter

from metrics.catalog import LABELS, METRICS, Metric
from web.routes.guard import GuardedRoute, ViewerOrKiosk
from web.schemas.metrics import MetricView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["metrics"], route_class=GuardedRoute)


@router.get(
    "/metrics/catalog",
    operation_id="list_metrics",
    summary="List metrics",
    response_model=Page[MetricView],
    responses=problems(421),
)
async def list_metrics(who: ViewerOrKiosk, offset: Offset = 0, limit: Limit = 1000) -> dict[str, Any]:
    """Name, unit, kind, meaning and label names of every metric that hosts may have."""
    metrics = list(METRICS.values())[offset : offset + limit]
    items = [_view(metric) for metric in metrics]
    return {"items": items, "total": len(METRICS), "offset": offset, "limit": limit}


def _view(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "measurement": metric.measurement,
        "field": metric.field,
        "unit": metric.unit,
        "type": str(metric.type),
        "kind": str(metric.kind),
        "help": metric.help,
        "labels": list(LABELS[metric.measurement]),
    }
