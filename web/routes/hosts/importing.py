"""Taking over hosts from a hosts.yaml, an ssh config or an Ansible inventory."""

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from access.audit.log import Actor
from foundation.records.owner import Owner
from inventory.host_table.stored import StoredHost
from inventory.hosts_yaml.entry import Entry
from inventory.importers.detect import import_hosts
from web.dependencies import AppDependencies, Dependencies
from web.hosts.entry_policy import check_entries
from web.http.bodies import media_type, read_object
from web.http.openapi import REF_TEMPLATE
from web.http.problems import HttpProblem
from web.routes.guard import Admin, GuardedRoute, actor_of
from web.schemas.hosts import ImportRequest, ImportView
from web.schemas.problems import problems

router = APIRouter(tags=["hosts"], route_class=GuardedRoute)

_TEXT_TYPES = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"})
_TEXT: dict[str, Any] = {"schema": {"type": "string"}, "example": "hosts:\n  web-1: 10.0.0.11\n"}


@router.post(
    "/hosts/import",
    operation_id="import_hosts",
    summary="Import hosts",
    response_model=ImportView,
    responses=problems(415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": ImportRequest.model_json_schema(ref_template=REF_TEMPLATE)},
                "application/yaml": _TEXT,
                "text/plain": _TEXT,
            },
        }
    },
)
async def import_(
    request: Request,
    parts: AppDependencies,
    who: Admin,
    dry_run: Annotated[
        bool, Query(description="Only say what would be added; for a body that is the text itself.")
    ] = False,
) -> dict[str, Any]:
    """Adds the hosts of a hosts.yaml, an ssh config or an Ansible inventory as hosts of the API, all or none.

    Hosts that exist are left as they are. The text comes in JSON, or as the body itself. A dry run changes
    nothing, and fails where the import would.
    """
    import_request = await _import_request(request)
    if dry_run:
        import_request.dry_run = True
    view = await asyncio.to_thread(_import, parts, import_request, actor_of(request, who))
    if view["added"] and not import_request.dry_run:
        await parts.fleet.refresh()
    return view


async def _import_request(request: Request) -> ImportRequest:
    try:
        if media_type(request) in _TEXT_TYPES:
            return ImportRequest(content=(await request.body()).decode("utf-8"))
        return ImportRequest.model_validate(await read_object(request))
    except UnicodeDecodeError as error:
        raise HttpProblem(400, "not-text", "the body is not UTF-8 text") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise HttpProblem(422, "request-invalid", f"{field}: {first['msg']}") from error


class _DryRun(Exception):
    """Takes back what a dry run has done, once all of it went well."""


def _import(parts: Dependencies, import_request: ImportRequest, actor: Actor) -> dict[str, Any]:
    imported = import_hosts(
        import_request.content,
        format=import_request.format,
        environ=parts.repository.environ,
        variables=parts.options.host_variables,
    )
    hosts_before = {host.name: host for host in parts.repository.list()}
    new_entries = {name: dict(entry) for name, entry in imported.entries.items() if name not in hosts_before}
    check_entries(new_entries, variables=parts.options.host_variables)
    if new_entries:
        note = parts.audit.note(actor, "host.import", f"{len(new_entries)} hosts", added=sorted(new_entries))
        with contextlib.suppress(_DryRun):
            parts.repository.add_all(new_entries, note=_take_back if import_request.dry_run else note)
    existing = sorted(imported.entries.keys() & hosts_before.keys())
    return {
        "added": sorted(new_entries),
        "existing": existing,
        "skipped": [_skipped(hosts_before[name], imported.entries[name]) for name in existing],
        "entries": new_entries,
        "notes": [
            {"line": note.line, "field": note.field, "message": note.message} for note in imported.notes
        ],
        "dry_run": import_request.dry_run,
    }


def _take_back(session: object) -> None:
    raise _DryRun


def _skipped(host: StoredHost, entry: Entry) -> dict[str, Any]:
    """Why a host of the text is left alone, and what it says otherwise than the one that there is."""
    keys = host.entry.keys() | entry.keys()
    place = "over the API" if host.owner is Owner.API else f"in {host.file}, line {host.line}"
    return {
        "name": host.name,
        "reason": f"there is a host of that name already, made {place}",
        "owner": str(host.owner),
        "differs_in": sorted(key for key in keys if host.entry.get(key) != entry.get(key)),
    }
