"""The table of hosts, a row for each, put together of several queries."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import common, table
from grafana_foundation_sdk.models import units

from deploy.grafana.source.addresses import host_link
from deploy.grafana.source.cells import bars, heading, in_unit, share_bars, states
from deploy.grafana.source.influxql import (
    CHOSEN_HOSTS,
    DATASOURCE,
    WRITABLE,
    ResultFormat,
    Target,
    column,
    table_of,
    targets,
)
from deploy.grafana.source.influxql import table as table_query
from deploy.grafana.source.states import UP
from deploy.grafana.source.transformations import arranged, merge, without_time

LOAD_PER_CORE = 'last("load1") / last("n_cpus")'
_COLUMNS = ("host", "State", "Time", "CPU", "Memory", "Load per core", "Fullest disk", "Uptime", "Poll takes")


def host_table(*, span: int = 24, height: int = 12) -> table.Panel:
    """Every host with its last values; its name leads to its dashboard."""
    return (
        table.Panel()
        .title("Hosts")
        .description(
            "Every host with the last values of the time range. The load is the mean of 1 min, divided by "
            "the number of processors. A host's name leads to the host."
        )
        .datasource(DATASOURCE)
        .targets(targets(_queries()))
        .transformations([without_time(but="A"), merge(), arranged(_COLUMNS)])
        .unit(units.NoUnit)
        .override_by_name("host", [*heading("Host"), host_link()])
        .override_by_name("State", states(UP, width=80, is_filled=True))
        .override_by_name("Time", [*heading("Last poll"), *in_unit(units.DateTimeFromNow)])
        .override_by_name("CPU", share_bars())
        .override_by_name("Memory", share_bars())
        .override_by_name("Fullest disk", share_bars())
        .override_by_name("Load per core", bars(units.Short, most=2, colors={1.0: "yellow", 2.0: "red"}))
        .override_by_name("Uptime", in_unit(units.Seconds, decimals=1))
        .override_by_name("Poll takes", in_unit(units.Seconds))
        .sort_by([common.TableSortByFieldState().display_name("Host")])
        .span(span)
        .height(height)
    )


def _queries() -> Sequence[Target]:
    """The first keeps its times, those of the last polls: it selects nothing else."""
    cpu = table_query(
        "cpu",
        [column("last", "usage_busy", "CPU")],
        where=[CHOSEN_HOSTS, "\"cpu\" = 'cpu-total'"],
        by=["host"],
    )
    queries = [
        _last("poll", column("last", "up", "State")),
        cpu,
        _last("mem", column("last", "used_percent", "Memory")),
        _last("system", f'{LOAD_PER_CORE} AS "Load per core"'),
        fullest_disk("Fullest disk", scope=CHOSEN_HOSTS),
        _last("system", column("last", "uptime", "Uptime")),
        _last("poll", column("last", "duration_seconds", "Poll takes")),
    ]
    return [Target(query, result_format=ResultFormat.TABLE) for query in queries]


def fullest_disk(name: str, *, scope: str) -> str:
    """How full the fullest file system of each host is now: the greatest of many last values."""
    values = [column("last", "used_percent", "last")]
    last = table_query("disk", values, where=[scope, WRITABLE], by=["host", "path"])
    return table_of(last, [column("max", "last", name)], by=["host"])


def _last(measurement: str, selected: str) -> str:
    return table_query(measurement, [selected], where=[CHOSEN_HOSTS], by=["host"])
