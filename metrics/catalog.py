"""Every metric's name, type, unit, kind and meaning: the one place that API, UI and documentation read.

The names, label names and types are those of Telegraf's input plug-ins (cpu, mem, swap, system, disk,
diskio, net, netstat, processes, temp); the `usage_busy`, `*_per_second`, `util_percent` and `await_ms` fields
and the measurements `poll` and `pressure` are monctl's own.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from metrics.errors import UnknownMetric

_MICRO = 1_000_000


class Kind(StrEnum):
    """What a field's value means over time."""

    GAUGE = "gauge"
    COUNTER = "counter"


class FieldType(StrEnum):
    """A field's type, which never changes, also when the value is whole."""

    INT = "int"
    FLOAT = "float"


class Line(msgspec.Struct, frozen=True):
    """A metric's line in a chart of the dashboard's page of a host.

    `label`: its English name, empty where labels name the lines of the chart. `place`: its position among the
    chart's lines, ascending. `is_banded`: drawn with its lowest and highest values.
    """

    chart: str
    label: str = ""
    place: int = 1
    is_banded: bool = False


class PrometheusName(msgspec.Struct, frozen=True):
    """What Prometheus calls a metric where its rules do not give a good name.

    Values are divided by `divisor`. `help`: said in place of the metric's own where that names another unit.
    """

    name: str
    divisor: int = 1
    help: str = ""


class Metric(msgspec.Struct, frozen=True):
    """One field of one measurement; `unit` is one of the units in `UNITS`.

    `is_raw`: the probe sends it under this name; else it is made of what the probe sends, or of the poll.
    `phrase`: how a message says a value, in place of `{}`; empty where it reads as name and value. Of a bool
    it is what is true, without a value: "not" comes before it where it is false.
    `prometheus`: its name there, None where it follows from measurement, field and unit.
    """

    measurement: str
    field: str
    type: FieldType
    unit: str
    kind: Kind
    help: str
    is_raw: bool
    lines: tuple[Line, ...] = ()
    phrase: str = ""
    prometheus: PrometheusName | None = None

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

ATTRIBUTES = frozenset({"device", "fstype", "mode"})
"""Labels that say how a thing is at present; the others say which it is: a disk is known by its path."""


