"""The dashboard of the whole fleet."""

from collections.abc import Sequence
from dataclasses import replace

from grafana_foundation_sdk.builders import bargauge, stat, timeseries
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.source.addresses import FLEET_UID
from deploy.grafana.source.alert_panels import firing_table, firing_tile
from deploy.grafana.source.board import PanelRow, board
from deploy.grafana.source.description import describe
from deploy.grafana.source.graph import Graph, band, graph, host_line_link
from deploy.grafana.source.host_table import host_table
from deploy.grafana.source.influxql import (
    CHOSEN_HOSTS,
    EXTERNAL,
    WRITABLE,
    ResultFormat,
    Target,
    column,
    table,
)
from deploy.grafana.source.ranking import ranking
from deploy.grafana.source.tile import Tile, tile
from deploy.grafana.source.variables import fleet_variables

_WHOLE_CPU = "\"cpu\" = 'cpu-total'"
_FAILING = '(1 - mean("up")) * 100'
_MOST_POINTS = 200  # a line for each host: a thousand of them are a lot to draw


def fleet_dashboard() -> Dashboard:
    """Who is up, who is busy, and how the polls go."""
    return board(
        FLEET_UID,
        "monctl: fleet",
        description="All hosts that monctl watches: which are up, which are busy, and how polling them goes.",
        variables=fleet_variables(),
        rows=[
            PanelRow("Now", [*_tiles(), host_table()]),
            PanelRow("Alerts", [firing_table(height=7)]),
            PanelRow("First hosts in this time", _rankings()),
            PanelRow("The fleet over time", _fleet_over_time()),
            PanelRow("Polling", _polling()),
            PanelRow("Each host over time", _hosts_over_time(), is_collapsed=True),
        ],
    )


def _tiles() -> Sequence[stat.Panel]:
    up = _last_of_polls(column("last", "up", "Up"))
    down = _last_of_polls('1 - last("up") AS "Down"')
    failing = table("poll", [f'{_FAILING} AS "Failing"'], where=[CHOSEN_HOSTS], by=["host"])
    return [
        _count("Hosts", up, column="Up", calculation="count", text="Hosts that were polled in this time."),
        _count("Up", up, column="Up", calculation="sum", text="Hosts whose last poll gave an answer."),
        tile(
            Tile(
                title="Down",
                description="Hosts whose last poll gave no answer.",
                target=down,
                unit=units.Short,
                column="Down",
                calculation="sum",
                colors={1.0: "red"},
                nothing="0",
            )
        ),
        tile(
            Tile(
                title="Polls failing",
                description="Share of the polls in this time that gave no answer, a mean over hosts.",
                target=Target(failing, result_format=ResultFormat.TABLE),
                unit=units.Percent,
                column="Failing",
                calculation="mean",
                colors={1.0: "yellow", 10.0: "red"},
                decimals=1,
            )
        ),
        firing_tile(),
        firing_tile("critical"),
    ]


def _count(title: str, target: Target, *, column: str, calculation: str, text: str) -> stat.Panel:
    return tile(
        Tile(
            title=title,
            description=text,
            target=target,
            unit=units.Short,
            column=column,
            calculation=calculation,
            nothing="0",
        )
    )


def _last_of_polls(selected: str) -> Target:
    query = table("poll", [selected], where=[CHOSEN_HOSTS], by=["host"])
    return Target(query, result_format=ResultFormat.TABLE)


