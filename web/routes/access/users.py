"""Users: list, create, read, change, remove."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from access.audit.log import Actor
from access.credentials.passwords import check_password
from access.roles import Role
from access.tables import AccountRow
from access.views import user_view
from foundation.display.pages import page_view
from web.dependencies import AppDependencies, Dependencies
from web.routes.guard import Admin, GuardedRoute, actor_of
from web.schemas.access import UserPatch, UserRequest, UserView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["users"], route_class=GuardedRoute)

UserName = Annotated[str, Path(description="The user's name.", max_length=64)]
_LAST = "The change would leave no active admin."


@router.get(
    "/users",
    operation_id="list_users",
    summary="List users",
    response_model=Page[UserView],
    responses=problems(),
)
async def list_users(
    parts: AppDependencies, who: Admin, offset: Offset = 0, limit: Limit = 100
) -> dict[str, Any]:
    """Users by name, a page at a time."""
    rows, total = await asyncio.to_thread(parts.accounts.users.page, offset=offset, limit=limit)
    return page_view([user_view(row) for row in rows], total=total, offset=offset, limit=limit)


@router.post(
    "/users",
    operation_id="create_user",
    summary="Add a user",
    status_code=HTTPStatus.CREATED,
    response_model=UserView,
    responses=problems(s409="There is a user of that name already."),
)
async def create_user(
    request: Request, parts: AppDependencies, who: Admin, user_request: UserRequest
) -> dict[str, Any]:
    """The password is kept as an argon2 hash."""
    actor = actor_of(request, who)
    role = Role(user_request.role)
    row = await asyncio.to_thread(
        parts.accounts.users.add, user_request.name, user_request.password, role, actor=actor
    )
    parts.accounts.forget_cached()
    return user_view(row)


@router.get(
    "/users/{name}",
    operation_id="get_user",
    summary="Read a user",
    response_model=UserView,
    responses=problems(404),
)
async def get_user(parts: AppDependencies, who: Admin, name: UserName) -> dict[str, Any]:
    """One user."""
    return user_view(await asyncio.to_thread(parts.accounts.users.get, name))


@router.patch(
    "/users/{name}",
    operation_id="update_user",
    summary="Change a user",
    response_model=UserView,
    responses=problems(404, s409=_LAST),
)
async def update_user(
    request: Request, parts: AppDependencies, who: Admin, name: UserName, patch: UserPatch
) -> dict[str, Any]:
    """Role, activity or password. A new password, and deactivation, end the user's tokens at once."""
    actor = actor_of(request, who)
    row = await asyncio.to_thread(_update, parts, name, patch, actor)
    parts.accounts.forget_cached()
    return user_view(row)


def _update(parts: Dependencies, name: str, patch: UserPatch, actor: Actor) -> AccountRow:
    users = parts.accounts.users
    role = None if patch.role is None else Role(patch.role)
    if patch.password is not None:
        check_password(patch.password)  # before anything is changed
    row = users.change(name, actor=actor, role=role, is_active=patch.is_active)
    if patch.password is not None:
        row = users.set_password(name, patch.password, actor=actor)
    return row


@router.delete(
    "/users/{name}",
    operation_id="delete_user",
    summary="Remove a user",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(404, s409=_LAST),
)
async def delete_user(request: Request, parts: AppDependencies, who: Admin, name: UserName) -> Response:
    """The user's tokens, and the keys that the user made, go too."""
    actor = actor_of(request, who)
    await asyncio.to_thread(parts.accounts.users.remove, name, actor=actor)
    parts.accounts.forget_cached()
    return Response(status_code=HTTPStatus.NO_CONTENT)
