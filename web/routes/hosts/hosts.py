"""The inventory: list, create, read, update, delete."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from inventory.host import HostSpec
from inventory.host_table.stored import StoredHost
from inventory.hosts_yaml.entry import Entry
from inventory.hosts_yaml.patch import merge_patch
from inventory.names import MAX_NAME_CHARACTERS
from inventory.selectors import is_selected
from web.dependencies import AppDependencies, Dependencies
from web.hosts.choice import HostChoice, TagChoice, is_pattern, tag_selectors
from web.hosts.entry_policy import check_entries
from web.hosts.views import HostViews
from web.http.bodies import read_object
from web.http.etags import expected_version
from web.http.records import not_modified, page_of, record_answer, refuse_renaming, remove_record, take_name
from web.routes.guard import Admin, GuardedRoute, Viewer, actor_of
from web.schemas.hosts import HostView, entry_body
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems
from web.schemas.records import IfNoneMatch, RecordResponses, if_match_header

router = APIRouter(tags=["hosts"], route_class=GuardedRoute)

HostName = Annotated[str, Path(description="The host's name.", max_length=MAX_NAME_CHARACTERS)]
IfMatch = Annotated[str | None, if_match_header("host")]
_RESPONSES = RecordResponses("host", owner="hosts.yaml (`file` and `line` say where)")


def host_answer(views: HostViews, host: StoredHost) -> Response:
    """A host's document with its ETag; to be called in a thread."""
    return record_answer(views.view(host))


@router.get(
    "/hosts",
    operation_id="list_hosts",
    summary="List hosts",
    response_model=Page[HostView],
    responses=problems(),
)
async def list_hosts(
    parts: AppDependencies,
    who: Viewer,
    host: HostChoice = None,
    tag: TagChoice = None,
    owner: Annotated[Literal["file", "api"] | None, Query(description="Whose hosts.")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Response:
    """The hosts by name, a page at a time."""
    return await asyncio.to_thread(
        _page, parts.host_views, host or [], tag or [], owner=owner, offset=offset, limit=limit
    )


def _page(
    views: HostViews, names: Sequence[str], tags: Sequence[str], *, owner: str | None, offset: int, limit: int
) -> Response:
    selectors = tag_selectors([name for name in names if is_pattern(name)], tags)
    chosen_hosts = [
        host_record
        for host_record, spec in views.all()
        if (owner is None or host_record.owner == owner) and _is_chosen(host_record, spec, names, selectors)
    ]
    return JSONResponse(page_of(chosen_hosts, views.view, offset=offset, limit=limit))


def _is_chosen(
    host_record: StoredHost, spec: HostSpec | None, names: Sequence[str], tags: Sequence[str]
) -> bool:
    if spec is None:
        return not tags and (not names or host_record.name in names)
    return (not names or any(name == host_record.name or is_selected(spec, name) for name in names)) and all(
        is_selected(spec, tag) for tag in tags
    )


@router.post(
    "/hosts",
    operation_id="create_host",
    summary="Add a host",
    status_code=HTTPStatus.CREATED,
    response_model=HostView,
    responses=_RESPONSES.created(415),
    openapi_extra=entry_body(is_new=True),
)
async def create_host(request: Request, parts: AppDependencies, who: Admin) -> Response:
    """Adds a host that belongs to the API; it is polled within 2 s.

    The body is a host entry as in hosts.yaml, with its `name`.
    """
    entry = await read_object(request)
    name = take_name(entry)
    answer = await asyncio.to_thread(_create, parts, name, entry, actor_of(request, who))
    await parts.fleet.refresh()
    return answer


def _create(parts: Dependencies, name: str, entry: Entry, actor: Actor) -> Response:
    check_entries({name: entry}, variables=parts.options.host_variables)
    note = parts.audit.note(actor, "host.create", name, entry=entry)
    host = parts.repository.add(name, entry, note=note)
    return record_answer(parts.host_views.view(host), created_at_path="/api/v1/hosts/")


@router.get(
    "/hosts/{name}",
    operation_id="get_host",
    summary="Read a host",
    response_model=HostView,
    responses=_RESPONSES.read(is_conditional=True),
)
async def get_host(
    parts: AppDependencies,
    who: Viewer,
    name: HostName,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """One host with every setting; `ETag` is its version."""
    host_record = await asyncio.to_thread(parts.repository.get, name)
    answer = not_modified(if_none_match, host_record.version)
    if answer is None:
        answer = await asyncio.to_thread(host_answer, parts.host_views, host_record)
    return answer


@router.put(
    "/hosts/{name}",
    operation_id="replace_host",
    summary="Replace a host's entry",
    response_model=HostView,
    responses=_RESPONSES.changed(415),
    openapi_extra=entry_body(),
)
async def replace_host(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, if_match: IfMatch = None
) -> Response:
    """Puts a whole new entry in the place of the old one. Polling goes on with it within 2 s."""
    entry = await read_object(request)
    refuse_renaming(entry, "host", name)
    answer = await asyncio.to_thread(
        _replace, parts, name, entry, actor_of(request, who), version=expected_version(if_match)
    )
    await parts.fleet.refresh()
    return answer


def _replace(parts: Dependencies, name: str, entry: Entry, actor: Actor, *, version: int | None) -> Response:
    before = parts.repository.get(name)
    check_entries({name: entry}, variables=parts.options.host_variables)
    note = parts.audit.note(actor, "host.update", name, before=dict(before.entry), after=dict(entry))
    host_record = parts.repository.update(name, entry, expected_version=version, note=note)
    return host_answer(parts.host_views, host_record)


@router.patch(
    "/hosts/{name}",
    operation_id="update_host",
    summary="Change a part of a host's entry",
    response_model=HostView,
    responses=_RESPONSES.changed(415),
    openapi_extra=entry_body(is_patch=True),
)
async def update_host(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, if_match: IfMatch = None
) -> Response:
    """A JSON merge patch (RFC 7396): keys that are given change, null takes one away, the others stay."""
    patch = await read_object(request)
    answer = await asyncio.to_thread(
        _patch, parts, name, patch, actor_of(request, who), version=expected_version(if_match)
    )
    await parts.fleet.refresh()
    return answer


def _patch(parts: Dependencies, name: str, patch: Entry, actor: Actor, *, version: int | None) -> Response:
    host = parts.repository.get(name)
    # whoever names no version means the one that the patch was applied to
    expected = host.version if version is None else version
    return _replace(parts, name, merge_patch(host.entry, patch), actor, version=expected)


@router.delete(
    "/hosts/{name}",
    operation_id="delete_host",
    summary="Remove a host",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=_RESPONSES.removed(),
)
async def delete_host(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, if_match: IfMatch = None
) -> Response:
    """Takes the host out of the inventory. Polling stops within 2 s; the history stays for its time."""
    note = parts.audit.note(actor_of(request, who), "host.delete", name)
    answer = await remove_record(parts.repository, name, if_match=if_match, note=note)
    await parts.fleet.refresh()
    return answer
