"""The dashboard of one host."""

from collections.abc import Collection, Mapping, Sequence

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.source.addresses import HOST_UID
from deploy.grafana.source.board import PanelRow, board
from deploy.grafana.source.file_systems import file_system_table
from deploy.grafana.source.graph import Graph, band, graph
from deploy.grafana.source.host_tiles import host_tiles
from deploy.grafana.source.influxql import THIS_HOST
from deploy.grafana.source.rates import missed_polls, swap_rates
from deploy.grafana.source.reach import reach_timeline
from deploy.grafana.source.variables import host_variables
from metrics.catalog import METRICS

_WHOLE_CPU = "\"cpu\" = 'cpu-total'"
_ONE_CORE = "\"cpu\" != 'cpu-total'"
_BELOW = "What is {} is drawn below zero."


def host_dashboard() -> Dashboard:
    """All that monctl knows of a host."""
    return board(
        HOST_UID,
        "monctl: host",
        description="Everything that monctl measures on one host.",
        variables=host_variables(),
        rows=[
            PanelRow("Now", [*host_tiles(), reach_timeline(THIS_HOST)]),
            PanelRow("CPU and load", _processors()),
            PanelRow("Memory", _memory()),
            PanelRow("File systems", _file_systems()),
            PanelRow("Disks", _disks()),
            PanelRow("Network", _network()),
            PanelRow("Pressure, temperature and processes", _others()),
            PanelRow("Polling", _polling()),
        ],
    )


def _processors() -> Sequence[timeseries.Panel]:
    specs = [
        Graph(
            title="CPU by state",
            lines=_lines("cpu", "percent", without=("usage_idle", "usage_active", "usage_busy")),
            where=(_WHOLE_CPU,),
            is_stacked=True,
            most=100,
        ),
        Graph(title="Cores", lines={"cpu.usage_busy": "busy"}, by=("cpu",), where=(_ONE_CORE,), most=100),
        Graph(
            title="Waiting for disks, taken by other machines",
            lines={"cpu.usage_iowait": "iowait", "cpu.usage_steal": "steal"},
            where=(_WHOLE_CPU,),
        ),
        Graph(
            title="Load",
            lines={
                "system.load1": "1 min",
                "system.load5": "5 min",
                "system.load15": "15 min",
                "system.n_cpus": "processors",
            },
            decimals=2,
        ),
    ]
    busy = band("cpu.usage_busy", title="CPU", scope=THIS_HOST, where=(_WHOLE_CPU,), most=100, span=24)
    return [busy, *_graphs(specs)]


def _memory() -> Sequence[timeseries.Panel]:
    specs = [
        Graph(
            title="Memory",
            lines={"mem.used": "used", "mem.available": "available"},
            is_stacked=True,
            note="Together they are all of it.",
        ),
        Graph(title="Kinds of memory", lines=_lines("mem", "bytes", without=("total", "available", "used"))),
        Graph(
            title="Swap space",
            lines={"swap.used": "used", "swap.free": "free"},
            is_stacked=True,
        ),
    ]
    in_use = band("mem.used_percent", title="Memory in use", scope=THIS_HOST, most=100)
    swap = band("swap.used_percent", title="Swap space in use", scope=THIS_HOST, most=100)
    return [in_use, *(graph(spec, scope=THIS_HOST) for spec in specs), swap, swap_rates(THIS_HOST)]


def _file_systems() -> Sequence[table.Panel | timeseries.Panel]:
    path = ("path",)
    specs = [
        Graph(title="Space in use", lines={"disk.used_percent": "used"}, by=path, most=100),
        Graph(title="Space left", lines={"disk.free": "free"}, by=path),
        Graph(title="Inodes in use", lines={"disk.inodes_used_percent": "inodes"}, by=path, most=100),
        Graph(title="Inodes left", lines={"disk.inodes_free": "inodes"}, by=path),
    ]
    return [file_system_table(), *_graphs(specs)]


