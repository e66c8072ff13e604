"""The table of one host's file systems."""

from grafana_foundation_sdk.builders import common, table
from grafana_foundation_sdk.models import units

from deploy.grafana.source.cells import heading, share_bars
from deploy.grafana.source.description import describe
from deploy.grafana.source.influxql import DATASOURCE, THIS_HOST, ResultFormat, Target, column, targets
from deploy.grafana.source.influxql import table as table_query
from deploy.grafana.source.transformations import arranged

_COLUMNS = {
    "disk.total": "Size",
    "disk.used": "Used",
    "disk.free": "Free",
    "disk.used_percent": "Used %",
    "disk.inodes_used_percent": "Inodes used %",
}


def file_system_table(*, span: int = 24, height: int = 7) -> table.Panel:
    """Sizes of the file systems and how full they are, the fullest first."""
    selected = [column("last", metric.split(".")[1], name) for metric, name in _COLUMNS.items()]
    query = table_query("disk", selected, where=[THIS_HOST], by=["path", "device", "fstype"])
    return (
        table.Panel()
        .title("File systems")
        .description(describe(_COLUMNS, note="The last values of the time range."))
        .datasource(DATASOURCE)
        .targets(targets([Target(query, result_format=ResultFormat.TABLE)]))
        .transformations([arranged(["path", "device", "fstype", *_COLUMNS.values()], hidden=["Time"])])
        .unit(units.BytesIEC)
        .override_by_name("path", heading("Mounted at"))
        .override_by_name("device", heading("Device"))
        .override_by_name("fstype", heading("Type"))
        .override_by_name("Used %", share_bars())
        .override_by_name("Inodes used %", share_bars())
        .sort_by([common.TableSortByFieldState().display_name("Used %").desc(True)])
        .span(span)
        .height(height)
    )
