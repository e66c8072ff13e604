"""Changing a part of a host entry."""

from collections.abc import Mapping
from typing import Any

from inventory.hosts_yaml.entry import Entry


def merge_patch(entry: Entry, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with a JSON merge patch applied (RFC 7396): null takes a key away, mappings are merged."""
    patched_entry = dict(entry)
    for key, value in patch.items():
        if value is None:
            patched_entry.pop(key, None)
        elif isinstance(value, Mapping):
            base = patched_entry.get(key)
            patched_entry[key] = merge_patch(base if isinstance(base, Mapping) else {}, value)
        else:
            patched_entry[key] = value
    return patched_entry
