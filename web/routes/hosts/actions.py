"""Pausing, resuming and checking a host."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from access.audit.log import Actor
from inventory.errors import InventoryInvalid
from inventory.host import HostSpec
from inventory.host_table.stored import StoredHost
from web.dependencies import AppDependencies, Dependencies
from web.http.etags import expected_version
from web.live.frames import MEDIA_TYPE as _EVENTS
from web.live.frames import frame
from web.routes.guard import GuardedRoute, Operator, actor_of
from web.routes.hosts.hosts import HostName, IfMatch, host_answer
from web.schemas.hosts import CheckView, HostView
from web.schemas.problems import problems

router = APIRouter(tags=["hosts"], route_class=GuardedRoute)

_LINES = "application/x-ndjson"
_EXAMPLE_EVENTS = (
    'event: step\nid: 1\ndata: {"step":"dns","ok":true,"reason":null,"detail":"10.0.0.9","advice":""}\n\n'
    'event: result\nid: 2\ndata: {"host":"web-9","ok":true}\n\n'
)
_EXAMPLE_LINES = (
    '{"step": "dns", "ok": true, "reason": null, "detail": "10.0.0.9", "advice": ""}\n'
    '{"step": "tcp", "ok": false, "reason": "refused", "detail": "10.0.0.9:22 refuses connections", '
    '"advice": "Is sshd running there?"}\n'
    '{"host": "web-9", "ok": false}\n'
)


@router.post(
    "/hosts/{name}/pause",
    operation_id="pause_host",
    summary="Stop polling a host for a while",
    response_model=HostView,
    responses=problems(404, 412),
)
async def pause_host(
    request: Request, parts: AppDependencies, who: Operator, name: HostName, if_match: IfMatch = None
) -> Response:
    """Whoever owns the host: pausing works for those of hosts.yaml too. Pausing twice is no error."""
    return await _set_paused(parts, name, actor_of(request, who), if_match=if_match, paused=True)


@router.post(
    "/hosts/{name}/resume",
    operation_id="resume_host",
    summary="Poll a host again",
    response_model=HostView,
    responses=problems(404, 412),
)
async def resume_host(
    request: Request, parts: AppDependencies, who: Operator, name: HostName, if_match: IfMatch = None
) -> Response:
    """Also one that its entry in hosts.yaml pauses."""
    return await _set_paused(parts, name, actor_of(request, who), if_match=if_match, paused=False)


async def _set_paused(
    parts: Dependencies, name: str, actor: Actor, *, if_match: str | None, paused: bool
) -> Response:
    change: Callable[..., StoredHost] = parts.repository.pause if paused else parts.repository.resume
    note = parts.audit.note(actor, "host.pause" if paused else "host.resume", name)
    host = await asyncio.to_thread(change, name, expected_version=expected_version(if_match), note=note)
    answer = await asyncio.to_thread(host_answer, parts.host_views, host)
    await parts.fleet.refresh()
    return answer


@router.post(
    "/hosts/{name}/check",
    operation_id="check_host",
    summary="Walk the way to a host, step by step",
    response_class=Response,
    responses={
        **problems(404),
        200: {
            "description": "A line for each step as soon as it is done, then a line with the whole result; "
            "for those who accept `text/event-stream` only, events `step` and `result` with the same data; "
            "for those who accept `application/json` only, everything at once.",
            "content": {
                _LINES: {"schema": {"type": "string"}, "example": _EXAMPLE_LINES},
                _EVENTS: {"schema": {"type": "string"}, "example": _EXAMPLE_EVENTS},
                "application/json": {"schema": {"$ref": "#/components/schemas/CheckView"}},
            },
        },
    },
)
async def check_host(request: Request, parts: AppDependencies, who: Operator, name: HostName) -> Response:
    """dns, tcp, host key, login, python, probe: which fails, and what to do about it."""
    host = await asyncio.to_thread(usable_host, parts, name)
    accepted = request.headers.get("accept", "").strip().lower()
    if accepted == _EVENTS:
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(_events(parts, host), media_type=_EVENTS, headers=headers)
    if accepted != "application/json":
        return StreamingResponse(_lines(parts, host), media_type=_LINES)
    steps = [dict(step) async for step in parts.checker.check(host)]
    view = CheckView.model_validate({"host": name, "ok": _is_ok(steps), "steps": steps})
    return Response(view.model_dump_json(), media_type="application/json")


async def _lines(parts: Dependencies, host: HostSpec) -> AsyncIterator[bytes]:
    steps = []
    async for step in parts.checker.check(host):
        steps.append(step)
        yield msgspec.json.encode(step) + b"\n"
    yield msgspec.json.encode({"host": host.name, "ok": _is_ok(steps)}) + b"\n"


async def _events(parts: Dependencies, host: HostSpec) -> AsyncIterator[bytes]:
    """The same as server-sent events: `step` for each, then `result`."""
    steps = []
    async for step in parts.checker.check(host):
        steps.append(step)
        yield frame("step", str(len(steps)), msgspec.json.encode(step))
    result = {"host": host.name, "ok": _is_ok(steps)}
    yield frame("result", str(len(steps) + 1), msgspec.json.encode(result))


def _is_ok(steps: list[Mapping[str, Any]] | list[dict[str, Any]]) -> bool:
    return all(step["ok"] for step in steps)


def usable_host(parts: Dependencies, name: str) -> HostSpec:
    """A host as its entry says, applied or not yet; raises RecordUnknown and InventoryInvalid."""
    specs = parts.repository.resolve([parts.repository.get(name)])
    if specs.problems:
        raise InventoryInvalid(specs.problems)
    return specs.hosts[name]
