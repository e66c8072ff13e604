"""The first row of a host's dashboard: how it is now."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import units

from deploy.grafana.source.description import describe
from deploy.grafana.source.host_table import LOAD_PER_CORE, fullest_disk
from deploy.grafana.source.influxql import THIS_HOST, ResultFormat, Target, column, table
from deploy.grafana.source.states import FULLNESS, UP
from deploy.grafana.source.tile import Tile, tile
from deploy.grafana.source.units import unit_of

_LAST = "The last value of the time range."
_SPAN = 3


def host_tiles() -> Sequence[stat.Panel]:
    """State, CPU, memory, load, disk, uptime, users, duration of the polls."""
    fullest = fullest_disk("Fullest disk", scope=THIS_HOST)
    return [
        tile(
            Tile(
                title="State",
                description=describe({"poll.up": "up"}, note=_LAST),
                target=_target("poll", column("last", "up", "State")),
                unit=units.NoUnit,
                column="State",
                base="red",
                colors={1.0: "green"},
                mappings=UP,
            ),
            span=_SPAN,
        ),
        _percent("CPU", "cpu.usage_busy", where=("\"cpu\" = 'cpu-total'",)),
        _percent("Memory", "mem.used_percent"),
        tile(
            Tile(
                title="Load per core",
                description=describe({"system.load1": "load"}, note=f"Divided by the processors. {_LAST}"),
                target=_target("system", f'{LOAD_PER_CORE} AS "Load"'),
                unit=units.Short,
                column="Load",
                colors={1.0: "yellow", 2.0: "red"},
                decimals=2,
            ),
            span=_SPAN,
        ),
        tile(
            Tile(
                title="Fullest disk",
                description=describe(
                    {"disk.used_percent": "disk"}, note=f"Of the fullest file system. {_LAST}"
                ),
                target=Target(fullest, result_format=ResultFormat.TABLE),
                unit=units.Percent,
                column="Fullest disk",
                colors=FULLNESS,
                decimals=1,
            ),
            span=_SPAN,
        ),
        _plain("Uptime", "system.uptime", decimals=1),
        _plain("Users", "system.n_users", decimals=0),
        _plain("Poll takes", "poll.duration_seconds"),
    ]


def _percent(title: str, metric: str, *, where: Sequence[str] = ()) -> stat.Panel:
    measurement, field = metric.split(".")
    return tile(
        Tile(
            title=title,
            description=describe({metric: title}, note=_LAST),
            target=_target(measurement, column("last", field, title), *where),
            unit=unit_of([metric]),
            column=title,
            colors=FULLNESS,
            decimals=1,
        ),
        span=_SPAN,
    )


def _plain(title: str, metric: str, *, decimals: int | None = None) -> stat.Panel:
    measurement, field = metric.split(".")
    return tile(
        Tile(
            title=title,
            description=describe({metric: title}, note=_LAST),
            target=_target(measurement, column("last", field, title)),
            unit=unit_of([metric]),
            column=title,
            base="text",
            decimals=decimals,
        ),
        span=_SPAN,
    )


def _target(measurement: str, selected: str, *where: str) -> Target:
    query = table(measurement, [selected], where=[THIS_HOST, *where], by=["host"])
    return Target(query, result_format=ResultFormat.TABLE)
