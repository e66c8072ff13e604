"""Which hosts a question is about."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Query

from foundation.records.errors import RecordUnknown
from inventory.host import HostSpec
from inventory.names import MAX_NAME_CHARACTERS
from inventory.selectors import is_selected
from metrics.catalog import nearest
from web.http.problems import HttpProblem

MAX_PATTERNS = 50
"""Patterns and tags in one question: each is held against every host."""

HostChoice = Annotated[
    list[str] | None,
    Query(
        description="Names, patterns (`web-*`) and tags (`tag:env=prod`); any of them. All hosts without.",
        examples=["web-1"],
    ),
]
TagChoice = Annotated[
    list[str] | None,
    Query(
        description="`key:value`, the value perhaps a pattern; all of them must hold.", examples=["env:prod"]
    ),
]

_WILDCARDS = frozenset("*?[")


async def choose_hosts(
    hosts: Mapping[str, HostSpec], names: Sequence[str], tags: Sequence[str] = ()
) -> list[HostSpec]:
    """The hosts chosen, by name; raises RecordUnknown for a name that is not there, and HttpProblem (422)."""
    patterns = [name for name in names if name not in hosts]
    for name in patterns:
        if not is_pattern(name):
            raise await asyncio.to_thread(_unknown_host, name, list(hosts))
    selectors = tag_selectors(patterns, tags)
    if not names and not selectors:
        return [hosts[name] for name in sorted(hosts)]
    exact = frozenset(names)
    if not patterns and not selectors:
        return [hosts[name] for name in sorted(exact)]
    hosts_chosen = [
        host
        for name, host in hosts.items()
        if (not names or name in exact or any(is_selected(host, one) for one in patterns))
        and all(is_selected(host, one) for one in selectors)
    ]
    return sorted(hosts_chosen, key=lambda host: host.name)


def is_pattern(name: str) -> bool:
    """Whether this may choose any number of hosts rather than the one of that name."""
    return name.startswith("tag:") or not _WILDCARDS.isdisjoint(name)


def tag_selectors(patterns: Sequence[str], tags: Sequence[str]) -> list[str]:
    """The selectors of some tags; raises HttpProblem (422), also when they and the patterns are too many."""
    if len(patterns) + len(tags) > MAX_PATTERNS:
        raise HttpProblem(422, "too-many-patterns", f"at most {MAX_PATTERNS} patterns and tags at once")
    return [tag_selector(tag) for tag in tags]


def tag_selector(tag: str) -> str:
    """The selector of a `key:value`; raises HttpProblem (422)."""
    name, colon, value = tag.partition(":")
    if not colon or not name or "=" in name:
        raise HttpProblem(422, "tag-invalid", "tag: write `key:value`, such as `env:prod`")
    return f"tag:{name}={value}"


def _unknown_host(name: str, names: list[str]) -> RecordUnknown:
    return RecordUnknown("host", name, nearest(name, names) if len(name) <= MAX_NAME_CHARACTERS else None)
