"""What happens, and how each stream is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from foundation.times import rfc3339
from inventory.host import HostSpec
from metrics.current.encoder import join_hosts
from metrics.current.host_state import HostStateView
from web.live.streams import EventGroup, Fields, Stream

_OVERHEAD_BYTES = 500


class LiveEvent(Protocol):
    """One event; `size` is about how many bytes it keeps."""

    @property
    def name(self) -> str:
        """The event's name in the stream."""

    @property
    def size(self) -> int:
        """About how many bytes it keeps."""

    def serves(self, fields: Fields) -> bool:
        """Whether it can be told to streams with these fields."""

    def data(self, stream: Stream) -> bytes | None:
        """Its JSON, None where it is nothing to this stream."""


@dataclass(frozen=True, slots=True)
class LiveSamples:
    """The hosts that gave a result: `entries` has the JSON of each, in the order of `hosts`."""

    time: float
    hosts: tuple[HostSpec, ...]
    entries: Mapping[Fields, tuple[bytes, ...]]
    name: str = "samples"

    @property
    def size(self) -> int:
        """The entries' bytes."""
        return _OVERHEAD_BYTES + sum(len(one) for entries in self.entries.values() for one in entries)

    def serves(self, fields: Fields) -> bool:
        """Whether anybody wanted these fields at that time."""
        return fields in self.entries

    def data(self, stream: Stream) -> bytes | None:
        """`{time, hosts}`."""
        if EventGroup.SAMPLES not in stream.groups or not self.serves(stream.fields):
            return None
        entries = self.entries[stream.fields]
        if stream.hosts is not None:
            pairs = zip(self.hosts, entries, strict=True)
            entries = tuple(entry for host, entry in pairs if stream.includes(host))
        return join_hosts(entries, now=self.time) if entries else None


@dataclass(frozen=True, slots=True)
class StateChange:
    """A host's state became another; `previous` is None for a host that is new."""

    time: float
    host: HostSpec
    view: HostStateView
    detail: str
    previous: str | None
    name: str = "state"

    @property
    def size(self) -> int:
        """An estimate."""
        return _OVERHEAD_BYTES

    def serves(self, fields: Fields) -> bool:
        """Always: it is made when it is sent."""
        return True

    def data(self, stream: Stream) -> bytes | None:
        """`{time, host, state, reason, detail, previous}`; a kiosk is given no detail."""
        if EventGroup.STATES not in stream.groups or not stream.includes(self.host):
            return None
        return msgspec.json.encode(
            {
                "time": rfc3339(self.time),
                "host": self.host.name,
                "state": self.view.state,
                "reason": self.view.reason,
                "detail": "" if stream.fields is Fields.KIOSK else self.detail,
                "previous": self.previous,
            }
        )


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """Hosts that came, went or changed: as they were, and as they are."""

    time: float
    before: Mapping[str, HostSpec]
    after: Mapping[str, HostSpec]
    name: str = "inventory"

    @property
    def size(self) -> int:
        """An estimate."""
        return _OVERHEAD_BYTES * (1 + len(self.before) + len(self.after))

    def serves(self, fields: Fields) -> bool:
        """Always: it is made when it is sent."""
        return True

    def data(self, stream: Stream) -> bytes | None:
        """`{time, added, removed, changed}`; added and removed as seen by this stream."""
        before = {name for name, host in self.before.items() if stream.includes(host)}
        after = {name for name, host in self.after.items() if stream.includes(host)}
        if not before and not after:
            return None
        return msgspec.json.encode(
            {
                "time": rfc3339(self.time),
                "added": sorted(after - before),
                "removed": sorted(before - after),
                "changed": sorted(before & after),
            }
        )


@dataclass(frozen=True, slots=True)
class LiveNotice:
    """What another room has to tell; of one host, or of none. `group`: None for what everyone is told.

    `kiosk_document`: what kiosks are told of it, None for nothing.
    """

    name: str
    document: bytes
    host: HostSpec | None
    group: EventGroup | None = None
    kiosk_document: bytes | None = None

    @property
    def size(self) -> int:
        """The document's bytes."""
        return _OVERHEAD_BYTES + len(self.document)

    def serves(self, fields: Fields) -> bool:
        """Always: it is made when it is sent."""
        return True

    def data(self, stream: Stream) -> bytes | None:
        """The document."""
        if self.group is not None and self.group not in stream.groups:
            return None
        if self.host is not None and not stream.includes(self.host):
            return None
        return self.kiosk_document if stream.fields is Fields.KIOSK else self.document


def notice(
    name: str,
    document: Mapping[str, Any],
    host: HostSpec | None,
    group: EventGroup | None = None,
    *,
    kiosk_document: Mapping[str, Any] | None = None,
) -> LiveNotice:
    """A notice of a JSON document, and of another for kiosks."""
    kiosk_data = None if kiosk_document is None else msgspec.json.encode(kiosk_document)
    return LiveNotice(name, msgspec.json.encode(document), host, group, kiosk_data)
