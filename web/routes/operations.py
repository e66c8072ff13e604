"""Liveness and readiness, for those who run monctl; both ask for no credentials."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from web.parts import AppParts

router = APIRouter(tags=["operations"])


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
async def readiness(parts: AppParts) -> JSONResponse:
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
async def readiness_head(parts: AppParts) -> JSONResponse:
    """The same without a body."""
    return await readiness(parts)
