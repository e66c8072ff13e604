"""Writes hosts as one hosts.yaml that gives the same inventory when it is loaded."""

from collections.abc import Iterable, Mapping
from typing import Any

from foundation.documents.yaml_writer import write_yaml
from inventory.host_table.stored import StoredHost
from inventory.hosts_yaml.entry import Entry


def export_hosts(hosts: Iterable[StoredHost]) -> str:
    """All hosts, file- and API-owned, as they are now: pauses included, references kept.

    Each entry stands alone, with what it had from defaults and groups written out; groups remain as labels.
    """
    return render_hosts({host.name: _effective(host) for host in hosts})


def render_hosts(entries: Mapping[str, Entry]) -> str:
    """A hosts.yaml of entries that stand alone; every group they name is declared, without settings."""
    groups = sorted({group for entry in entries.values() for group in _groups(entry)})
    document: dict[str, Any] = {"groups": {group: {} for group in groups}} if groups else {}
    document["hosts"] = {name: dict(entry) for name, entry in entries.items()}
    return write_yaml(document, has_short_lists=True)


def _effective(host: StoredHost) -> dict[str, Any]:
    entry = dict(host.entry)
    if host.paused is not None:
        entry["paused"] = host.paused
    return entry


def _groups(entry: Entry) -> list[str]:
    groups = entry.get("groups") or []
    return [groups] if isinstance(groups, str) else list(groups)
