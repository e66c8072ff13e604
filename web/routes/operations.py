"""For those who run monctl: liveness and readiness, which are public, and Prometheus' exposition."""

from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from web.dependencies import AppDependencies
from web.prometheus.text import Format
from web.routes.guard import GuardedRoute, Viewer
from web.schemas.problems import problems

router = APIRouter(tags=["operations"], route_class=GuardedRoute)

_OPENMETRICS = "application/openmetrics-text"
_EXAMPLE = (
    "# HELP monctl_host_up 1 if the host is ok, 0 in every other state\n"
    "# TYPE monctl_host_up gauge\n"
    'monctl_host_up{host="web-1"} 1\n'
)
_EXPOSITION: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The exposition; OpenMetrics for those who accept it.",
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE},
            _OPENMETRICS: {"schema": {"type": "string"}},
        },
    }
}


class Health(BaseModel):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Check(BaseModel):
    """One thing that has to work; `reason` is null where it does."""

    ok: bool
    reason: str | None


class Readiness(BaseModel):
    """Everything that has to work."""

    status: Literal["ready", "not ready"]
    checks: dict[str, Check]


@router.get("/healthz", operation_id="get_health", summary="Does it run?", response_model=Health)
async def health() -> dict[str, str]:
    """The event loop turns."""
    return {"status": "ok"}


@router.head("/healthz", include_in_schema=False)
async def health_head() -> None:
    """The same without a body."""


@router.get(
    "/readyz",
    operation_id="get_readiness",
    summary="Does everything work?",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Something does not; `reason` says why."}},
)
async def readiness(parts: AppDependencies) -> JSONResponse:
    """Inventory, database, metric store and poller."""
    reasons = {name: check() for name, check in parts.readiness.items()}
    is_ready = not any(reasons.values())
    return JSONResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "checks": {name: {"ok": reason is None, "reason": reason} for name, reason in reasons.items()},
        },
        HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE,
    )


@router.head("/readyz", include_in_schema=False)
async def readiness_head(parts: AppDependencies) -> JSONResponse:
    """The same without a body."""
    return await readiness(parts)


@router.get(
    "/metrics",
    operation_id="get_exposition",
    summary="Prometheus exposition",
    response_class=Response,
    responses={**problems(), **_EXPOSITION},
)
async def exposition(request: Request, parts: AppDependencies, who: Viewer) -> Response:
    """The current values of all hosts that are ok, the state of every host, and monctl's own figures.

    Names follow Prometheus' conventions: base units, `_total` for counters. Requests within a second share
    one answer.
    """
    wants_openmetrics = _OPENMETRICS in request.headers.get("accept", "")
    form = Format.OPENMETRICS if wants_openmetrics else Format.TEXT
    body = await parts.telemetry.exposition.body(
        parts.fleet.hosts, parts.fleet.current, now=parts.clock(), form=form
    )
    return Response(body, headers={"Content-Type": form})
