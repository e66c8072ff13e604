"""The shapes of what the probe says about each collector, strictly typed and bounded.

Everything in them comes from a host and is hostile: names are unknown, not clean and perhaps many until
`metrics.sampling.answer` has been over them. See docs/probe-protocol.md.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from metrics.catalog import raw_fields

MAX_LABEL_SETS = 1024
"""Label sets kept of one collector."""

MAX_TOP_PROCESSES = 20
"""Processes kept of each list."""

MAX_FLOAT = 1e18

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A counter, a number of bytes: what a store can keep."""

Size = Annotated[float, Meta(ge=0.0, le=MAX_FLOAT)]
"""A number that is never negative."""

Real = Annotated[float, Meta(ge=-MAX_FLOAT, le=MAX_FLOAT)]
"""A number."""

Gauges = dict[str, Count]
"""Field -> value, of a measurement without labels."""

NET_COLUMNS = raw_fields("net")
"""Every counter of an interface, in the order of a row."""

DISKIO_COLUMNS = raw_fields("diskio")
"""Every figure of a disk, in the order of a row: counters but for the last, times in milliseconds."""

GAUGE_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: raw_fields(name) for name in ("mem", "swap", "netstat", "processes")}
)
"""Measurement without labels -> every field that the probe may name, in the order of its point."""


class CpuTable(msgspec.Struct, frozen=True):
    """Seconds since boot by CPU; each row has a value for each of `names`."""

    names: tuple[str, ...]
    rows: dict[str, list[Size]]


class CounterTable(msgspec.Struct, frozen=True):
    """Counters by interface or disk; each row has a value for each of `names`.

    `total_of`: the rows that make the host's total, since what they count no other of them does; None where
    the host does not say.
    """

    names: tuple[str, ...]
    rows: dict[str, list[Count]]
    total_of: Annotated[tuple[str, ...], Meta(max_length=MAX_LABEL_SETS)] | None = None


class System(msgspec.Struct, frozen=True):
    """Load, number of CPUs, uptime in seconds; None where the platform has it not."""

    load1: Size | None = None
    load5: Size | None = None
    load15: Size | None = None
    n_cpus: Count | None = None
    uptime: Count | None = None


class Users(msgspec.Struct, frozen=True):
    """The number of log-in sessions."""

    n_users: Count


class Disk(msgspec.Struct, frozen=True):
    """One mounted file system, in bytes and inodes; None where it has no inodes.

    `was_writable`: it is read-only though it was mounted for writing.
    """

    path: str
    device: str
    fstype: str
    mode: str
    total: Count
    used: Count
    free: Count
    inodes_total: Count | None = None
    inodes_used: Count | None = None
    inodes_free: Count | None = None
    was_writable: bool = False


class Process(msgspec.Struct, frozen=True):
    """One of the top processes: percent of one core (None at first sight), resident bytes."""

    pid: Count
    user: str
    name: str
    rss: Count
    cpu_percent: Size | None = None


class Top(msgspec.Struct, frozen=True):
    """The first processes by CPU and by memory."""

    cpu: list[Process] = []
    memory: list[Process] = []


Share = Annotated[float, Meta(ge=0.0, le=100.0)]
"""Percent."""

Stall = tuple[Share, Share, Share, Count]
"""avg10, avg60, avg300 in percent; microseconds in all."""

Pressure = dict[str, dict[str, Stall]]
"""Resource -> some or full -> figures."""
