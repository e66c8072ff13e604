"""Channels: list, create, read, update, delete, test."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from access.identity import Identity
from access.roles import Role
from alerts.channels.channel import StoredChannel
from alerts.channels.reasons import public_result
from alerts.channels.repository import ChannelRepository
from alerts.channels.view import channel_view
from web.dependencies import AppDependencies, Dependencies
from web.http.etags import expected_version
from web.http.records import page_of, record_answer, remove_record
from web.routes.guard import Admin, GuardedRoute, Operator, Viewer, actor_of
from web.schemas.channels import ChannelPatch, ChannelRequest, ChannelTestView, ChannelView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems
from web.schemas.records import RecordResponses, if_match_header

router = APIRouter(tags=["channels"], route_class=GuardedRoute)

ChannelName = Annotated[str, Path(description="The channel's name.", max_length=64)]
IfMatch = Annotated[str | None, if_match_header("channel")]
_RESPONSES = RecordResponses("channel", owner="monctl.yaml")


@router.get(
    "/channels",
    operation_id="list_channels",
    summary="List channels",
    response_model=Page[ChannelView],
    responses=problems(),
)
async def list_channels(
    parts: AppDependencies, who: Viewer, offset: Offset = 0, limit: Limit = 100
) -> Response:
    """The places that alerts go to, by name, a page at a time; their URLs are never shown."""
    page = await asyncio.to_thread(
        _page, parts.alerts.channels, offset=offset, limit=limit, for_admin=_is_admin(who)
    )
    return JSONResponse(page)


def _is_admin(who: Identity) -> bool:
    """Whether somebody may read the words of a service; others read a reason of ours."""
    return Role.ADMIN in who.role.included


def _page(channels: ChannelRepository, *, offset: int, limit: int, for_admin: bool) -> dict[str, Any]:
    all_channels, last = channels.list(), channels.last_deliveries()
    return page_of(
        all_channels,
        lambda channel: channel_view(channel, last.get(channel.name), for_admin=for_admin),
        offset=offset,
        limit=limit,
    )


@router.post(
    "/channels",
    operation_id="create_channel",
    summary="Add a channel",
    status_code=HTTPStatus.CREATED,
    response_model=ChannelView,
    responses=_RESPONSES.created(),
)
async def create_channel(
    request: Request, parts: AppDependencies, who: Admin, body: ChannelRequest
) -> Response:
    """Adds a channel that belongs to the API. Its URL refers to secrets and holds none."""
    return await asyncio.to_thread(_create, parts, body, actor_of(request, who))


def _create(parts: Dependencies, body: ChannelRequest, actor: Actor) -> Response:
    note = parts.audit.note(actor, "channel.create", body.name, min_severity=body.min_severity.value)
    channel = parts.alerts.channels.add(body.name, url=body.url, min_severity=body.min_severity, note=note)
    return _answer(parts, channel, created_at_path="/api/v1/channels/")


def _answer(
    parts: Dependencies,
    channel: StoredChannel,
    *,
    created_at_path: str | None = None,
    for_admin: bool = True,
) -> Response:
    last = parts.alerts.channels.last_deliveries().get(channel.name)
    return record_answer(channel_view(channel, last, for_admin=for_admin), created_at_path=created_at_path)


@router.get(
    "/channels/{name}",
    operation_id="get_channel",
    summary="Read a channel",
    response_model=ChannelView,
    responses=_RESPONSES.read(),
)
async def get_channel(parts: AppDependencies, who: Viewer, name: ChannelName) -> Response:
    """One channel, whether it can be used, and how the last delivery went; `ETag` is its version."""
    for_admin = _is_admin(who)
    return await asyncio.to_thread(
        lambda: _answer(parts, parts.alerts.channels.get(name), for_admin=for_admin)
    )


@router.patch(
    "/channels/{name}",
    operation_id="update_channel",
    summary="Change a channel",
    response_model=ChannelView,
    responses=_RESPONSES.changed(),
)
async def update_channel(
    request: Request,
    parts: AppDependencies,
    who: Admin,
    name: ChannelName,
    body: ChannelPatch,
    if_match: IfMatch = None,
) -> Response:
    """What waits for the channel goes to the new URL."""
    version = expected_version(if_match)
    return await asyncio.to_thread(_update, parts, name, body, actor_of(request, who), version=version)


def _update(
    parts: Dependencies, name: str, body: ChannelPatch, actor: Actor, *, version: int | None
) -> Response:
    changes = body.model_dump(mode="json", exclude_none=True)
    if "url" in changes:
        changes["url"] = "changed"
    channel = parts.alerts.channels.update(
        name,
        url=body.url,
        min_severity=body.min_severity,
        expected_version=version,
        note=parts.audit.note(actor, "channel.update", name, **changes),
    )
    return _answer(parts, channel)


@router.delete(
    "/channels/{name}",
    operation_id="delete_channel",
    summary="Remove a channel",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=_RESPONSES.removed(),
)
async def delete_channel(
    request: Request, parts: AppDependencies, who: Admin, name: ChannelName, if_match: IfMatch = None
) -> Response:
    """What still waits for it is not sent any more."""
    note = parts.audit.note(actor_of(request, who), "channel.delete", name)
    return await remove_record(parts.alerts.channels, name, if_match=if_match, note=note)


@router.post(
    "/channels/{name}/test",
    operation_id="test_channel",
    summary="Send a test message",
    response_model=ChannelTestView,
    responses=problems(404),
)
async def test_channel(
    request: Request, parts: AppDependencies, who: Operator, name: ChannelName
) -> Response:
    """Sends a message now, past the outbox, and says how it fared; takes up to half a minute.

    A message that did not arrive is no error of this request: `ok` is false then. What the service of
    a channel of monctl.yaml said is for admins; others read a reason.
    """
    result = await parts.channel_tester.test(name)
    await asyncio.to_thread(parts.audit.write, actor_of(request, who), "channel.test", name, ok=result["ok"])
    return JSONResponse(result if _is_admin(who) else public_result(result))