def _disks() -> Sequence[timeseries.Panel]:
    name, mirrored = ("name",), frozenset({"written"})
    specs = [
        Graph(
            title="Bytes read and written",
            lines={"diskio.read_bytes_per_second": "read", "diskio.write_bytes_per_second": "written"},
            by=name,
            mirrored=mirrored,
            note=_BELOW.format("written"),
        ),
        Graph(
            title="Operations",
            lines={"diskio.reads_per_second": "read", "diskio.writes_per_second": "written"},
            by=name,
            mirrored=mirrored,
            unit=units.IOOpsPerSecond,
            note=_BELOW.format("written"),
        ),
        Graph(title="Busy", lines={"diskio.util_percent": "busy"}, by=name, most=100),
        Graph(title="Time that a request takes", lines={"diskio.await_ms": "takes"}, by=name),
        Graph(title="Requests in progress", lines={"diskio.iops_in_progress": "requests"}, by=name),
    ]
    return _graphs(specs)


def _network() -> Sequence[timeseries.Panel]:
    interface, mirrored = ("interface",), frozenset({"sent"})
    specs = [
        Graph(
            title="Traffic",
            lines={"net.bytes_recv_per_second": "received", "net.bytes_sent_per_second": "sent"},
            by=interface,
            mirrored=mirrored,
            note=_BELOW.format("sent"),
        ),
        Graph(
            title="Packets",
            lines={"net.packets_recv_per_second": "received", "net.packets_sent_per_second": "sent"},
            by=interface,
            mirrored=mirrored,
            unit=units.PacketsPerSecond,
            note=_BELOW.format("sent"),
        ),
        Graph(
            title="Errors and drops",
            lines=_lines_of_chart("networkErrors"),
            by=interface,
            unit=units.PacketsPerSecond,
        ),
        Graph(title="Sockets", lines=_lines("netstat", "count")),
    ]
    return _graphs(specs)


def _others() -> Sequence[timeseries.Panel]:
    specs = [
        Graph(title="Pressure", lines={"pressure.avg10": "stalled"}, by=("resource", "type")),
        Graph(title="Temperature", lines={"temp.temp": "temperature"}, by=("sensor",), least=None),
        Graph(
            title="Processes by state",
            lines=_lines("processes", "count", without=("total", "sleeping", "total_threads")),
        ),
        Graph(
            title="Processes and threads",
            lines={
                "processes.total": "processes",
                "processes.sleeping": "sleeping",
                "processes.total_threads": "threads",
            },
        ),
        Graph(title="Users", lines={"system.n_users": "users"}, decimals=0),
        Graph(title="Uptime", lines={"system.uptime": "uptime"}, decimals=1),
    ]
    return _graphs(specs)


def _polling() -> Sequence[timeseries.Panel]:
    specs = [
        Graph(title="Clock offset", lines={"poll.clock_offset_seconds": "offset"}, least=None),
        Graph(title="CPU time that an answer costs", lines={"poll.probe_cpu_seconds": "probe"}),
        Graph(title="Log-in", lines={"poll.connect_seconds": "log-in"}),
    ]
    duration = band("poll.duration_seconds", title="Poll duration", scope=THIS_HOST, span=12)
    offset, *others = specs
    return [
        duration,
        graph(offset, scope=THIS_HOST),
        *[graph(spec, scope=THIS_HOST, span=8) for spec in others],
        missed_polls(THIS_HOST),
    ]


def _graphs(specs: Sequence[Graph]) -> Sequence[timeseries.Panel]:
    """Two beside each other; a last one that has no neighbour takes the width."""
    alone = len(specs) - 1 if len(specs) % 2 else None
    return [
        graph(spec, scope=THIS_HOST, span=24 if number == alone else 12) for number, spec in enumerate(specs)
    ]


def _lines(measurement: str, unit: str, *, without: Collection[str] = ()) -> Mapping[str, str]:
    """All metrics of one measurement and unit but some fields, and their names in the legend."""
    return {
        name: metric.field.removeprefix("usage_")
        .removeprefix("tcp_")
        .removesuffix("_socket")
        .replace("_", " ")
        for name, metric in METRICS.items()
        if (metric.measurement, metric.unit) == (measurement, unit) and metric.field not in without
    }


def _lines_of_chart(chart: str) -> Mapping[str, str]:
    """The lines of one of the charts that monctl's own page of a host has."""
    lines = [(metric.name, line) for metric in METRICS.values() for line in metric.lines]
    return {name: line.label for name, line in lines if line.chart == chart}
