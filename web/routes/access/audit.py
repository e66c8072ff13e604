"""Reading the audit log."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from access.views import audit_view
from foundation.display.pages import page_view
from web.dependencies import AppDependencies
from web.routes.guard import Admin, GuardedRoute
from web.schemas.access import AuditView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["audit"], route_class=GuardedRoute)

_NO_NUL = r"^[^\x00]*$"  # PostgreSQL knows no text with one


@router.get(
    "/audit",
    operation_id="list_audit",
    summary="Who changed what",
    response_model=Page[AuditView],
    responses=problems(),
)
async def list_audit(
    parts: AppDependencies,
    who: Admin,
    offset: Offset = 0,
    limit: Limit = 100,
    target: Annotated[
        str | None,
        Query(description="Of this host, user, key, … only.", max_length=253, pattern=_NO_NUL),
    ] = None,
    actor: Annotated[
        str | None, Query(description="By these only: `user:alice`.", max_length=128, pattern=_NO_NUL)
    ] = None,
) -> dict[str, Any]:
    """Every change, whoever made it and over which way, the newest first."""
    rows, total = await asyncio.to_thread(
        parts.audit.entries, offset=offset, limit=limit, target=target, actor=actor
    )
    return page_view([audit_view(row) for row in rows], total=total, offset=offset, limit=limit)
