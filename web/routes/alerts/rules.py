"""Alert rules: list, create, read, update, delete; and what one would have done."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from alerts.errors import AlertsInvalid
from alerts.replay import POINTS_OF_HOST
from alerts.rules.document import Spec, parse_rule
from alerts.rules.names import MAX_RULE_NAME_CHARACTERS
from alerts.rules.repository import RuleRepository
from alerts.rules.rule import Rule
from alerts.rules.stored import StoredRule
from alerts.rules.view import rule_view
from web.dependencies import AppDependencies, Dependencies
from web.history.times import parse_range, parse_step
from web.http.bodies import read_object
from web.http.etags import expected_version
from web.http.problems import HttpProblem
from web.http.records import not_modified, page_of, record_answer, refuse_renaming, remove_record, take_name
from web.routes.guard import Admin, GuardedRoute, Viewer, actor_of, counted_as
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems
from web.schemas.records import IfNoneMatch, RecordResponses, if_match_header
from web.schemas.rules import RuleTestView, RuleView, replay_body, spec_body

router = APIRouter(tags=["rules"], route_class=GuardedRoute)

RuleName = Annotated[str, Path(description="The rule's name.", max_length=MAX_RULE_NAME_CHARACTERS)]
IfMatch = Annotated[str | None, if_match_header("rule")]
_RESPONSES = RecordResponses("rule", owner="monctl.yaml (`file` and `line` say where)")
_UNNAMED = "test"
_DEFAULT_START = "-7d"


@router.get(
    "/rules",
    operation_id="list_rules",
    summary="List rules",
    response_model=Page[RuleView],
    responses=problems(),
)
async def list_rules(
    parts: AppDependencies,
    who: Viewer,
    owner: Annotated[Literal["default", "file", "api"] | None, Query(description="Whose rules.")] = None,
    enabled: Annotated[bool | None, Query(description="Only those evaluated, or only the others.")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """The rules by name, those that ship among them, a page at a time."""
    rules = await asyncio.to_thread(parts.alerts.rules.list)
    chosen_rules = [rule for rule in rules if _is_chosen(rule, owner=owner, enabled=enabled)]
    return JSONResponse(page_of(chosen_rules, rule_view, offset=offset, limit=limit))


def _is_chosen(rule_record: StoredRule, *, owner: str | None, enabled: bool | None) -> bool:
    is_enabled = rule_record.rule is not None and rule_record.rule.is_enabled
    return (owner is None or rule_record.owner == owner) and (enabled is None or is_enabled is enabled)


@router.post(
    "/rules",
    operation_id="create_rule",
    summary="Add a rule",
    status_code=HTTPStatus.CREATED,
    response_model=RuleView,
    responses=_RESPONSES.created(415),
    openapi_extra=spec_body(is_new=True),
)
async def create_rule(request: Request, parts: AppDependencies, who: Admin) -> Response:
    """Adds a rule that belongs to the API; hosts are held against it within seconds.

    The body is a rule as in monctl.yaml, with its `name`.
    """
    spec = await read_object(request)
    name = take_name(spec)
    note = parts.audit.note(actor_of(request, who), "rule.create", name, spec=spec)
    rule = await asyncio.to_thread(parts.alerts.rules.add, name, spec, note=note)
    return record_answer(rule_view(rule), created_at_path="/api/v1/rules/")


@router.post(
    "/rules/test",
    operation_id="test_rule",
    summary="Replay a rule over stored history",
    response_model=RuleTestView,
    responses=problems(404, 415),
    openapi_extra=replay_body(),
)
async def replay_rule(request: Request, parts: AppDependencies, who: Viewer) -> Response:
    """When a rule would have fired and cleared. Nothing is stored and nobody is told.

    The body is a rule as in monctl.yaml, or the `name` of one that there is; with a span of time.
    """
    body = await read_object(request)
    span = parse_range(
        _time_text(body.pop("start", None), "start") or _DEFAULT_START,
        _time_text(body.pop("end", None), "end"),
        now=parts.clock(),
    )
    step = parse_step(_time_text(body.pop("step", None), "step") or "auto")
    rule = await asyncio.to_thread(_rule_to_test, parts.alerts.rules, body)
    claim = parts.work.claim(counted_as(request, who))
    with claim.until_failure():
        await claim.take(POINTS_OF_HOST)
        replay = await parts.rule_replayer.replay(rule, start=span.start, end=span.end, step=step)
    claim.release()
    return JSONResponse(dict(replay))


def _time_text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise HttpProblem(422, "request-invalid", f"{name}: must be a text or a number")
    return str(value)


def _rule_to_test(rules: RuleRepository, body: dict[str, Any]) -> Rule:
    """The rule that a request means; raises AlertsInvalid and RecordUnknown."""
    name = body.pop("name", None)
    if name is None and not body:
        raise HttpProblem(
            422, "request-invalid", "write a rule with `when`, or the `name` of one that there is"
        )
    if name is not None and not isinstance(name, str):
        raise HttpProblem(422, "request-invalid", "name: must be a text")
    if body:
        return parse_rule(_UNNAMED if name is None else name, body)
    rule_record = rules.get(str(name))
    if rule_record.rule is None:
        raise AlertsInvalid(rule_record.problems)
    return rule_record.rule


@router.get(
    "/rules/{name}",
    operation_id="get_rule",
    summary="Read a rule",
    response_model=RuleView,
    responses=_RESPONSES.read(is_conditional=True),
)
async def get_rule(
    parts: AppDependencies,
    who: Viewer,
    name: RuleName,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One rule with every field; `ETag` is its version."""
    rule_record = await asyncio.to_thread(parts.alerts.rules.get, name)
    return not_modified(if_none_match, rule_record.version) or record_answer(rule_view(rule_record))