def identity(labels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those of a label set that name the thing: they stay when a disk is mounted anew, or read-only."""
    return tuple(pair for pair in labels if pair[0] not in ATTRIBUTES)


class _Field(NamedTuple):
    """What is said of a field beyond its type, unit and kind; one that needs only its help is a bare text."""

    help: str
    is_raw: bool
    lines: tuple[Line, ...]
    phrase: str
    prometheus: PrometheusName | None


def _field(
    text: str,
    *lines: Line,
    is_raw: bool = True,
    phrase: str = "",
    prometheus: PrometheusName | None = None,
) -> _Field:
    return _Field(text, is_raw, lines, phrase, prometheus)


_Fields = Mapping[str, str | _Field]


def _metrics(measurement: str, type_: FieldType, unit: str, kind: Kind, fields: _Fields) -> Iterator[Metric]:
    for name, field in fields.items():
        rest = _field(field) if isinstance(field, str) else field
        yield Metric(measurement, name, type_, unit, kind, *rest)


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
    yield from _file_systems()
    yield from _disks()
    yield from _network()
    yield from _processes()
    yield from _poll()


def _cpu() -> Iterator[Metric]:
    states: _Fields = {
        "usage_user": _field(
            "Time in user programs, guests not included",
            Line("cpuStates", "User", 1),
            phrase="CPU {} in programs",
        ),
        "usage_system": _field(
            "Time in the kernel", Line("cpuStates", "System", 2), phrase="CPU {} in the kernel"
        ),
        "usage_idle": _field("Time idle", phrase="CPU {} idle"),
        "usage_nice": _field(
            "Time in user programs of lowered priority, guests not included", Line("cpuStates", "Nice", 4)
        ),
        "usage_iowait": _field(
            "Time idle while waiting for disks",
            Line("cpuStates", "I/O wait", 3),
            phrase="CPU {} waiting for disks",
        ),
        "usage_irq": _field("Time serving hardware interrupts", Line("cpuStates", "IRQ", 5)),
        "usage_softirq": _field("Time serving software interrupts", Line("cpuStates", "Soft IRQ", 6)),
        "usage_steal": _field(
            "Time taken by other machines of the same hypervisor",
            Line("cpuStates", "Steal", 7),
            phrase="CPU {} taken by other machines",
        ),
        "usage_guest": _field("Time running guests", Line("cpuStates", "Guest", 8)),
        "usage_guest_nice": "Time running guests of lowered priority",
        "usage_active": _field(
            "Time not idle, waiting for disks included, as Telegraf has it",
            Line("cpu", "Busy or waiting", 2),
            phrase="CPU {} busy",
        ),
        "usage_busy": _field(
            "Time at work: neither idle nor waiting for disks",
            Line("cpu", "Busy", 1, is_banded=True),
            Line("cores"),
            phrase="CPU {} busy",
        ),
    }
    yield from _derived("cpu", "percent", states)


def _memory() -> Iterator[Metric]:
    memory: _Fields = {
        "total": _field("Physical memory", Line("memory", "Total", 4)),
        "available": _field(
            "Memory that programs can still get without swapping",
            Line("memory", "Available", 3),
            phrase="{} of memory available",
        ),
        "used": _field(
            "Memory not available: total less available",
            Line("memory", "Used", 1, is_banded=True),
            is_raw=False,
            phrase="{} of memory used",
        ),
        "free": "Memory not used for anything",
        "buffered": "Memory for buffers of block devices",
        "cached": _field(
            "Memory for the page cache and reclaimable kernel caches", Line("memory", "Cached", 2)
        ),
        "shared": "Memory of tmpfs and shared segments",
        "slab": "Memory of kernel data structures",
        "active": "Memory used lately",
        "inactive": "Memory not used lately",
    }
    yield from _gauges("mem", FieldType.INT, "bytes", memory)
    percents = {
        "used_percent": _field("Share of memory not available", phrase="memory {} used"),
        "available_percent": _field("Share of memory available", phrase="memory {} available"),
    }
    yield from _derived("mem", "percent", percents)
    swap: _Fields = {
        "total": _field("Swap space", Line("swap", "Total", 2)),
        "used": _field(
            "Swap space in use", Line("swap", "Used", 1, is_banded=True), phrase="{} of swap used"
        ),
        "free": "Swap space not in use",
    }
    yield from _gauges("swap", FieldType.INT, "bytes", swap)
    yield from _counters("swap", "bytes", {"in": "Read back from swap", "out": "Written to swap"})
    yield from _derived(
        "swap", "percent", {"used_percent": _field("Share of swap space in use", phrase="swap {} used")}
    )


def _system() -> Iterator[Metric]:
    load = {
        f"load{minutes}": _field(
            f"Tasks running or waiting for disks, mean of {minutes} min",
            Line("load", f"{minutes} min", place, is_banded=place == 1),
            phrase=f"{minutes}-minute load {{}}",
        )
        for place, minutes in enumerate((1, 5, 15), start=1)
    }
    yield from _gauges("system", FieldType.FLOAT, "load", load)
    counts: _Fields = {
        "n_cpus": _field("Processors", Line("load", "Cores", 4), phrase="{} processors"),
        "n_users": "Log-in sessions",
    }
    yield from _gauges("system", FieldType.INT, "count", counts)
    yield from _gauges(
        "system",
        FieldType.INT,
        "seconds",
        {"uptime": _field("Time since the system started", phrase="up for {}")},
    )
    stalled = "Share of time in which tasks were stalled for the resource, mean of {} s"
    pressure: _Fields = {
        "avg10": _field(stalled.format(10), Line("pressure"), phrase="tasks stalled {} of the time"),
        "avg60": _field(stalled.format(60), phrase="tasks stalled {} of the time"),
        "avg300": _field(stalled.format(300), phrase="tasks stalled {} of the time"),
    }
    yield from _gauges("pressure", FieldType.FLOAT, "percent", pressure)
    seconds = PrometheusName(
        "pressure_stalled_seconds_total", _MICRO, help="Time stalled since the system started"
    )
    stalls = {"total": _field("Microseconds stalled since the system started", prometheus=seconds)}
    yield from _counters("pressure", "count", stalls)
    yield from _gauges(
        "temp",
        FieldType.FLOAT,
        "celsius",
        {"temp": _field("Temperature of the sensor", Line("temperature"), phrase="temperature {}")},
    )


def _file_systems() -> Iterator[Metric]:
    space: _Fields = {
        "total": "Size of the file system",
        "used": _field("Space in use", phrase="{} of disk used"),
        "free": _field("Space that users can still get", phrase="{} of disk free"),
    }
    yield from _gauges("disk", FieldType.INT, "bytes", space)
    space_share = {
        "used_percent": _field("Share of the users' space in use", Line("space"), phrase="disk {} full")
    }
    yield from _derived("disk", "percent", space_share)
    inodes: _Fields = {
        "inodes_total": _field("Inodes of the file system", prometheus=PrometheusName("disk_inodes")),
        "inodes_used": "Inodes in use",
        "inodes_free": _field("Inodes not in use", phrase="{} inodes free"),
    }
    yield from _gauges("disk", FieldType.INT, "count", inodes)
    inode_share = {
        "inodes_used_percent": _field("Share of inodes in use", Line("inodes"), phrase="inodes {} used")
    }
    yield from _derived("disk", "percent", inode_share)
    states = {
        "became_read_only": _field(
            "1 if it is read-only and was writable before, 0 if it is writable, else absent",
            is_raw=False,
            phrase="read-only",
        )
    }
    yield from _gauges("disk", FieldType.INT, "bool", states)


def _disks() -> Iterator[Metric]:
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
    whole: _Fields = {
        "whole": _field(
            "1 for a disk of its own, 0 for partitions and what is stacked upon disks", is_raw=False
        )
    }
    yield from _gauges("diskio", FieldType.INT, "bool", whole)
    rates = {
        "reads_per_second": _field("Reads", Line("diskOperations", "reads", 1)),
        "writes_per_second": _field("Writes", Line("diskOperations", "writes", 2)),
    }
    yield from _derived("diskio", "per_second", rates)
    byte_rates = {
        "read_bytes_per_second": _field("Bytes read", Line("diskBytes", "read", 1, is_banded=True)),
        "write_bytes_per_second": _field("Bytes written", Line("diskBytes", "written", 2, is_banded=True)),
    }
    yield from _derived("diskio", "bytes_per_second", byte_rates)
    busy = {
        "util_percent": _field(
            "Share of time with at least one request in progress", Line("diskBusy"), phrase="disk {} busy"
        )
    }
    yield from _derived("diskio", "percent", busy)
    waits = {
        "await_ms": _field(
            "Mean time from a request's queueing to its end",
            Line("diskWait", is_banded=True),
            phrase="disk answers after {}",
        )
    }
    yield from _derived("diskio", "milliseconds", waits)


def _network() -> Iterator[Metric]:
    volumes = {
        "bytes_sent": _field("Bytes sent", Line("traffic", "out", 2, is_banded=True), phrase="{} sent"),
        "bytes_recv": _field(
            "Bytes received", Line("traffic", "in", 1, is_banded=True), phrase="{} received"
        ),
    }
    counts = {
        "packets_sent": _field("Packets sent", Line("packets", "out", 2)),
        "packets_recv": _field("Packets received", Line("packets", "in", 1)),
        "err_in": _field(
            "Errors while receiving", Line("networkErrors", "errors in", 1), phrase="{} receive errors"
        ),
        "err_out": _field(
            "Errors while sending", Line("networkErrors", "errors out", 2), phrase="{} send errors"
        ),
        "drop_in": _field(
            "Received packets dropped",
            Line("networkErrors", "drops in", 3),
            phrase="{} received packets dropped",
        ),
        "drop_out": _field(
            "Packets to send dropped",
            Line("networkErrors", "drops out", 4),
            phrase="{} packets to send dropped",
        ),
    }
    yield from _counters("net", "bytes", {name: field.help for name, field in volumes.items()})
    yield from _counters("net", "count", {name: field.help for name, field in counts.items()})
    external: _Fields = {
        "external": _field(
            "1 if the interface's traffic counts in the host's total, 0 where another one counts it too",
            is_raw=False,
        )
    }
    yield from _gauges("net", FieldType.INT, "bool", external)
    rates = {f"{name}_per_second": field for name, field in volumes.items()}
    yield from _derived("net", "bytes_per_second", rates)
    rates = {f"{name}_per_second": field for name, field in counts.items()}
    yield from _derived("net", "per_second", rates)
    yield from _sockets()


def _sockets() -> Iterator[Metric]:
    places = {
        "established": 1, "syn_sent": 5, "syn_recv": 6, "fin_wait1": 7, "fin_wait2": 8, "time_wait": 3,
        "close": None, "close_wait": 4, "last_ack": 9, "listen": 2, "closing": 10,
    }  # fmt: skip
    sockets = {
        f"tcp_{state}": _field(
            f"TCP sockets in state {state.upper()}",
            *([] if place is None else [Line("tcp", state.upper(), place)]),
        )
        for state, place in places.items()
    }
    sockets["udp_socket"] = _field("UDP sockets", Line("udp", "UDP", is_banded=True))
    yield from _gauges("netstat", FieldType.INT, "count", sockets)


def _processes() -> Iterator[Metric]:
    counts: _Fields = {
        "total": _field(
            "Processes",
            Line("processes", "Processes", 1),
            phrase="{} processes",
            prometheus=PrometheusName("processes"),
        ),
        "running": _field("Processes running or ready to run", Line("processStates", "Running", 1)),
        "sleeping": "Processes waiting for an event",
        "blocked": _field(
            "Processes in uninterruptible sleep, mostly waiting for disks",
            Line("processStates", "Blocked", 2),
            phrase="{} processes blocked",
        ),
        "zombies": _field(
            "Processes that ended and were not reaped by their parents",
            Line("processStates", "Zombies", 3),
            phrase="{} zombie processes",
        ),
        "stopped": _field("Processes stopped by a signal or a debugger", Line("processStates", "Stopped", 4)),
        "idle": "Idle kernel threads",
        "total_threads": _field("Threads of all processes", Line("processes", "Threads", 2)),
    }
    yield from _gauges("processes", FieldType.INT, "count", counts)


def _poll() -> Iterator[Metric]:
    reach = {"up": _field("1 if the host gave an answer, else 0", is_raw=False)}
    yield from _gauges("poll", FieldType.INT, "bool", reach)
    times: _Fields = {
        "duration_seconds": _field(
            "Time from asking to the decoded answer",
            Line("pollDuration", "Duration", is_banded=True),
            phrase="answers after {}",
        ),
        "connect_seconds": "Time that the present connection took to log in",
        "clock_offset_seconds": _field(
            "The host's clock less the poller's",
            Line("clockOffset", "Offset", is_banded=True),
            phrase="clock off by {}",
        ),
        "probe_cpu_seconds": "CPU time that the host spent on the answer",
    }
    yield from _derived("poll", "seconds", times)
    missed = {"missed": _field("Polls skipped because one before overran", is_raw=False)}
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


_LONGEST_WORD = 256
"""To compare a longer one takes its time, and it may come from anybody."""


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that `word` most resembles, or None if none does; a very long one resembles none."""
    if len(word) > _LONGEST_WORD:
        return None
    matches = difflib.get_close_matches(word, list(words), n=1)
    return matches[0] if matches else None
