"""Push: samples from hosts that SSH cannot reach."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response

from access.identity import Identity
from foundation.records.errors import RecordUnknown
from inventory.host import Connection, HostSpec
from inventory.names import MAX_NAME_CHARACTERS
from metrics.catalog import nearest
from metrics.push_outcome import PushOutcome, Refusal
from web.dependencies import AppDependencies, Dependencies
from web.http.bodies import check_shape, read_body
from web.http.problems import HttpProblem
from web.ports import PushIntake
from web.routes.guard import Collector, GuardedRoute
from web.schemas.collect import MAX_ANSWERS, CollectView, collect_body
from web.schemas.problems import problems

router = APIRouter(tags=["push"], route_class=GuardedRoute)

_LARGE_BYTES = 64 * 1024
_LATEST_TIME = 1e18


class _Push(msgspec.Struct, forbid_unknown_fields=True):
    """The body; an answer stays as it came until it is decoded by itself."""

    host: Annotated[str, msgspec.Meta(max_length=MAX_NAME_CHARACTERS)] | None = None
    hello: dict[str, Any] | None = None
    sent: Annotated[float, msgspec.Meta(ge=-_LATEST_TIME, le=_LATEST_TIME)] | None = None
    answer: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    answers: (
        Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=MAX_ANSWERS)] | msgspec.UnsetType
    ) = msgspec.UNSET

    def samples(self) -> list[bytes]:
        """The answers, one or many; raises HttpProblem (422)."""
        if (self.answer is msgspec.UNSET) == (self.answers is msgspec.UNSET):
            raise HttpProblem(422, "request-invalid", "send either `answer` (one) or `answers` (a list)")
        if isinstance(self.answer, msgspec.Raw):
            return [bytes(self.answer)]
        assert isinstance(self.answers, list)
        return [bytes(answer) for answer in self.answers]


@router.post(
    "/metrics/collect",
    operation_id="collect_metrics",
    summary="Send samples of a host",
    response_model=CollectView,
    openapi_extra=collect_body(),
    responses=problems(
        404,
        413,
        415,
        s403="The key is bound to another host, or its role is not collector.",
        s404="No host has this name.",
        s409="Every sample was taken before (`duplicate`), or the host does not push or is paused.",
        s422="No sample could be taken (`bad-answer`, `future`, `stale`, `samples-refused`); see `refused`.",
        s503="This process does not poll, or the metric store takes nothing: send the same again later.",
    ),
)
async def collect_metrics(request: Request, parts: AppDependencies, who: Collector) -> Response:
    """One probe answer, or up to 1,000 in any order: raw counters, which become points, rates included.

    The host must have `connection: push`. A sample is refused when its time is more than 60 s ahead
    (`future`), when it is older than 48 h or than the newest one taken (`stale`), or when it was taken
    before (`duplicate`). When the answer comes, those accepted are stored. A key has 100
    requests a minute.
    """
    parts.push_limit.hit(who.actor)
    intake = _intake(parts)
    push = await _read_push(request)
    host = _host(parts, who, push.host)
    outcomes = await intake.take(host, push.samples(), hello=push.hello, now=parts.clock(), sent_at=push.sent)
    refusals = [
        {"index": at, "time": one.time, "reason": str(one.reason), "detail": one.detail}
        for at, one in enumerate(outcomes)
        if one.reason is not None
    ]
    if len(refusals) == len(outcomes):
        raise _all_refused(outcomes, refusals)
    view = {"host": host.name, "accepted": len(outcomes) - len(refusals), "refused": refusals}
    return Response(msgspec.json.encode(view), media_type="application/json")


def _intake(parts: Dependencies) -> PushIntake:
    if parts.push is None:
        detail = "this process only serves: push to the address of `monctl poll`, which polls"
        raise HttpProblem(503, "push-elsewhere", detail)
    return parts.push


async def _read_push(request: Request) -> _Push:
    body = await read_body(request)
    push = await asyncio.to_thread(_decode, body) if len(body) > _LARGE_BYTES else _decode(body)
    check_shape(push.hello)
    return push


def _decode(body: bytes) -> _Push:
    try:
        return msgspec.json.decode(body, type=_Push)
    except msgspec.ValidationError as error:
        raise HttpProblem(422, "request-invalid", f"the body is not as it should be: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "json-invalid", f"the body is not JSON: {error}") from error


def _host(parts: Dependencies, who: Identity, pushed_name: str | None) -> HostSpec:
    """The host that the samples are of; raises HttpProblem (403, 404, 409, 422)."""
    if who.host is not None and pushed_name not in (None, who.host):
        raise HttpProblem(403, "other-host", f"this key may only send for {who.host}, not for {pushed_name}")
    name = pushed_name if who.host is None else who.host
    if name is None:
        raise HttpProblem(422, "host-missing", 'name the host: "host": "…"; this key is not bound to one')
    hosts = parts.fleet.hosts
    if name not in hosts:
        raise RecordUnknown("host", name, nearest(name, hosts))
    host = hosts[name]
    if host.connection is not Connection.PUSH:
        detail = f"{name} has `connection: {host.connection}`: only hosts with `connection: push` may send"
        raise HttpProblem(409, "host-not-push", detail)
    if host.paused:
        raise HttpProblem(409, "host-paused", f"{name} is paused: its samples are not taken")
    return host


def _all_refused(outcomes: Sequence[PushOutcome], refusals: list[dict[str, Any]]) -> HttpProblem:
    reasons = {one.reason for one in outcomes if one.reason is not None}
    first = refusals[0]["detail"]
    detail = first if len(outcomes) == 1 else f"none of {len(outcomes)} samples was taken; the first: {first}"
    kind = reasons.pop().replace("_", "-") if len(reasons) == 1 else "samples-refused"
    status = HTTPStatus.CONFLICT if kind == Refusal.DUPLICATE else HTTPStatus.UNPROCESSABLE_ENTITY
    return HttpProblem(status, kind, detail, more={"refused": refusals})
