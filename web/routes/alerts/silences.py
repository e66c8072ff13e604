"""Silences: list, create, read, end."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from alerts.silences.document import parse_silence
from alerts.silences.repository import SilenceRepository
from alerts.silences.silence import SilenceState
from alerts.silences.view import silence_view
from foundation.display.pages import page_view
from web.auth.guard import Operator, Viewer, actor_of
from web.dependencies import AppDependencies, Dependencies
from web.http.bodies import read_object
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems
from web.schemas.silences import SilenceView, silence_body

router = APIRouter(tags=["silences"])

SilenceId = Annotated[int, Path(alias="id", description="The silence's id.", ge=1, le=2**31 - 1)]


@router.get(
    "/silences",
    operation_id="list_silences",
    summary="List silences",
    response_model=Page[SilenceView],
    responses=problems(),
)
async def list_silences(
    parts: AppDependencies,
    who: Viewer,
    state: Annotated[
        list[SilenceState] | None, Query(description="In one of these states; not the expired without.")
    ] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """Silences, the newest first, a page at a time."""
    states = frozenset(state or (SilenceState.PENDING, SilenceState.ACTIVE))
    page = await asyncio.to_thread(
        _page, parts.alerts.silences, states, now=parts.clock(), offset=offset, limit=limit
    )
    return JSONResponse(page)


def _page(
    silences: SilenceRepository, states: frozenset[SilenceState], *, now: float, offset: int, limit: int
) -> dict[str, Any]:
    found = silences.list(states)
    shown = [silence_view(silence, now=now) for silence in found[offset : offset + limit]]
    return page_view(shown, total=len(found), offset=offset, limit=limit)


@router.post(
    "/silences",
    operation_id="create_silence",
    summary="Silence alerts",
    status_code=HTTPStatus.CREATED,
    response_model=SilenceView,
    responses={**problems(415), 201: {"headers": {"Location": {"schema": {"type": "string"}}}}},
    openapi_extra=silence_body(),
)
async def create_silence(request: Request, parts: AppDependencies, who: Operator) -> Response:
    """An alert that matches `hosts`, `rules` and `labels`, where given, is not told while it is active.

    It needs an end (`ends_at` or `duration`), or a `schedule`, which may go on without one.
    """
    document = await read_object(request)
    return await asyncio.to_thread(_create, parts, document, actor_of(request, who))


def _create(parts: Dependencies, document: dict[str, Any], actor: Actor) -> Response:
    now = parts.clock()
    silence = parts.alerts.silences.add(
        parse_silence(document, now=now, created_by=actor.name),
        note=lambda stored: parts.audit.note(actor, "silence.create", str(stored.id), silence=document),
    )
    location = f"/api/v1/silences/{silence.id}"
    return JSONResponse(silence_view(silence, now=now), HTTPStatus.CREATED, {"Location": location})


@router.get(
    "/silences/{id}",
    operation_id="get_silence",
    summary="Read a silence",
    response_model=SilenceView,
    responses=problems(404),
)
async def get_silence(parts: AppDependencies, who: Viewer, number: SilenceId) -> Response:
    """One silence."""
    silence = await asyncio.to_thread(parts.alerts.silences.get, number)
    return JSONResponse(silence_view(silence, now=parts.clock()))


@router.delete(
    "/silences/{id}",
    operation_id="delete_silence",
    summary="End a silence",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(404),
)
async def delete_silence(
    request: Request, parts: AppDependencies, who: Operator, number: SilenceId
) -> Response:
    """Ends a silence now; it stays to be seen as expired. One that has not begun, or is over, goes away."""
    actor = actor_of(request, who)
    await asyncio.to_thread(
        parts.alerts.silences.remove,
        number,
        note=lambda silence: parts.audit.note(actor, "silence.remove", str(silence.id)),
    )
    return Response(status_code=HTTPStatus.NO_CONTENT)