@router.put(
    "/rules/{name}",
    operation_id="replace_rule",
    summary="Replace a rule",
    response_model=RuleView,
    responses=_RESPONSES.changed(415),
    openapi_extra=spec_body(),
)
async def replace_rule(
    request: Request, parts: AppDependencies, who: Admin, name: RuleName, if_match: IfMatch = None
) -> Response:
    """Puts a whole new rule in the place of the old one; over a rule that ships, its keys are laid."""
    spec = await read_object(request)
    refuse_renaming(spec, "rule", name)
    return await asyncio.to_thread(
        _replace, parts, name, spec, actor_of(request, who), version=expected_version(if_match)
    )


def _replace(parts: Dependencies, name: str, spec: Spec, actor: Actor, *, version: int | None) -> Response:
    before = parts.alerts.rules.get(name)
    note = parts.audit.note(actor, "rule.update", name, before=dict(before.spec), after=dict(spec))
    rule = parts.alerts.rules.replace(name, spec, expected_version=version, note=note)
    return record_answer(rule_view(rule))


@router.patch(
    "/rules/{name}",
    operation_id="update_rule",
    summary="Change a part of a rule",
    response_model=RuleView,
    responses=_RESPONSES.changed(415),
    openapi_extra=spec_body(is_patch=True),
)
async def update_rule(
    request: Request, parts: AppDependencies, who: Admin, name: RuleName, if_match: IfMatch = None
) -> Response:
    """A JSON merge patch (RFC 7396): keys that are given change, null takes one away, the others stay.

    It works on rules that ship too: `{"enabled": false}` switches one off.
    """
    changes = await read_object(request)
    version = expected_version(if_match)
    note = parts.audit.note(actor_of(request, who), "rule.update", name, changes=changes)
    rule = await asyncio.to_thread(
        parts.alerts.rules.patch, name, changes, expected_version=version, note=note
    )
    return record_answer(rule_view(rule))


@router.delete(
    "/rules/{name}",
    operation_id="delete_rule",
    summary="Remove a rule",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=_RESPONSES.removed(),
)
async def delete_rule(
    request: Request, parts: AppDependencies, who: Admin, name: RuleName, if_match: IfMatch = None
) -> Response:
    """Takes a rule of the API away, and its open alerts end. What lay over a rule that ships uncovers it."""
    note = parts.audit.note(actor_of(request, who), "rule.delete", name)
    return await remove_record(parts.alerts.rules, name, if_match=if_match, note=note)
