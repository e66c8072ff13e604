"""Queries in the part of InfluxQL that InfluxDB 1.8, 2 and 3 all take, and targets that carry them."""

from collections.abc import Sequence
from enum import StrEnum

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

DATASOURCE = DataSourceRef(type_val="influxdb", uid="${datasource}")
"""The data source that a viewer chose."""

THIS_HOST = '"host" =~ /^${host:regex}$/'
"""The host that was chosen, or any of those that were."""

WITH_TAG = '"${filter_tag:raw}" =~ /^${filter_value:regex}$/'
"""Hosts that have one of the chosen values of a tag of their own."""

CHOSEN_HOSTS = f"{THIS_HOST} AND {WITH_TAG}"
"""Both."""

WRITABLE = "\"mode\" != 'ro'"
"""File systems that can be the fullest one, as `metrics.current.summary` chooses it."""

EXTERNAL = '"external" = 1'
"""Interfaces that make a host's network, as `metrics.current.summary` adds it up."""


class ResultFormat(StrEnum):
    """What Grafana makes of an answer."""

    TIME_SERIES = "time_series"
    TABLE = "table"


class Target(Dataquery):
    """One query of a panel. `alias` names its series: `$col`, `$tag_path`."""

    def __init__(self, query: str, *, result_format: ResultFormat, alias: str = "") -> None:
        self.query = query
        self.result_format = result_format
        self.alias = alias
        self.ref_id = "A"

    def to_json(self) -> dict[str, object]:
        """As Grafana keeps it."""
        return {
            "refId": self.ref_id,
            "datasource": DATASOURCE,
            "query": self.query,
            "rawQuery": True,
            "resultFormat": self.result_format,
            "alias": self.alias,
        }


class TargetBuilder(Builder[Target]):
    """Hands a finished target to a panel."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def build(self) -> Target:
        """The target."""
        return self._target


def targets(queries: Sequence[Target]) -> list[Builder[Dataquery]]:
    """The targets of one panel, called A, B, C and so on."""
    for number, target in enumerate(queries):
        target.ref_id = chr(ord("A") + number)
    return [TargetBuilder(target) for target in queries]


def column(function: str, field: str, name: str) -> str:
    """`mean("usage_user") AS "user"`."""
    return f'{function}("{field}") AS "{name}"'


def series(
    measurement: str,
    columns: Sequence[str],
    *,
    where: Sequence[str],
    by: Sequence[str] = (),
    every: str = "$__interval",
    fill: str = "null",
) -> str:
    """Columns over time, a series for each set of the tags in `by`; a step without values is null."""
    groups = ", ".join([f"time({every})", *map(_quoted, by)])
    return f"{_select(measurement, columns, where)} GROUP BY {groups} fill({fill})"


def table(measurement: str, columns: Sequence[str], *, where: Sequence[str], by: Sequence[str]) -> str:
    """A row of columns, over the whole time range, for each set of the tags in `by`."""
    return f"{_select(measurement, columns, where)} GROUP BY {', '.join(map(_quoted, by))}"


def table_of(query: str, columns: Sequence[str], *, by: Sequence[str]) -> str:
    """A table that is made of another query's answer, where one step is not enough."""
    selected = _select_from(f"({query})", columns, ["$timeFilter"])
    return f"{selected} GROUP BY {', '.join(map(_quoted, by))}"


def _select(measurement: str, columns: Sequence[str], where: Sequence[str]) -> str:
    return _select_from(_quoted(measurement), columns, ["$timeFilter", *where])


def _select_from(source: str, columns: Sequence[str], where: Sequence[str]) -> str:
    return " ".join(["SELECT", ", ".join(columns), "FROM", source, "WHERE", " AND ".join(where)])


def _quoted(name: str) -> str:
    return f'"{name}"'
