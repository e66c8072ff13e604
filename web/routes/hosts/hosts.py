"""The inventory: list, create, read, update, delete."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from access.audit.log import Actor
from inventory.host import HostSpec
from inventory.host_table.stored import StoredHost
from inventory.hosts_yaml.entry import Entry
from inventory.hosts_yaml.patch import merge_patch
from inventory.names import MAX_NAME_CHARACTERS
from inventory.selectors import is_selected
from web.auth.guard import Admin, Viewer, actor_of
from web.dependencies import AppDependencies, Dependencies
from web.hosts.choice import HostChoice, TagChoice, is_pattern, tag_selectors
from web.hosts.entry_policy import check_entries
from web.hosts.views import HostViews
from web.http.bodies import read_object
from web.http.etags import etag, expected_version, is_known
from web.http.problems import HttpProblem
from web.schemas.hosts import HostView, entry_body
from web.schemas.pages import Limit, Offset, Page
from web.schemas.problems import problems

router = APIRouter(tags=["hosts"])

HostName = Annotated[str, Path(description="The host's name.", max_length=MAX_NAME_CHARACTERS)]
IfMatch = Annotated[
    str | None,
    Header(description="The ETag that the change is meant for: 412 when the host has changed since."),
]
_OWNED = "The host belongs to hosts.yaml (`file` and `line` say where): change it there."
_CHANGED = "The host has changed since the version that If-Match names."
_WITH_ETAG = {"ETag": {"description": "The host's version.", "schema": {"type": "string"}}}


def host_answer(views: HostViews, host: StoredHost, *, status: int = 200) -> Response:
    """A host's document with its ETag; to be called in a thread."""
    return JSONResponse(views.view(host), status, {"ETag": etag(host.version)})


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
    chosen = [
        stored
        for stored, spec in views.all()
        if (owner is None or stored.owner == owner) and _is_chosen(stored, spec, names, selectors)
    ]
    items = [views.view(stored) for stored in chosen[offset : offset + limit]]
    return JSONResponse({"items": items, "total": len(chosen), "offset": offset, "limit": limit})


def _is_chosen(stored: StoredHost, spec: HostSpec | None, names: Sequence[str], tags: Sequence[str]) -> bool:
    if spec is None:
        return not tags and (not names or stored.name in names)
    return (not names or any(name == stored.name or is_selected(spec, name) for name in names)) and all(
        is_selected(spec, tag) for tag in tags
    )


@router.post(
    "/hosts",
    operation_id="create_host",
    summary="Add a host",
    status_code=HTTPStatus.CREATED,
    response_model=HostView,
    responses={
        **problems(415, s409="There is a host of that name already."),
        201: {"headers": _WITH_ETAG | {"Location": {"schema": {"type": "string"}}}},
    },
    openapi_extra=entry_body(is_new=True),
)
async def create_host(request: Request, parts: AppDependencies, who: Admin) -> Response:
    """Adds a host that belongs to the API; it is polled within 2 s.

    The body is a host entry as in hosts.yaml, with its `name`.
    """
    entry = await read_object(request)
    name = _name_in(entry)
    answer = await asyncio.to_thread(_create, parts, name, entry, actor_of(request, who))
    await parts.fleet.refresh()
    return answer


def _name_in(entry: dict[str, Any]) -> str:
    name = entry.pop("name", None)
    if not isinstance(name, str) or not name:
        raise HttpProblem(422, "request-invalid", "name: must be there, a text that is not empty")
    return name


def _create(parts: Dependencies, name: str, entry: Entry, actor: Actor) -> Response:
    check_entries({name: entry}, variables=parts.options.host_variables)
    note = parts.audit.note(actor, "host.create", name, entry=entry)
    answer = host_answer(
        parts.host_views, parts.repository.add(name, entry, note=note), status=HTTPStatus.CREATED
    )
    answer.headers["Location"] = f"/api/v1/hosts/{quote(name, safe='')}"
    return answer


@router.get(
    "/hosts/{name}",
    operation_id="get_host",
    summary="Read a host",
    response_model=HostView,
    responses={
        **problems(404),
        200: {"headers": _WITH_ETAG},
        304: {"description": "The version that If-None-Match names is the present one."},
    },
)
async def get_host(
    parts: AppDependencies,
    who: Viewer,
    name: HostName,
    if_none_match: Annotated[str | None, Header(description="The ETag of the version known.")] = None,
) -> Response:
    """One host with every setting; `ETag` is its version."""
    stored = await asyncio.to_thread(parts.repository.get, name)
    if is_known(if_none_match, stored.version):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag(stored.version)})
    return await asyncio.to_thread(host_answer, parts.host_views, stored)


@router.put(
    "/hosts/{name}",
    operation_id="replace_host",
    summary="Replace a host's entry",
    response_model=HostView,
    responses={**problems(404, 415, s409=_OWNED, s412=_CHANGED), 200: {"headers": _WITH_ETAG}},
    openapi_extra=entry_body(),
)
async def replace_host(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, if_match: IfMatch = None
) -> Response:
    """Puts a whole new entry in the place of the old one. Polling goes on with it within 2 s."""
    entry = await read_object(request)
    if entry.pop("name", name) != name:
        raise HttpProblem(422, "request-invalid", f"name: the path says `{name}`; a host cannot be renamed")
    answer = await asyncio.to_thread(
        _replace, parts, name, entry, actor_of(request, who), version=expected_version(if_match)
    )
    await parts.fleet.refresh()
    return answer


def _replace(parts: Dependencies, name: str, entry: Entry, actor: Actor, *, version: int | None) -> Response:
    before = parts.repository.get(name)
    check_entries({name: entry}, variables=parts.options.host_variables)
    note = parts.audit.note(actor, "host.update", name, before=dict(before.entry), after=dict(entry))
    stored = parts.repository.update(name, entry, expected_version=version, note=note)
    return host_answer(parts.host_views, stored)


@router.patch(
    "/hosts/{name}",
    operation_id="update_host",
    summary="Change a part of a host's entry",
    response_model=HostView,
    responses={**problems(404, 415, s409=_OWNED, s412=_CHANGED), 200: {"headers": _WITH_ETAG}},
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
    present = parts.repository.get(name)
    # whoever names no version means the one that the patch was applied to
    expected = present.version if version is None else version
    return _replace(parts, name, merge_patch(present.entry, patch), actor, version=expected)


@router.delete(
    "/hosts/{name}",
    operation_id="delete_host",
    summary="Remove a host",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=problems(404, s409=_OWNED, s412=_CHANGED),
)
async def delete_host(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, if_match: IfMatch = None
) -> Response:
    """Takes the host out of the inventory. Polling stops within 2 s; the history stays for its time."""
    await asyncio.to_thread(_delete, parts, name, actor_of(request, who), version=expected_version(if_match))
    await parts.fleet.refresh()
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _delete(parts: Dependencies, name: str, actor: Actor, *, version: int | None) -> None:
    note = parts.audit.note(actor, "host.delete", name)
    parts.repository.remove(name, expected_version=version, note=note)
