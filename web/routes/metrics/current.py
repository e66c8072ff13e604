"""What is last known of the fleet."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from web.auth.kiosk import check_choice, login_needed
from web.dependencies import AppDependencies
from web.history.measurements import check_measurements
from web.hosts.choice import HostChoice, TagChoice
from web.hosts.current import CurrentQuestion
from web.routes.guard import GuardedRoute, ViewerOrKiosk
from web.schemas.metrics import CurrentView
from web.schemas.problems import problems

router = APIRouter(tags=["metrics"], route_class=GuardedRoute)


@router.get(
    "/metrics/current",
    operation_id="get_current_metrics",
    summary="Read current values",
    response_model=CurrentView,
    responses=problems(421, s404="There is no host of that name; `suggestion` names the nearest."),
)
async def get_current(
    parts: AppDependencies,
    who: ViewerOrKiosk,
    host: HostChoice = None,
    tag: TagChoice = None,
    measurement: Annotated[
        list[str] | None, Query(description="Only these measurements.", examples=["cpu"])
    ] = None,
    fields: Annotated[
        Literal["all", "summary"],
        Query(description="`summary`: the few figures that a line in a table needs, no top processes."),
    ] = "all",
) -> Response:
    """State and newest values of each host, by name.

    Equal questions within a quarter of a second share one answer; its `time` says when it was made.
    """
    if who.is_kiosk:
        check_choice(host or (), tag or ())
        if fields != "summary":
            raise login_needed("more than a summary")
    question = CurrentQuestion(
        hosts=tuple(host or ()),
        tags=tuple(tag or ()),
        measurements=check_measurements(measurement) if measurement else None,
        is_summary=fields == "summary",
        is_kiosk=who.is_kiosk,
    )
    body = await parts.current_answers.body(
        question, parts.fleet.hosts, parts.fleet.current, clock=parts.clock
    )
    return Response(body, media_type="application/json")
