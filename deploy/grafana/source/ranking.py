"""Which hosts, or other things, are first by something."""

from grafana_foundation_sdk.builders import bargauge, common
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, BarGaugeValueMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import FieldColorModeId

from deploy.grafana.source.addresses import host_url
from deploy.grafana.source.influxql import DATASOURCE, ResultFormat, Target, targets
from deploy.grafana.source.transformations import highest, without_time

_FIRST = 10


def ranking(
    title: str,
    query: str,
    *,
    column: str,
    unit: str,
    description: str,
    most: float | None = None,
    has_hosts: bool = True,
    span: int = 6,
    height: int = 9,
) -> bargauge.Panel:
    """The ten rows of a table with the highest values in a column, as bars that lead to the rows' hosts."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets(targets([Target(query, result_format=ResultFormat.TABLE)]))
        .transformations([without_time(), *highest(column, count=_FIRST)])
        .unit(unit)
        .min(0)
        .color_scheme(FieldColor().mode(FieldColorModeId.CONTINUOUS_GR_YL_RD))
        .reduce_options(
            common.ReduceDataOptions().values(True).calcs(["lastNotNull"]).fields(f"/^{column}$/")
        )
        .display_mode(BarGaugeDisplayMode.GRADIENT)
        .value_mode(BarGaugeValueMode.COLOR)
        .orientation(VizOrientation.HORIZONTAL)
        .show_unfilled(True)
        .span(span)
        .height(height)
    )
    if has_hosts:
        panel.data_links([DashboardLink("Open this host").url(host_url("__data.fields.host"))])
    return panel if most is None else panel.max(most)
