"""The live stream."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from access.identity import Identity
from access.roles import Role
from web.auth.kiosk import check_choice, login_needed
from web.auth.session import session_cookie
from web.dependencies import AppDependencies, Dependencies
from web.hosts.choice import HostChoice, TagChoice, choose_hosts, tag_selector
from web.live.frames import MEDIA_TYPE
from web.live.response import LiveResponse
from web.live.streams import EventGroup, Fields, HostFilter, Stream
from web.routes.guard import GuardedRoute, ViewerOrKiosk, counted_as, is_https
from web.schemas.problems import problems

router = APIRouter(tags=["live"], route_class=GuardedRoute)

_GROUPS = "samples|states|alerts"
_BEARER = "bearer "
_EXAMPLE = (
    "retry: 3000\n\n"
    'event: snapshot\nid: 5f1c09aa-17\ndata: {"time":"2026-05-01T12:00:00.000Z","hosts":[…]}\n\n'
    'event: samples\nid: 5f1c09aa-18\ndata: {"time":"2026-05-01T12:00:01.000Z","hosts":[…]}\n\n'
    'event: state\nid: 5f1c09aa-19\ndata: {"time":"2026-05-01T12:00:02.000Z","host":"web-1","state":"down",'
    '"reason":"refused","detail":"10.0.0.11:22 refuses connections","previous":"ok"}\n\n'
)
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events, without end.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


@router.get(
    "/live",
    operation_id="stream_live",
    summary="Listen to the fleet",
    response_class=Response,
    responses={**problems(421, s404="There is no host of that name."), **_CONTENT},
)
async def live(
    request: Request,
    parts: AppDependencies,
    who: ViewerOrKiosk,
    host: HostChoice = None,
    tag: TagChoice = None,
    fields: Annotated[
        Literal["summary", "all"], Query(description="How much of each host, as in /metrics/current.")
    ] = "summary",
    events: Annotated[
        str,
        Query(
            description="Any of `samples`, `states`, `alerts`; other events always come.",
            pattern=f"^({_GROUPS})(,({_GROUPS}))*$",
            examples=["states,alerts"],
        ),
    ] = "samples,states,alerts",
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event seen: go on after it.")
    ] = None,
) -> Response:
    """Events, each with an `id` and JSON `data` on one line.

    - `snapshot`: first, unless `Last-Event-ID` names an event of about the last minute: the document of
      `GET /metrics/current`.
    - `samples`: about once a second, `{time, hosts}`, the hosts that gave a result since the last, each as in
      the snapshot: put them in place of those of the same name.
    - `state`: a host's state became another (`LiveStateView`), also by growing late.
    - `inventory`: hosts came, went or changed (`LiveInventoryView`).

    A comment comes after 15 s of silence. The stream ends when the client reads too slowly, when its
    credentials are not valid any more, and when monctl stops: connect again, as browsers do by themselves.
    """
    if who.is_kiosk:
        check_choice(host or (), tag or ())
        if fields != "summary":
            raise login_needed("more than a summary")
    await choose_hosts(parts.fleet.hosts, host or (), tag or ())
    return LiveResponse(
        parts.live,
        Stream(
            Fields.KIOSK if who.is_kiosk else Fields(fields),
            frozenset(EventGroup(group) for group in events.split(",")),
            HostFilter(host or (), [tag_selector(one) for one in tag or ()]) if host or tag else None,
        ),
        last_event_id=last_event_id,
        who=counted_as(request, who),
        is_valid=_always if who.is_kiosk else _still_valid(request, parts),
    )


async def _always() -> bool:
    """Of a kiosk: there is nothing to expire."""
    return True


def _still_valid(request: Request, parts: Dependencies) -> Callable[[], Awaitable[bool]]:
    """A question for whether the request's credentials would still let it through."""
    identify = _identification(request, parts)

    async def is_valid() -> bool:
        try:
            identity = await identify()
        except parts.unavailable:
            return True  # nobody can tell at present; what was let in stays
        return identity is not None and Role.VIEWER in identity.role.included

    return is_valid


def _identification(request: Request, parts: Dependencies) -> Callable[[], Awaitable[Identity | None]]:
    """Looks at the same credential as the gate did."""
    key = request.headers.get("x-api-key")
    if key is not None:
        return lambda: parts.accounts.identify_key(key)
    authorization = request.headers.get("authorization", "")
    token = authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""
    token = token or session_cookie(request, is_https=is_https(request, parts)) or ""
    return lambda: parts.accounts.identify(token)
