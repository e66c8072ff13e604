"""Panels about alerts."""

from grafana_foundation_sdk.builders import bargauge, common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.common import (
    BarAlignment,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import FieldColorModeId

from deploy.grafana.source.addresses import host_link
from deploy.grafana.source.alert_queries import (
    FIRING,
    begun_over_time,
    count_of_firings,
    current_states,
    states,
)
from deploy.grafana.source.cells import heading, in_unit
from deploy.grafana.source.cells import states as word_states
from deploy.grafana.source.influxql import DATASOURCE, targets
from deploy.grafana.source.ranking import ranking
from deploy.grafana.source.states import ALERT, SEVERITY, SEVERITY_COLORS
from deploy.grafana.source.tile import Tile, tile
from deploy.grafana.source.transformations import arranged, rows_where

_STATE_TEXT = "As last known within the time range; alerts that stand are told anew every minute."


def firing_tile(severity: str | None = None, *, span: int = 4) -> stat.Panel:
    """How many alerts fire, of one severity or of all."""
    of_severity = "" if severity is None else f" with severity {severity}"
    where = [] if severity is None else [f"\"severity\" = '{severity}'"]
    return tile(
        Tile(
            title="Alerts firing" if severity is None else f"Firing: {severity}",
            description=f"Alerts that fire{of_severity}. {_STATE_TEXT}",
            target=current_states(*where),
            unit=units.Short,
            column="State",
            calculation="count",
            transformations=[rows_where("State", FIRING)],
            colors={1.0: "red" if severity is None else SEVERITY_COLORS[severity]},
            nothing="0",
        ),
        span=span,
    )


def pending_tile(*, span: int = 4) -> stat.Panel:
    """How many alerts may fire soon."""
    return tile(
        Tile(
            title="Pending",
            description=f"Alerts whose rule is true, but not yet for as long as it asks. {_STATE_TEXT}",
            target=current_states(),
            unit=units.Short,
            column="State",
            calculation="count",
            transformations=[rows_where("State", 1)],
            colors={1.0: "yellow"},
            nothing="0",
        ),
        span=span,
    )


def firing_table(*, span: int = 24, height: int = 9) -> table.Panel:
    """What fires, a row for each alert, the newest first."""
    columns = ("severity", "host", "rule", "labels", "Since")
    return (
        table.Panel()
        .title("What fires now")
        .description(
            f"Every alert that fires, the newest first. A host's name leads to the host. {_STATE_TEXT}"
        )
        .datasource(DATASOURCE)
        .targets(targets([current_states()]))
        .transformations([rows_where("State", FIRING), arranged(columns, hidden=("Time", "State"))])
        .unit(units.String)
        .override_by_name("host", [*heading("Host"), host_link()])
        .override_by_name("rule", heading("Rule"))
        .override_by_name("labels", heading("Where"))
        .override_by_name("severity", [*heading("Severity"), *word_states(SEVERITY, width=110)])
        .override_by_name("Since", in_unit(units.DateTimeFromNow))
        .sort_by([common.TableSortByFieldState().display_name("Since").desc(True)])
        .no_value("Nothing fires")
        .span(span)
        .height(height)
    )


def timeline(*, span: int = 24, height: int = 12) -> statetimeline.Panel:
    """Where each alert stood, over time."""
    return (
        statetimeline.Panel()
        .title("Alerts over time")
        .description("Where each alert stood, a line for each host, rule and label set that had one.")
        .datasource(DATASOURCE)
        .targets(targets([states()]))
        .interval("1m")
        .unit(units.NoUnit)
        .mappings(ALERT)
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .merge_values(True)
        .show_value(VisibilityMode.NEVER)
        .row_height(0.8)
        .fill_opacity(80)
        .line_width(0)
        .no_value("No alerts in this time")
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.SINGLE).sort(SortOrder.NONE))
        .span(span)
        .height(height)
    )


def begun_graph(title: str, *, every: str, span: int = 12, height: int = 8) -> timeseries.Panel:
    """How many alerts began, as stacked bars for each rule."""
    return (
        timeseries.Panel()
        .title(title)
        .description("Alerts that began to fire, by rule; days and hours are those of UTC.")
        .datasource(DATASOURCE)
        .targets(targets([begun_over_time(every=every)]))
        .unit(units.Short)
        .decimals(0)
        .min(0)
        .draw_style(GraphDrawStyle.BARS)
        .bar_alignment(BarAlignment.AFTER)
        .fill_opacity(70)
        .line_width(0)
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
        .color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .no_value("None began in this time")
        .legend(_legend().calcs(["sum"]))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .span(span)
        .height(height)
    )


def noisiest_hosts(*, span: int = 12, height: int = 9) -> bargauge.Panel:
    """Hosts with the most alerts."""
    return ranking(
        "Noisiest hosts",
        count_of_firings("host"),
        column="Alerts",
        unit=units.Short,
        description="Hosts on which the most alerts began to fire in this time.",
        span=span,
        height=height,
    )


def noisiest_rules(*, span: int = 12, height: int = 9) -> bargauge.Panel:
    """Rules with the most alerts."""
    return ranking(
        "Noisiest rules",
        count_of_firings("rule"),
        column="Alerts",
        unit=units.Short,
        description="Rules whose alerts began to fire most often in this time.",
        has_hosts=False,
        span=span,
        height=height,
    )


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
    )
