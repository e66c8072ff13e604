"""How the polls of a host went."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from foundation.times import rfc3339
from web.dependencies import AppDependencies
from web.hosts.polls import KEPT_RUNS
from web.routes.guard import GuardedRoute, Viewer
from web.routes.hosts.hosts import HostName
from web.schemas.polls import PollLogView
from web.schemas.problems import problems

router = APIRouter(tags=["hosts"], route_class=GuardedRoute)


@router.get(
    "/hosts/{name}/polls",
    operation_id="list_host_polls",
    summary="Read how polls of a host went",
    response_model=PollLogView,
    responses=problems(404),
)
async def list_polls(
    parts: AppDependencies,
    who: Viewer,
    name: HostName,
    limit: Annotated[
        int, Query(ge=1, le=KEPT_RUNS, description="How many runs to give at most.")
    ] = KEPT_RUNS,
) -> Response:
    """Runs of polls that ended alike, the newest first: when the outcome changed, and how many followed.

    Kept in memory, 50 runs a host. `monctl serve` looks every second or two at what another process polls,
    and may miss what is over sooner.
    """
    if name not in parts.fleet.hosts:
        await asyncio.to_thread(parts.repository.get, name)  # not there at all, or one that cannot be used
    return JSONResponse(
        {
            "host": name,
            "since": rfc3339(parts.poll_log.since),
            "items": [run.view() for run in parts.poll_log.runs(name, limit=limit)],
        }
    )
