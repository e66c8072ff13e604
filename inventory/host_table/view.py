"""A host as the API and `--json` show it."""

from typing import Any

from foundation.display.pages import page_view
from foundation.times import stored_text
from inventory.host import HostSpec
from inventory.host_table.stored import StoredHost


def host_view(host: StoredHost, spec: HostSpec | None) -> dict[str, Any]:
    """The host's document: times RFC 3339 UTC, intervals in seconds, a password only as its reference.

    `spec` is None for a host that cannot be used at present; then only what is stored is shown.
    """
    view: dict[str, Any] = {
        "name": host.name,
        "owner": str(host.owner),
        "file": host.file,
        "line": host.line,
        "version": host.version,
        "created_at": stored_text(host.created_at),
        "updated_at": stored_text(host.updated_at),
        "entry": dict(host.entry),
    }
    return view if spec is None else view | _settings(spec)


def hosts_view(hosts: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of hosts as one page."""
    return page_view(hosts, total=len(hosts), offset=0, limit=len(hosts))


def _settings(spec: HostSpec) -> dict[str, Any]:
    return {
        "address": spec.address,
        "port": spec.port,
        "user": spec.user,
        "key": list(spec.key),
        "has_password": spec.password is not None,
        "known_hosts": spec.known_hosts,
        "jump": spec.jump,
        "connection": str(spec.connection),
        "mode": str(spec.mode),
        "interval": spec.interval,
        "timeout": spec.timeout,
        "collectors": dict(spec.collectors),
        "probe": str(spec.probe),
        "python": spec.python,
        "groups": list(spec.groups),
        "tags": dict(spec.tags),
        "paused": spec.paused,
    }
