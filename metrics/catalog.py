"""Every metric's name, type, unit, kind and meaning: the one place that API, UI and documentation read.

The names, label names and types are those of Telegraf's input plug-ins (cpu, mem, swap, system, disk,
diskio, net, netstat, processes, temp); the `*_per_second`, `util_percent` and `await_ms` fields and the
measurements `poll` and `pressure` are monctl's own.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from metrics.errors import UnknownMetric


class Kind(StrEnum):
    """What a field's value means over time."""

    GAUGE = "gauge"
    COUNTER = "counter"


class FieldType(StrEnum):
    """A field's type, which never changes, also when the value is whole."""

    INT = "int"
    FLOAT = "float"


class Metric(msgspec.Struct, frozen=True):
    """One field of one measurement; `unit` is one of the units in `UNITS`.

    `is_raw`: the probe sends it under this name; else it is made of what the probe sends, or of the poll.
    """

    measurement: str
    field: str
    type: FieldType
    unit: str
    kind: Kind
    help: str
    is_raw: bool

    @property
    def name(self) -> str:
        """`measurement.field`, as rules, API and command line spell it."""
        return f"{self.measurement}.{self.field}"


UNITS = frozenset(
    {
        "percent",
        "bytes",
        "bytes_per_second",
        "count",
        "per_second",
        "seconds",
        "milliseconds",
        "celsius",
        "load",
        "bool",
    }
)

LABELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cpu": ("cpu",),
        "mem": (),
        "swap": (),
        "system": (),
        "disk": ("device", "fstype", "mode", "path"),
        "diskio": ("name",),
        "net": ("interface",),
        "netstat": (),
        "processes": (),
        "pressure": ("resource", "type"),
        "temp": ("sensor",),
        "poll": (),
    }
)
"""The label names of each measurement, sorted."""


class _Field(NamedTuple):
    """What is said of a field beyond its type, unit and kind; one that needs only its help is a bare text."""

    help: str
    is_raw: bool = True


_Fields = Mapping[str, str | _Field]


def _metrics(measurement: str, type_: FieldType, unit: str, kind: Kind, fields: _Fields) -> Iterator[Metric]:
    for name, field in fields.items():
        text, is_raw = _Field(field) if isinstance(field, str) else field
        yield Metric(measurement, name, type_, unit, kind, text, is_raw)


def _gauges(measurement: str, type_: FieldType, unit: str, fields: _Fields) -> Iterator[Metric]:
    yield from _metrics(measurement, type_, unit, Kind.GAUGE, fields)


def _counters(measurement: str, unit: str, fields: _Fields) -> Iterator[Metric]:
    yield from _metrics(measurement, FieldType.INT, unit, Kind.COUNTER, fields)


def _derived(measurement: str, unit: str, fields: _Fields) -> Iterator[Metric]:
    for metric in _gauges(measurement, FieldType.FLOAT, unit, fields):
        yield msgspec.structs.replace(metric, is_raw=False)


def _all_metrics() -> Iterator[Metric]:
    yield from _cpu()
    yield from _memory()
    yield from _system()
    yield from _disks()
    yield from _network()
    yield from _processes()
    yield from _poll()


def _cpu() -> Iterator[Metric]:
    states = {
        "usage_user": "Time in user programs, guests not included",
        "usage_system": "Time in the kernel",
        "usage_idle": "Time idle",
        "usage_nice": "Time in user programs of lowered priority, guests not included",
        "usage_iowait": "Time idle while waiting for disks",
        "usage_irq": "Time serving hardware interrupts",
        "usage_softirq": "Time serving software interrupts",
        "usage_steal": "Time taken by other machines of the same hypervisor",
        "usage_guest": "Time running guests",
        "usage_guest_nice": "Time running guests of lowered priority",
        "usage_active": "Time not idle",
    }
    yield from _derived("cpu", "percent", states)


def _memory() -> Iterator[Metric]:
    memory: _Fields = {
        "total": "Physical memory",
        "available": "Memory that programs can still get without swapping",
        "used": _Field("Memory not available: total less available", is_raw=False),
        "free": "Memory not used for anything",
        "buffered": "Memory for buffers of block devices",
        "cached": "Memory for the page cache and reclaimable kernel caches",
        "shared": "Memory of tmpfs and shared segments",
        "slab": "Memory of kernel data structures",
        "active": "Memory used lately",
        "inactive": "Memory not used lately",
    }
    yield from _gauges("mem", FieldType.INT, "bytes", memory)
    percents = {
        "used_percent": "Share of memory not available",
        "available_percent": "Share of memory available",
    }
    yield from _derived("mem", "percent", percents)
    swap = {"total": "Swap space", "used": "Swap space in use", "free": "Swap space not in use"}
    yield from _gauges("swap", FieldType.INT, "bytes", swap)
    yield from _counters("swap", "bytes", {"in": "Read back from swap", "out": "Written to swap"})
    yield from _derived("swap", "percent", {"used_percent": "Share of swap space in use"})


