"""When hosts were up and down."""

from grafana_foundation_sdk.builders import common, statetimeline
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.common import VisibilityMode
from grafana_foundation_sdk.models.dashboard import FieldColorModeId

from deploy.grafana.source.description import describe
from deploy.grafana.source.influxql import DATASOURCE, ResultFormat, Target, column, series, targets
from deploy.grafana.source.states import UP

_SHORTEST_STEP = "1m"  # holes of slow hosts' polls would be taken for holes in the data


def reach_timeline(scope: str, *, span: int = 24, height: int = 4) -> statetimeline.Panel:
    """A bar in time: up, down where any poll of a step failed, a hole where nobody polled."""
    query = series("poll", [column("min", "up", "up")], where=[scope], by=["host"])
    note = "Down where any poll of a step gave no answer, a hole where there was no poll."
    target = Target(query, result_format=ResultFormat.TIME_SERIES, alias="$tag_host")
    return (
        statetimeline.Panel()
        .title("Up and down")
        .description(describe({"poll.up": "up"}, note=note))
        .datasource(DATASOURCE)
        .targets(targets([target]))
        .interval(_SHORTEST_STEP)
        .unit(units.NoUnit)
        .mappings(UP)
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .merge_values(True)
        .show_value(VisibilityMode.NEVER)
        .row_height(0.8)
        .fill_opacity(80)
        .line_width(0)
        .legend(common.VizLegendOptions().show_legend(False))
        .span(span)
        .height(height)
    )
