"""Graphs of metrics over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor
from grafana_foundation_sdk.models.common import (
    GraphTransform,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, FieldColorModeId

from deploy.grafana.source.addresses import host_url
from deploy.grafana.source.description import describe
from deploy.grafana.source.influxql import DATASOURCE, ResultFormat, Target, column, series, targets
from deploy.grafana.source.units import unit_of
from metrics.catalog import find_metric

SHORTEST_STEP = "10s"
"""Two polls of the default interval, so that no step lies between two of them."""

_GAP_MILLISECONDS = 90_000  # hosts that are polled once a minute are drawn as lines too
_BAND = ("mean", "min", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What a graph shows.

    `lines`: metrics of one measurement -> their names in the legend. `by`: tags, a line for each of their
    values; `where`: conditions beside the dashboard's own. `mirrored`: names of those drawn below zero.
    `unit`: Grafana's, where the catalogue's is not the best. `most`: the top of the scale. `columns`: what is
    selected for the lines, where that is not the mean of each.
    """

    title: str
    lines: Mapping[str, str]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    mirrored: frozenset[str] = frozenset()
    is_stacked: bool = False
    unit: str | None = None
    least: float | None = 0
    most: float | None = None
    decimals: int | None = None
    note: str = ""
    columns: tuple[str, ...] = ()
    most_points: int | None = None
    links: tuple[DashboardLink, ...] = field(default=())


def graph(graph: Graph, *, scope: str, span: int = 12, height: int = 8) -> timeseries.Panel:
    """A graph of means; a hole in the data is a hole in the line.

    `scope`: the condition for the hosts that the dashboard shows.
    """
    query = series(
        measurement_of(graph.lines),
        graph.columns or [_mean(metric, name) for metric, name in graph.lines.items()],
        where=[scope, *graph.where],
        by=graph.by,
    )
    target = Target(query, result_format=ResultFormat.TIME_SERIES, alias=_alias(graph))
    panel = _framed(graph, target, span=span, height=height)
    if graph.is_stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A")).fill_opacity(50)
    for name in sorted(graph.mirrored):
        transform = DynamicConfigValue("custom.transform", GraphTransform.NEGATIVE_Y)
        panel.override_by_regexp(f"/{name}$/", [transform])
    return panel


def band(
    metric: str,
    *,
    title: str,
    scope: str,
    where: tuple[str, ...] = (),
    note: str = "",
    most: float | None = None,
    span: int = 12,
    height: int = 8,
) -> timeseries.Panel:
    """The mean of one metric in a band from its least to its greatest value in each step."""
    measurement, name = metric.split(".")
    spec = Graph(title=title, lines={metric: "mean"}, note=note, most=most)
    columns = [column(function, name, function) for function in _BAND]
    query = series(measurement, columns, where=[scope, *where])
    target = Target(query, result_format=ResultFormat.TIME_SERIES, alias="$col")
    edge = [
        DynamicConfigValue("custom.lineWidth", 0),
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": "blue"}),
    ]
    fill = [DynamicConfigValue("custom.fillBelowTo", "min"), DynamicConfigValue("custom.fillOpacity", 20)]
    return (
        _framed(spec, target, span=span, height=height)
        .fill_opacity(0)
        .override_by_name("min", edge)
        .override_by_name("max", [*edge, *fill])
    )


def host_line_link() -> DashboardLink:
    """Leads from a line of a host to that host."""
    return DashboardLink("Open this host").url(host_url("__field.labels.host"))


def measurement_of(lines: Mapping[str, str]) -> str:
    """The one measurement of these metrics; raises ValueError where they have several."""
    measurements = {find_metric(metric).measurement for metric in lines}
    if len(measurements) != 1:
        raise ValueError(f"one query, several measurements: {', '.join(sorted(measurements))}")
    return measurements.pop()


def _framed(graph: Graph, target: Target, *, span: int, height: int) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(graph.title)
        .description(describe(graph.lines, note=graph.note))
        .datasource(DATASOURCE)
        .targets(targets([target]))
        .interval(SHORTEST_STEP)
        .unit(graph.unit or unit_of(graph.lines))
        .color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
        .line_width(1)
        .fill_opacity(10)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(_GAP_MILLISECONDS)
        .legend(_legend(["mean", "max", "lastNotNull"]))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .span(span)
        .height(height)
    )
    return _scaled(panel, graph)


def _scaled(panel: timeseries.Panel, graph: Graph) -> timeseries.Panel:
    if graph.least is not None and not graph.mirrored:
        panel.min(graph.least)
    if graph.most is not None:
        panel.max(graph.most)
    if graph.decimals is not None:
        panel.decimals(graph.decimals)
    if graph.most_points is not None:
        panel.max_data_points(graph.most_points)
    return panel.data_links(list(graph.links)) if graph.links else panel


def _legend(calculations: Sequence[str]) -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .calcs(list(calculations))
    )


def _mean(metric: str, name: str) -> str:
    return column("mean", find_metric(metric).field, name)


def _alias(graph: Graph) -> str:
    tags = " ".join(f"$tag_{tag}" for tag in graph.by)
    if not tags:
        return "$col"
    return tags if len(graph.lines) == 1 else f"{tags} $col"