def _system() -> Iterator[Metric]:
    load = {f"load{n}": f"Tasks running or waiting for disks, mean of {n} min" for n in (1, 5, 15)}
    yield from _gauges("system", FieldType.FLOAT, "load", load)
    yield from _gauges(
        "system", FieldType.INT, "count", {"n_cpus": "Processors", "n_users": "Log-in sessions"}
    )
    yield from _gauges("system", FieldType.INT, "seconds", {"uptime": "Time since the system started"})
    pressure = {
        f"avg{n}": f"Share of time in which tasks were stalled for the resource, mean of {n} s"
        for n in (10, 60, 300)
    }
    yield from _gauges("pressure", FieldType.FLOAT, "percent", pressure)
    yield from _counters("pressure", "count", {"total": "Microseconds stalled since the system started"})
    yield from _gauges("temp", FieldType.FLOAT, "celsius", {"temp": "Temperature of the sensor"})


def _disks() -> Iterator[Metric]:
    space = {
        "total": "Size of the file system",
        "used": "Space in use",
        "free": "Space that users can still get",
    }
    yield from _gauges("disk", FieldType.INT, "bytes", space)
    yield from _derived("disk", "percent", {"used_percent": "Share of the users' space in use"})
    inodes = {
        "inodes_total": "Inodes of the file system",
        "inodes_used": "Inodes in use",
        "inodes_free": "Inodes not in use",
    }
    yield from _gauges("disk", FieldType.INT, "count", inodes)
    yield from _derived("disk", "percent", {"inodes_used_percent": "Share of inodes in use"})
    yield from _counters("diskio", "count", {"reads": "Reads done", "writes": "Writes done"})
    yield from _counters("diskio", "bytes", {"read_bytes": "Bytes read", "write_bytes": "Bytes written"})
    times = {
        "read_time": "Time that reads took, summed",
        "write_time": "Time that writes took, summed",
        "io_time": "Time with at least one request in progress",
        "weighted_io_time": "Time of all requests in progress, summed",
    }
    yield from _counters("diskio", "milliseconds", times)
    yield from _gauges("diskio", FieldType.INT, "count", {"iops_in_progress": "Requests in progress"})
    rates = {"reads_per_second": "Reads", "writes_per_second": "Writes"}
    yield from _derived("diskio", "per_second", rates)
    byte_rates = {"read_bytes_per_second": "Bytes read", "write_bytes_per_second": "Bytes written"}
    yield from _derived("diskio", "bytes_per_second", byte_rates)
    busy = {"util_percent": "Share of time with at least one request in progress"}
    yield from _derived("diskio", "percent", busy)
    waits = {"await_ms": "Mean time from a request's queueing to its end"}
    yield from _derived("diskio", "milliseconds", waits)


def _network() -> Iterator[Metric]:
    volumes = {"bytes_sent": "Bytes sent", "bytes_recv": "Bytes received"}
    counts = {
        "packets_sent": "Packets sent",
        "packets_recv": "Packets received",
        "err_in": "Errors while receiving",
        "err_out": "Errors while sending",
        "drop_in": "Received packets dropped",
        "drop_out": "Packets to send dropped",
    }
    yield from _counters("net", "bytes", volumes)
    yield from _counters("net", "count", counts)
    rates = {f"{field}_per_second": text for field, text in volumes.items()}
    yield from _derived("net", "bytes_per_second", rates)
    rates = {f"{field}_per_second": text for field, text in counts.items()}
    yield from _derived("net", "per_second", rates)
    states = (
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait",
        "close", "close_wait", "last_ack", "listen", "closing",
    )  # fmt: skip
    sockets = {f"tcp_{state}": f"TCP sockets in state {state.upper()}" for state in states}
    yield from _gauges("netstat", FieldType.INT, "count", sockets | {"udp_socket": "UDP sockets"})


def _processes() -> Iterator[Metric]:
    counts = {
        "total": "Processes",
        "running": "Processes running or ready to run",
        "sleeping": "Processes waiting for an event",
        "blocked": "Processes in uninterruptible sleep, mostly waiting for disks",
        "zombies": "Processes that ended and were not reaped by their parents",
        "stopped": "Processes stopped by a signal or a debugger",
        "idle": "Idle kernel threads",
        "total_threads": "Threads of all processes",
    }
    yield from _gauges("processes", FieldType.INT, "count", counts)


def _poll() -> Iterator[Metric]:
    reach = {"up": _Field("1 if the host gave an answer, else 0", is_raw=False)}
    yield from _gauges("poll", FieldType.INT, "bool", reach)
    times = {
        "duration_seconds": "Time from asking to the decoded answer",
        "connect_seconds": "Time that the present connection took to log in",
        "clock_offset_seconds": "The host's clock less the poller's",
        "probe_cpu_seconds": "CPU time that the host spent on the answer",
    }
    yield from _derived("poll", "seconds", times)
    missed = {"missed": _Field("Polls skipped because one before overran", is_raw=False)}
    yield from _counters("poll", "count", missed)


METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _all_metrics()})
"""Every metric by `measurement.field`, in the order in which they are shown."""


def find_metric(name: str) -> Metric:
    """The metric called `name` (`measurement.field`); raises UnknownMetric with the nearest name."""
    metric = METRICS.get(name)
    if metric is None:
        raise UnknownMetric(name, nearest(name, METRICS))
    return metric


def raw_fields(measurement: str) -> tuple[str, ...]:
    """The fields of a measurement that the probe sends, in the order in which they are shown."""
    metrics = METRICS.values()
    return tuple(one.field for one in metrics if one.measurement == measurement and one.is_raw)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word among `known` that `word` most resembles, or None if none does."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return found[0] if found else None