def _rankings() -> Sequence[bargauge.Panel]:
    cpu = table("cpu", [column("mean", "usage_busy", "CPU")], where=[CHOSEN_HOSTS, _WHOLE_CPU], by=["host"])
    memory = table("mem", [column("mean", "used_percent", "Memory")], where=[CHOSEN_HOSTS], by=["host"])
    fullest = [column("last", "used_percent", "Disk")]
    disk = table("disk", fullest, where=[CHOSEN_HOSTS, WRITABLE], by=["host", "path"])
    sums = 'mean("bytes_recv_per_second") + mean("bytes_sent_per_second") AS "Network"'
    network = table("net", [sums], where=[CHOSEN_HOSTS, EXTERNAL], by=["host", "interface"])
    return [
        ranking(
            "CPU",
            cpu,
            column="CPU",
            unit=units.Percent,
            most=100,
            description=describe({"cpu.usage_busy": "CPU"}, note="Means over this time."),
        ),
        ranking(
            "Memory",
            memory,
            column="Memory",
            unit=units.Percent,
            most=100,
            description=describe({"mem.used_percent": "Memory"}, note="Means over this time."),
        ),
        ranking(
            "Disk space",
            disk,
            column="Disk",
            unit=units.Percent,
            most=100,
            description=describe(
                {"disk.used_percent": "Disk"}, note="The fullest file systems, last values."
            ),
        ),
        ranking(
            "Network",
            network,
            column="Network",
            unit=units.BytesPerSecondIEC,
            description="Bytes received and sent per second, the busiest interfaces of those that count in a "
            "host's total; means over this time.",
        ),
    ]


def _fleet_over_time() -> Sequence[timeseries.Panel]:
    return [
        band(
            "cpu.usage_busy",
            title="CPU",
            scope=CHOSEN_HOSTS,
            where=(_WHOLE_CPU,),
            note=_all_of("hosts"),
            most=100,
        ),
        band("mem.used_percent", title="Memory", scope=CHOSEN_HOSTS, note=_all_of("hosts"), most=100),
        band(
            "disk.used_percent",
            title="Disk space in use",
            scope=CHOSEN_HOSTS,
            where=(WRITABLE,),
            note=_all_of("file systems that can be written to"),
            most=100,
        ),
        band(
            "net.bytes_recv_per_second",
            title="Network, received",
            scope=CHOSEN_HOSTS,
            where=(EXTERNAL,),
            note=_all_of("interfaces that count in a host's total"),
        ),
    ]


def _all_of(things: str) -> str:
    return f"The mean of all {things}, in a band from the least to the greatest value of any."


def _polling() -> Sequence[timeseries.Panel | bargauge.Panel]:
    failing = table("poll", [f'{_FAILING} AS "Failing"'], where=[CHOSEN_HOSTS], by=["host"])
    return [
        band("poll.duration_seconds", title="Poll durations", scope=CHOSEN_HOSTS, span=8, height=9),
        graph(
            Graph(
                title="Polls failing",
                lines={"poll.up": "failing"},
                columns=(f'{_FAILING} AS "failing"',),
                unit=units.Percent,
                most=100,
                note="Share of polls that gave no answer.",
            ),
            scope=CHOSEN_HOSTS,
            span=8,
            height=9,
        ),
        ranking(
            "Hosts with failing polls",
            failing,
            column="Failing",
            unit=units.Percent,
            most=100,
            description="Share of a host's polls in this time that gave no answer.",
            span=8,
        ),
    ]


def _hosts_over_time() -> Sequence[timeseries.Panel]:
    interface = ("host", "interface")
    fullest = column("max", "used_percent", "disk")
    specs = [
        Graph(title="CPU by host", lines={"cpu.usage_busy": "CPU"}, where=(_WHOLE_CPU,), most=100),
        Graph(title="Memory by host", lines={"mem.used_percent": "memory"}, most=100),
        Graph(title="Load by host", lines={"system.load1": "load"}, decimals=2),
        Graph(
            title="Fullest disk by host",
            lines={"disk.used_percent": "disk"},
            columns=(fullest,),
            where=(WRITABLE,),
            most=100,
        ),
        Graph(
            title="Network received",
            lines={"net.bytes_recv_per_second": "received"},
            by=interface,
            where=(EXTERNAL,),
        ),
        Graph(
            title="Network sent", lines={"net.bytes_sent_per_second": "sent"}, by=interface, where=(EXTERNAL,)
        ),
        Graph(title="Poll duration by host", lines={"poll.duration_seconds": "poll"}),
        Graph(title="Clock offset by host", lines={"poll.clock_offset_seconds": "offset"}, least=None),
    ]
    return [graph(_for_each_host(spec), scope=CHOSEN_HOSTS) for spec in specs]


def _for_each_host(spec: Graph) -> Graph:
    by = spec.by or ("host",)
    return replace(spec, by=by, links=(host_line_link(),), most_points=_MOST_POINTS)
