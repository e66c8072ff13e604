"""SSH keys of hosts: seeing them, trusting them."""

import asyncio

from fastapi import APIRouter, Request

from inventory.host import Connection, HostSpec
from web.dependencies import AppDependencies, Dependencies
from web.http.problems import HttpProblem
from web.ports import HostKeyService
from web.routes.guard import Admin, GuardedRoute, Operator, actor_of
from web.routes.hosts.actions import usable_host
from web.routes.hosts.hosts import HostName
from web.schemas.host_keys import HostKeysView, TrustRequest
from web.schemas.problems import problems

router = APIRouter(tags=["hosts"], route_class=GuardedRoute)

_UNSEEN = "The host could not be asked: `reason` is one of the poller's outcomes, `advice` says what to do."


@router.get(
    "/hosts/{name}/host-keys",
    operation_id="get_host_keys",
    summary="See a host's SSH keys",
    response_model=HostKeysView,
    responses=problems(404, s409="It is not reached by SSH.", s424=_UNSEEN),
)
async def get_host_keys(parts: AppDependencies, who: Operator, name: HostName) -> dict[str, object]:
    """Connects to the host, without logging in, and compares the keys that it shows with known_hosts."""
    host = await asyncio.to_thread(usable_host, parts, name)
    return (await _desk(parts, host).look(host)).view()


@router.post(
    "/hosts/{name}/host-keys/trust",
    operation_id="trust_host_keys",
    summary="Trust SSH keys of a host",
    response_model=HostKeysView,
    responses=problems(
        404,
        s409="The host shows other keys, or one that has changed: nothing was added; `host_keys` has what it "
        "shows. Or it is not reached by SSH.",
        s424=_UNSEEN,
    ),
)
async def trust_host_keys(
    request: Request, parts: AppDependencies, who: Admin, name: HostName, trust_request: TrustRequest
) -> dict[str, object]:
    """Asks the host anew, and adds exactly these keys to known_hosts. Those known already are no error.

    A key that has changed is never replaced here: `monctl hosts trust --replace` does that, on the machine
    that monctl runs on. Only files whose name has `known_hosts` in it are written.
    """
    host = await asyncio.to_thread(usable_host, parts, name)
    trusted = await _desk(parts, host).trust(host, trust_request.fingerprints)
    await asyncio.to_thread(
        parts.audit.write,
        actor_of(request, who),
        "host.trust",
        name,
        fingerprints=sorted(set(trust_request.fingerprints)),
        known_as=trusted.name,
        file=str(trusted.file),
    )
    return trusted.view()


def _desk(parts: Dependencies, host: HostSpec) -> HostKeyService:
    if host.connection is not Connection.SSH:
        raise HttpProblem(409, "no-host-keys", f"{host.name} is not reached by SSH: it has no host key")
    if parts.host_keys is None:
        raise HttpProblem(503, "unavailable", "this process cannot ask hosts for their keys")
    return parts.host_keys
