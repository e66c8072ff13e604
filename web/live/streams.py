"""What a client of the live stream wants to hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inventory.host import HostSpec
from inventory.selectors import is_selected


class Fields(StrEnum):
    """How much of each host, as in `GET /metrics/current`."""

    SUMMARY = "summary"
    ALL = "all"
    KIOSK = "kiosk"
    """A summary without what only those may see who have logged in."""


class EventGroup(StrEnum):
    """Events that a client can do without; those of no group go to everyone."""

    SAMPLES = "samples"
    STATES = "states"
    ALERTS = "alerts"


class HostFilter:
    """Any of `names` (names, patterns, `tag:…`; none means all) and all of `tags` (selectors)."""

    def __init__(self, names: Sequence[str], tags: Sequence[str]) -> None:
        self._names = frozenset(names)
        self._patterns = tuple(names)
        self._tags = tuple(tags)
        self._matches: dict[str, tuple[HostSpec, bool]] = {}

    def includes(self, host: HostSpec) -> bool:
        """Whether a host is wanted; each is looked at once as long as it does not change."""
        match = self._matches.get(host.name)
        if match is None or match[0] is not host:
            match = self._matches[host.name] = host, self._is_wanted(host)
        return match[1]

    def _is_wanted(self, host: HostSpec) -> bool:
        is_named = (
            not self._names
            or host.name in self._names
            or any(is_selected(host, one) for one in self._patterns)
        )
        return is_named and all(is_selected(host, tag) for tag in self._tags)


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of stream; `hosts` is None for the whole fleet."""

    fields: Fields = Fields.SUMMARY
    groups: frozenset[EventGroup] = frozenset(EventGroup)
    hosts: HostFilter | None = None

    def includes(self, host: HostSpec) -> bool:
        """Whether a host belongs to it."""
        return self.hosts is None or self.hosts.includes(host)
