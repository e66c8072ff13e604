"""API keys: list, create, revoke."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from access.identity import IdentityKind
from access.views import key_view
from foundation.display.pages import page_view
from web.dependencies import AppDependencies
from web.routes.guard import Admin, GuardedRoute, actor_of
from web.schemas.access import KeyRequest, KeyView, NewKeyView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["keys"], route_class=GuardedRoute)


@router.get(
    "/keys",
    operation_id="list_keys",
    summary="List API keys",
    response_model=Page[KeyView],
    responses=problems(),
)
async def list_keys(
    parts: AppDependencies, who: Admin, offset: Offset = 0, limit: Limit = 100
) -> dict[str, Any]:
    """Keys by name, a page at a time; `last_used_at` is right to a minute."""
    rows, total = await asyncio.to_thread(parts.accounts.keys.page, offset=offset, limit=limit)
    return page_view([key_view(row) for row in rows], total=total, offset=offset, limit=limit)


@router.post(
    "/keys",
    operation_id="create_key",
    summary="Make an API key",
    status_code=HTTPStatus.CREATED,
    response_model=NewKeyView,
    responses=problems(s409="There is a key of that name already."),
)
async def create_key(
    request: Request, parts: AppDependencies, who: Admin, key_request: KeyRequest
) -> dict[str, Any]:
    """The answer is the only one that ever holds the key. It goes with the user who makes it."""
    row, key = await asyncio.to_thread(
        parts.accounts.keys.create,
        key_request.name,
        key_request.role,
        actor=actor_of(request, who),
        expires_at=_aware(key_request.expires_at),
        host=key_request.host,
        owner_id=who.id if who.kind is IdentityKind.USER else await _owner(parts, who.id),
    )
    return key_view(row) | {"key": key}


async def _owner(parts: AppDependencies, key_id: int) -> int | None:
    """The owner of the key that makes another one: whoever goes takes both along."""
    return await asyncio.to_thread(parts.accounts.keys.owner, key_id)


def _aware(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


@router.delete(
    "/keys/{name}",
    operation_id="revoke_key",
    summary="Revoke an API key",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(404),
)
async def revoke_key(
    request: Request,
    parts: AppDependencies,
    who: Admin,
    name: Annotated[str, Path(description="The key's name.", max_length=64)],
) -> Response:
    """It is refused from now on."""
    actor = actor_of(request, who)
    await asyncio.to_thread(parts.accounts.keys.revoke, name, actor=actor)
    parts.accounts.forget_cached()
    return Response(status_code=HTTPStatus.NO_CONTENT)
