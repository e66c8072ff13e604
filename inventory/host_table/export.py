"""Writes hosts as one hosts.yaml that gives the same inventory when it is loaded."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from inventory.host_table.stored import StoredHost
from inventory.hosts_yaml.entry import Entry

_WIDTH = 110


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes values that several hosts share at each of them, not as anchors and aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


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
    text = yaml.dump(
        document,
        Dumper=_Dumper,
        default_flow_style=None,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return str(text)


def _effective(host: StoredHost) -> dict[str, Any]:
    entry = dict(host.entry)
    if host.paused is not None:
        entry["paused"] = host.paused
    return entry


def _groups(entry: Entry) -> list[str]:
    groups = entry.get("groups") or []
    return [groups] if isinstance(groups, str) else list(groups)
