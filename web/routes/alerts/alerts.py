"""Alerts: which there are, which there were, and who knows of them."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from access.identity import Identity
from access.roles import Role
from alerts.history.filter import OPEN, AlertFilter
from alerts.history.view import alert_view, story_view
from alerts.severity import Severity
from alerts.silences.book import SilenceBook
from alerts.states import AlertState
from alerts.tables import AlertRow
from foundation.display.pages import page_view
from foundation.display.text import clean_lines
from inventory.names import MAX_NAME_CHARACTERS
from web.auth.kiosk import check_choice, kiosk_alert, login_needed
from web.dependencies import AppDependencies, Dependencies
from web.history.times import parse_range
from web.hosts.choice import MAX_PATTERNS
from web.routes.guard import GuardedRoute, Operator, Viewer, ViewerOrKiosk, actor_of
from web.schemas.alerts import MAX_NOTE_CHARACTERS, AcknowledgeRequest, AlertStoryView, AlertView
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["alerts"], route_class=GuardedRoute)

AlertId = Annotated[int, Path(alias="id", description="The alert's id.", ge=1, le=2**31 - 1)]
_Name = Annotated[str, Query(max_length=MAX_NAME_CHARACTERS, pattern=r"^[^\x00]*$")]
Hosts = Annotated[
    list[_Name] | None,
    Query(
        description="Names, patterns (`web-*`) and tags (`tag:env=prod`), any; hosts may be gone by now.",
        max_length=MAX_PATTERNS,
        examples=["web-*"],
    ),
]
Rules = Annotated[
    list[_Name] | None,
    Query(description="Names and patterns of rules, any of them.", max_length=MAX_PATTERNS),
]
Severities = Annotated[list[Severity] | None, Query(description="Any of them.")]
_OVER = "The alert is over."


@router.get(
    "/alerts",
    operation_id="list_alerts",
    summary="List alerts",
    response_model=Page[AlertView],
    responses=problems(421),
)
async def list_alerts(
    parts: AppDependencies,
    who: ViewerOrKiosk,
    state: Annotated[
        list[AlertState] | None, Query(description="Any of them; pending and firing without.")
    ] = None,
    host: Hosts = None,
    rule: Rules = None,
    severity: Severities = None,
    acknowledged: Annotated[
        bool | None, Query(description="Only those that somebody, or nobody, has acknowledged.")
    ] = None,
    silenced: Annotated[
        bool | None, Query(description="Only those that a silence, or none, covers now.")
    ] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """Alerts, the worst first: firing before pending, critical before warning, then the newest."""
    if who.is_kiosk:
        check_choice(host or ())
        if not OPEN.issuperset(state or OPEN):
            raise login_needed("an alert that is over")

    def alert_filter(silences: SilenceBook, now: float) -> AlertFilter:
        return AlertFilter(
            states=frozenset(state or OPEN),
            hosts=tuple(host or ()),
            rules=tuple(rule or ()),
            severities=frozenset(severity or Severity),
            is_acknowledged=acknowledged,
            is_silenced=silenced,
            silences=silences,
            now=now,
        )

    page = await asyncio.to_thread(_page, parts, alert_filter, offset=offset, limit=limit)
    if who.is_kiosk:
        page["items"] = [kiosk_alert(view) for view in page["items"]]
    return JSONResponse(page)


def _page(
    parts: Dependencies, alert_filter: Callable[[SilenceBook, float], AlertFilter], *, offset: int, limit: int
) -> dict[str, Any]:
    now, silences = parts.clock(), _silences(parts)
    rows, total = parts.alerts.book.page(alert_filter(silences, now), offset=offset, limit=limit)
    return page_view(_views(rows, silences, now), total=total, offset=offset, limit=limit)


@router.get(
    "/alerts/history",
    operation_id="list_alert_history",
    summary="Read alerts over time",
    response_model=Page[AlertView],
    responses=problems(),
)
async def list_alert_history(
    parts: AppDependencies,
    who: Viewer,
    start: Annotated[
        str, Query(description="RFC 3339, unix seconds or a span back from now (`-7d`).", max_length=64)
    ] = "-7d",
    end: Annotated[str, Query(description="As `start`; now without.", max_length=64)] = "",
    host: Hosts = None,
    rule: Rules = None,
    severity: Severities = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """All alerts that were firing at some time between two, the newest first; those that still fire too."""
    span = parse_range(start, end, now=parts.clock())
    alert_filter = AlertFilter(
        hosts=tuple(host or ()), rules=tuple(rule or ()), severities=frozenset(severity or Severity)
    )

    def page() -> dict[str, Any]:
        rows, total = parts.alerts.book.history(
            alert_filter, start=span.start, end=span.end, offset=offset, limit=limit
        )
        views = _views(rows, _silences(parts), parts.clock())
        return page_view(views, total=total, offset=offset, limit=limit)

    return JSONResponse(await asyncio.to_thread(page))


@router.get(
    "/alerts/{id}",
    operation_id="get_alert",
    summary="Read an alert",
    response_model=AlertStoryView,
    responses=problems(404),
)
async def get_alert(parts: AppDependencies, who: Viewer, number: AlertId) -> Response:
    """One alert, with all that was to be told of it and what became of that."""
    return JSONResponse(await asyncio.to_thread(_story, parts, number, who))


def _story(parts: Dependencies, number: int, who: Identity) -> dict[str, Any]:
    return story_view(
        parts.alerts.book.get(number),
        silences=_silences(parts),
        now=parts.clock(),
        for_admin=Role.ADMIN in who.role.included,
    )


@router.post(
    "/alerts/{id}/ack",
    operation_id="acknowledge_alert",
    summary="Acknowledge an alert",
    response_model=AlertStoryView,
    responses=problems(404, s409=_OVER),
)
async def acknowledge_alert(
    request: Request,
    parts: AppDependencies,
    who: Operator,
    number: AlertId,
    wanted: AcknowledgeRequest | None = None,  # its name is in the OpenAPI document, as a title
) -> Response:
    """Says that somebody is on it: no more repeats, no escalation; its end is still told.

    Once more replaces the note and who wrote it.
    """
    text = "" if wanted is None else clean_lines(wanted.note, limit=MAX_NOTE_CHARACTERS)
    text = text[:MAX_NOTE_CHARACTERS]  # a tab became several blanks
    actor = actor_of(request, who)
    await asyncio.to_thread(_acknowledge, parts, number, text, actor)
    return JSONResponse(await asyncio.to_thread(_story, parts, number, who))


def _acknowledge(parts: Dependencies, number: int, text: str, actor: Actor) -> None:
    note = parts.audit.note(actor, "alert.ack", str(number), note=text)
    parts.alerts.book.acknowledge(number, by=actor.name, text=text, note=note)


@router.delete(
    "/alerts/{id}/ack",
    operation_id="unacknowledge_alert",
    summary="Take an acknowledgement back",
    response_model=AlertStoryView,
    responses=problems(404, s409=_OVER),
)
async def unacknowledge_alert(
    request: Request, parts: AppDependencies, who: Operator, number: AlertId
) -> Response:
    """As if nobody had acknowledged the alert."""
    await asyncio.to_thread(_unacknowledge, parts, number, actor_of(request, who))
    return JSONResponse(await asyncio.to_thread(_story, parts, number, who))


def _unacknowledge(parts: Dependencies, number: int, actor: Actor) -> None:
    note = parts.audit.note(actor, "alert.unack", str(number))
    parts.alerts.book.unacknowledge(number, note=note)


def _silences(parts: Dependencies) -> SilenceBook:
    return SilenceBook(parts.alerts.silences.unexpired())


def _views(rows: list[AlertRow], silences: SilenceBook, now: float) -> list[dict[str, Any]]:
    return [alert_view(row, silences=silences, now=now) for row in rows]
