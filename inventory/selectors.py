"""Choosing hosts by name, by pattern and by tag."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from inventory.host import HostSpec

_TAG = "tag:"


def select_hosts(hosts: Mapping[str, HostSpec], selector: str) -> dict[str, HostSpec]:
    """The hosts that one selector chooses: a name, a pattern (`web-*`), a tag (`tag:env=prod`, `tag:env`)."""
    if selector in hosts:
        return {selector: hosts[selector]}
    return {name: host for name, host in hosts.items() if is_selected(host, selector)}


def is_selected(host: HostSpec, selector: str) -> bool:
    """Whether one selector chooses this host; tag values may be patterns."""
    if not selector.startswith(_TAG):
        return fnmatchcase(host.name, selector)
    name, equals, value = selector.removeprefix(_TAG).partition("=")
    if name not in host.tags:
        return False
    return not equals or fnmatchcase(host.tags[name], value)
