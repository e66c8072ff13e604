"""Silences: list, create, read, end."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from alerts.history.filter import OPEN, AlertFilter
from alerts.history.view import alert_view, silence_views
from alerts.silences.book import SilenceBook
from alerts.silences.document import parse_matchers, parse_silence
from alerts.silences.silence import Silence, SilenceState
from foundation.display.pages import page_view
from web.dependencies import AppDependencies, Dependencies
from web.http.bodies import read_object
from web.routes.guard import GuardedRoute, Operator, Viewer, actor_of
from web.schemas.alerts import AlertView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems
from web.schemas.silences import SilenceView, silence_body

router = APIRouter(tags=["silences"], route_class=GuardedRoute)

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
    return JSONResponse(await asyncio.to_thread(_page, parts, states, offset=offset, limit=limit))


def _page(parts: Dependencies, states: frozenset[SilenceState], *, offset: int, limit: int) -> dict[str, Any]:
    now, silences = parts.clock(), parts.alerts.silences.list(states)
    views = silence_views(silences[offset : offset + limit], parts.alerts.book, now=now)
    return page_view(views, total=len(silences), offset=offset, limit=limit)


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
        note=lambda silence: parts.audit.note(actor, "silence.create", str(silence.id), silence=document),
    )
    location = f"/api/v1/silences/{silence.id}"
    return JSONResponse(
        silence_views([silence], parts.alerts.book, now=now)[0], HTTPStatus.CREATED, {"Location": location}
    )


@router.post(
    "/silences/preview",
    operation_id="preview_silence",
    summary="Preview a silence",
    response_model=Page[AlertView],
    responses=problems(415),
    openapi_extra=silence_body(),
)
async def preview_silence(
    request: Request, parts: AppDependencies, who: Viewer, offset: Offset = 0, limit: Limit = 100
) -> Response:
    """The open alerts that a silence would cover now, the worst first; nothing is stored.

    The body is that of the silence; its times may be missing and are not looked at.
    """
    document = await read_object(request)
    return JSONResponse(await asyncio.to_thread(_preview, parts, document, offset=offset, limit=limit))


def _preview(parts: Dependencies, document: dict[str, Any], *, offset: int, limit: int) -> dict[str, Any]:
    now = parts.clock()
    silence = Silence(matchers=parse_matchers(document, now=now), starts_at=now, ends_at=None)
    alert_filter = AlertFilter(states=OPEN, is_silenced=True, silences=SilenceBook([silence]), now=now)
    rows, total = parts.alerts.book.page(alert_filter, offset=offset, limit=limit)
    silences = SilenceBook(parts.alerts.silences.unexpired())
    views = [alert_view(row, silences=silences, now=now) for row in rows]
    return page_view(views, total=total, offset=offset, limit=limit)


@router.get(
    "/silences/{id}",
    operation_id="get_silence",
    summary="Read a silence",
    response_model=SilenceView,
    responses=problems(404),
)
async def get_silence(parts: AppDependencies, who: Viewer, number: SilenceId) -> Response:
    """One silence."""
    return JSONResponse(await asyncio.to_thread(_view, parts, number))


def _view(parts: Dependencies, number: int) -> dict[str, Any]:
    return silence_views([parts.alerts.silences.get(number)], parts.alerts.book, now=parts.clock())[0]


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
